import type { Listener } from "./listeners.ts";
import { localAddresses } from "./local-addresses.ts";

/** Opens one address. Rejects with Node's codes. */
export type OpenUdp = (host: string, port: number) => Promise<Listener>;

/** How often any port is tried again, when the one that an address gave is taken on another. */
const attempts = 5;

/** What binding says of an address that is there and can't be used: no such family, not ready yet, or gone again. */
const unusable = new Set(["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL", "ENODEV", "ENXIO"]);

/**
 * One socket for each address of the machine. A socket for all of them would answer by the address that routing chooses, which on a
 * machine with several is not always the one that was asked, and clients take answers from no other. Node can't tell or choose it.
 */
export class UdpEverywhere implements Listener {
  readonly port: number;
  readonly #openOne: OpenUdp;
  readonly #addresses: () => readonly string[];
  readonly #listeners: Map<string, Listener>;
  #isClosed = false;
  /** One at a time. */
  #refreshing: Promise<void> = Promise.resolve();

  private constructor(
    openOne: OpenUdp,
    port: number,
    listeners: Map<string, Listener>,
    addresses: () => readonly string[],
  ) {
    this.port = port;
    this.#openOne = openOne;
    this.#listeners = listeners;
    this.#addresses = addresses;
  }

  static async open(
    openOne: OpenUdp,
    port: number,
    addresses: () => readonly string[] = localAddresses,
  ): Promise<UdpEverywhere> {
    for (let attempt = 1; ; attempt++) {
      const listeners = new Map<string, Listener>();
      let actual = port;
      try {
        for (const address of addresses()) {
          const listener = await openUsable(openOne, address, actual);
          if (listener === undefined) continue;
          listeners.set(address, listener);
          actual = listener.port;
        }
        if (listeners.size === 0) throw new Error("This machine has no address to listen on.");
        return new UdpEverywhere(openOne, actual, listeners, addresses);
      } catch (error) {
        for (const listener of listeners.values()) await listener.close();
        if (port !== 0 || attempt >= attempts) throw error;
      }
    }
  }

  /** Follows addresses that came and went. What can't be opened now is tried again the next time. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.then(async () => {
      const present = new Set(this.#addresses());
      for (const [address, listener] of this.#listeners) {
        if (present.has(address)) continue;
        this.#listeners.delete(address);
        await listener.close();
      }
      for (const address of present) {
        if (this.#isClosed || this.#listeners.has(address)) continue;
        const listener = await this.#openOne(address, this.port).catch(() => undefined);
        if (listener !== undefined) this.#listeners.set(address, listener);
      }
    });
    return this.#refreshing;
  }

  get addresses(): readonly string[] {
    return [...this.#listeners.keys()];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#refreshing;
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
    this.#listeners.clear();
  }
}

async function openUsable(openOne: OpenUdp, address: string, port: number): Promise<Listener | undefined> {
  try {
    return await openOne(address, port);
  } catch (error) {
    if (error instanceof Error && "code" in error && unusable.has(String(error.code))) return undefined;
    throw error;
  }
}

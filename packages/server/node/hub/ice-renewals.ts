import type { Connection } from "../gateway/connection.ts";
import type { HubSetup, IceVisitor } from "./setup.ts";

/** Half of the time that the relay's credentials last. */
export const defaultIceRenewalMs = 6 * 3_600_000;

/**
 * Credentials for the relay end, and a page may stay connected for longer than they last: each seat gets new ones in time, as long as
 * its page is there. Without them a link whose network changes late in a long call could not reach the relay any more.
 */
export class IceRenewals {
  readonly #setup: Pick<HubSetup, "clock" | "iceServers" | "iceRenewalMs">;
  readonly #timers = new Map<Connection, () => void>();

  constructor(setup: Pick<HubSetup, "clock" | "iceServers" | "iceRenewalMs">) {
    this.#setup = setup;
  }

  /** It was just given its first ones. */
  start(connection: Connection, visitor: IceVisitor): void {
    const { clock, iceServers, iceRenewalMs } = this.#setup;
    this.stop(connection);
    const stop = clock.after(iceRenewalMs, () => {
      connection.send({ type: "ice-servers", iceServers: [...iceServers(visitor)] });
      this.start(connection, visitor);
    });
    this.#timers.set(connection, stop);
  }

  stop(connection: Connection): void {
    this.#timers.get(connection)?.();
    this.#timers.delete(connection);
  }

  close(): void {
    for (const connection of [...this.#timers.keys()]) this.stop(connection);
  }

  get size(): number {
    return this.#timers.size;
  }
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Edge, Signer, Source } from "../core/index.ts";
import { nodeEdge } from "../node/index.ts";
import { createExchange, type Exchange, type OfferEntry, type PortInput, type Taking } from "./index.ts";
import { openJournal } from "./journal.ts";

/** A page in a made-up room: the real driver on a real folder, with links that the test makes and cuts. */
export interface StagePage {
  readonly seat: string;
  readonly folder: string;
  readonly edge: Edge<string>;
  readonly exchange: Exchange<string>;
  readonly offers: OfferEntry<string>[];
  readonly logs: string[];
  /** The next offer that comes (or the first there is). */
  offered(): Promise<OfferEntry<string>>;
  /** Frames that it sent, bytes. */
  sent: number;
  /** Changes what it sends. */
  spoil: ((frame: Uint8Array<ArrayBuffer>) => void) | undefined;
  isAlive: boolean;
}

export function stage() {
  const folders: string[] = [];
  const pages = new Set<StagePage>();
  /** What was killed: its code goes on here, as it would not in a page that is gone. */
  const gone = new Set<StagePage>();
  const inputs = new Map<string, PortInput>();
  const way = (from: StagePage, to: StagePage): string => `${from.seat} ${to.seat}`;
  const later = (act: () => void): void => void setImmediate(act);

  const link = (one: StagePage, two: StagePage): void => {
    for (const [from, to] of [
      [one, two],
      [two, one],
    ] as const) {
      const input = from.exchange.connect(to.seat, {
        frameBytes: 16_384,
        get isOpen() {
          return from.isAlive && to.isAlive;
        },
        control(message) {
          const said = structuredClone(message);
          if (from.isAlive) later(() => to.isAlive && inputs.get(way(to, from))?.message(said));
        },
        async send(frame) {
          if (!from.isAlive || !to.isAlive) return false;
          from.sent += frame.length;
          from.spoil?.(frame);
          await new Promise<void>((resolve) => later(resolve));
          if (to.isAlive) inputs.get(way(to, from))?.frame(frame);
          return true;
        },
      });
      inputs.set(way(from, to), input);
    }
    inputs.get(way(one, two))?.lane(true);
    inputs.get(way(two, one))?.lane(true);
  };

  return {
    /** Comes in; with a page that was there before, on its seat and its folder. */
    async join(
      seat: string,
      options: {
        readonly before?: StagePage;
        readonly signer?: Signer;
        readonly isKeyOf?: (key: Uint8Array, seat: string) => Promise<boolean>;
        readonly edge?: (edge: Edge<string>) => Edge<string>;
      } = {},
    ): Promise<StagePage> {
      const folder = options.before?.folder ?? (await mkdtemp(join(tmpdir(), "parlour-transfer-")));
      folders.push(folder);
      const plain = nodeEdge(folder);
      const edge = options.edge?.(plain) ?? plain;
      const offers: OfferEntry<string>[] = [];
      const waiting: ((offer: OfferEntry<string>) => void)[] = [];
      const logs: string[] = [];
      const { signer, isKeyOf } = options;
      const exchange = createExchange<string>(
        {
          edge,
          room: "den",
          self: () => seat,
          now: Date.now,
          after(ms, callback) {
            const timer = setTimeout(callback, ms);
            return () => clearTimeout(timer);
          },
          random: Math.random,
          makeId: () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url"),
          log: (event, peer) => void logs.push(`${event} ${peer}`),
          ...(signer && { signer: () => signer }),
          ...(isKeyOf && { isKeyOf }),
        },
        {
          onOffer(offer) {
            offers.push(offer);
            for (const one of waiting.splice(0)) one(offer);
          },
          onChange() {},
        },
      );
      const page: StagePage = {
        seat,
        folder,
        edge,
        exchange,
        offers,
        logs,
        sent: 0,
        spoil: undefined,
        isAlive: true,
        offered: async () => offers.at(-1) ?? new Promise((resolve) => void waiting.push(resolve)),
      };
      for (const other of pages) if (other.isAlive) link(page, other);
      pages.add(page);
      return page;
    },
    /** The page is gone without a word, as a crashed or reloaded one is. */
    kill(page: StagePage): void {
      page.isAlive = false;
      pages.delete(page);
      gone.add(page);
      for (const other of pages) {
        inputs.get(way(other, page))?.gone();
        inputs.delete(way(other, page));
        inputs.delete(way(page, other));
      }
    },
    async end(): Promise<void> {
      for (const page of [...pages, ...gone]) {
        page.isAlive = false;
        await page.exchange.close();
      }
      pages.clear();
      gone.clear();
      for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A source in memory. */
export function made(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  more: Partial<Source> = {},
): Source & { reads: number } {
  const source = {
    name,
    size: bytes.length,
    modified: 1_700_000_000_000,
    reads: 0,
    async read(offset: number, length: number) {
      source.reads++;
      return bytes.slice(offset, offset + length);
    },
    ...more,
  };
  return source;
}

export const noise = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

/** Resolves when so many bytes are there. */
export const reached = (taking: Taking<string>, bytes: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (taking.progress.bytes < bytes) return;
      stop();
      resolve();
    };
    const stop = taking.on(look);
    look();
  });

/** Resolves when the journal has so many bytes of it. */
export async function noted(page: StagePage, taking: Taking<string>, bytes: number): Promise<void> {
  const { id, cut } = taking.offer.manifest;
  for (;;) {
    const { written } = await openJournal(page.edge.journals, `taken/den/${id}`, cut.count);
    if (written.count * cut.pieceBytes >= bytes) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

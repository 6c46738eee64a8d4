import type {
  Giving as DriverGiving,
  Taking as DriverTaking,
  Exchange,
  OfferEntry,
} from "@parlour/transfer/driver";
import type { Peer, PeerId } from "../api.ts";
import type {
  AcceptOptions,
  Giving,
  Offer,
  OfferedFile,
  Progress,
  ReceivedFile,
  Taker,
  Taking,
} from "./api.ts";
import { pour } from "./pour.ts";

/** What the driver does, as callers of the SDK see it. */

export const fileOf = ({ path, name, size, type, modified }: OfferedFile): OfferedFile => ({
  path,
  name,
  size,
  type,
  ...(modified !== undefined && { modified }),
});

/** Progress is told this often at most. */
const progressMs = 250;

/** Progress until it has ended, the last one included. */
async function* progressOf(
  progress: () => Progress,
  on: (listener: () => void) => () => void,
  done: Promise<unknown>,
): AsyncGenerator<Progress, void> {
  let isOver = false;
  let wake: (() => void) | undefined;
  const over = (): void => {
    isOver = true;
    wake?.();
  };
  done.then(over, over);
  const stop = on(() => wake?.());
  try {
    for (;;) {
      yield progress();
      if (isOver) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!isOver) await new Promise((resolve) => setTimeout(resolve, progressMs));
    }
  } finally {
    stop();
  }
}

export function givingView(
  id: string,
  giving: DriverGiving,
  peerOf: (id: string) => Peer | undefined,
): Giving {
  const on = (_: "change", listener: () => void) => giving.on(listener);
  let files: readonly OfferedFile[] | undefined;
  return {
    id,
    get name() {
      return giving.manifest?.name ?? "";
    },
    get size() {
      return giving.manifest?.cut.size ?? 0;
    },
    get files() {
      files ??= giving.manifest?.files.map(fileOf);
      return files ?? [];
    },
    get progress() {
      return giving.progress;
    },
    get state() {
      return giving.state;
    },
    get takers() {
      const all = new Map<PeerId, Taker>();
      for (const [seat, taker] of giving.takers) {
        const peer = peerOf(seat);
        if (peer) all.set(peer.id, { peer, ...taker });
      }
      return all;
    },
    get isSpread() {
      return giving.isSpread;
    },
    thumbnail: giving.thumbnail,
    done: giving.done,
    pause: () => giving.pause(),
    resume: () => giving.resume(),
    cancel: () => giving.cancel(),
    on,
    [Symbol.asyncIterator]: () => progressOf(() => giving.progress, giving.on, giving.done),
  };
}

export function takingView(
  taking: DriverTaking<File>,
  from: () => Peer,
  into: AcceptOptions["into"],
): Taking {
  const { manifest } = taking.offer;
  const files = manifest.files.map(fileOf);
  const poured = into ? pour(taking, files, into) : Promise.resolve();
  poured.catch(() => {});
  const done = taking.done.then((received) => ({
    files: received.map(
      (one, i): ReceivedFile => ({ ...(files[i] as OfferedFile), file: () => one.content() }),
    ),
  }));
  done.catch(() => {});
  return {
    id: manifest.id,
    name: manifest.name,
    size: manifest.cut.size,
    files,
    get from() {
      return from();
    },
    get state() {
      return taking.state;
    },
    get progress() {
      return taking.progress;
    },
    received: (file) => taking.received(file),
    read(file, offset, length, { signal } = {}) {
      const stop = (): void => taking.wake();
      signal?.addEventListener("abort", stop, { once: true });
      return taking
        .read(file, offset, length, () => !signal?.aborted)
        .finally(() => signal?.removeEventListener("abort", stop));
    },
    done,
    poured,
    pause: () => taking.pause(),
    resume: () => taking.resume(),
    cancel: () => taking.cancel(),
    stopSharing: () => taking.stopSharing(),
    on: (_, listener) => taking.on(listener),
    [Symbol.asyncIterator]: () => progressOf(() => taking.progress, taking.on, taking.done),
  };
}

export function offerView(
  entry: OfferEntry<File>,
  exchange: Exchange<File>,
  from: () => Peer,
  accept: (into: AcceptOptions["into"]) => Taking,
): Offer {
  const { manifest, message } = entry;
  const files = manifest.files.map(fileOf);
  let last: Peer | undefined;
  return {
    id: manifest.id,
    get from() {
      // Who offered it stays named when they are gone.
      if (entry.offeredBy.size > 0 || !last) last = from();
      return last;
    },
    name: manifest.name,
    size: manifest.cut.size,
    files,
    ...(message.thumbnail && { thumbnail: message.thumbnail }),
    get kept() {
      return entry.kept;
    },
    get isResumed() {
      return entry.isResumed;
    },
    get state() {
      return entry.state;
    },
    accept({ signal, into } = {}) {
      const taking = accept(into);
      if (signal?.aborted) taking.cancel();
      signal?.addEventListener("abort", () => taking.cancel(), { once: true });
      return taking;
    },
    decline: () => exchange.decline(entry),
    on: (_, listener) => exchange.on(entry, listener),
  };
}

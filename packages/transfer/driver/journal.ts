import { type Bits, bits, type JournalStore, proofBytes } from "../core/index.ts";

/** Proofs are kept in parts of so many, so that little is written again for each. */
const partPieces = 64;
/** What was received and not finished, given or not, at most so many of each in a room: the oldest go. */
export const rememberedMost = 64;

/** What is remembered of one transfer. */
export interface Head {
  /** The manifest, to the letter. */
  readonly text: string;
  readonly signature: string;
  readonly giver: string;
  readonly to?: readonly string[] | undefined;
  readonly thumbnail?: string | undefined;
  /** Everything is there. */
  readonly isWhole: boolean;
  /** Milliseconds since 1970, of the last change. */
  readonly at: number;
  /** What brings the signer back; givers only, and only where the room gives none. */
  readonly signer?: string | undefined;
}

/** Proofs of a transfer's pieces, as far as they are known. */
export interface Proofs {
  get(piece: number): Uint8Array<ArrayBuffer> | undefined;
  set(piece: number, proof: Uint8Array): void;
}

/**
 * One transfer's journal: `<place>/head`, `<place>/bits` (flushed, then written), `<place>/proofs-<part>`. What was
 * written and not flushed is looked at again after a reload; what was flushed is trusted.
 */
export interface Journal {
  readonly proofs: Proofs;
  head(head: Head): Promise<void>;
  /** Saves what changed. */
  save(flushed: Bits, written: Bits): Promise<void>;
  remove(): Promise<void>;
}

const encoder = {
  /** JSON in UTF-16, since there is nothing else for it here. */
  write(value: unknown): Uint8Array<ArrayBuffer> {
    const text = JSON.stringify(value);
    const units = new Uint16Array(text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    return new Uint8Array(units.buffer);
  },
  read(bytes: Uint8Array<ArrayBuffer>): unknown {
    const units = new Uint16Array(bytes.slice().buffer);
    const parts: string[] = [];
    for (let i = 0; i < units.length; i += 4096)
      parts.push(String.fromCharCode(...units.subarray(i, i + 4096)));
    return JSON.parse(parts.join(""));
  },
};

function journalAt(
  store: JournalStore,
  place: string,
  count: number,
  known: Uint8Array<ArrayBuffer>,
  has: Bits,
): Journal {
  const dirty = new Set<number>();
  return {
    proofs: {
      get: (piece) =>
        has.has(piece) ? known.slice(piece * proofBytes, (piece + 1) * proofBytes) : undefined,
      set(piece, proof) {
        if (!has.add(piece)) return;
        known.set(proof, piece * proofBytes);
        dirty.add(Math.floor(piece / partPieces));
      },
    },
    head: (head) => store.save(`${place}/head`, encoder.write(head)),
    async save(flushed, written) {
      // Proofs first: a piece that counts as there always has one.
      for (const part of [...dirty]) {
        dirty.delete(part);
        const first = part * partPieces;
        const last = Math.min(count, first + partPieces);
        const mask = bits(last - first);
        for (let piece = first; piece < last; piece++) if (has.has(piece)) mask.add(piece - first);
        const bytes = new Uint8Array(8 + (last - first) * proofBytes);
        bytes.set(mask.bytes);
        bytes.set(known.subarray(first * proofBytes, last * proofBytes), 8);
        await store.save(`${place}/proofs-${part}`, bytes);
      }
      const both = new Uint8Array(flushed.bytes.length + written.bytes.length);
      both.set(flushed.bytes);
      both.set(written.bytes, flushed.bytes.length);
      await store.save(`${place}/bits`, both);
    },
    remove: () => store.remove(`${place}/`),
  };
}

export function newJournal(store: JournalStore, place: string, count: number): Journal {
  return journalAt(store, place, count, new Uint8Array(count * proofBytes), bits(count));
}

/** Opens what was kept; pieces without a proof don't count. */
export async function openJournal(
  store: JournalStore,
  place: string,
  count: number,
): Promise<{ readonly journal: Journal; readonly flushed: Bits; readonly written: Bits }> {
  const known = new Uint8Array(count * proofBytes);
  const has = bits(count);
  // All at once: of ten gigabytes there are 160 parts, and a database takes a moment for each question.
  const parts = await Promise.all(
    Array.from({ length: Math.ceil(count / partPieces) }, (_, part) => store.load(`${place}/proofs-${part}`)),
  );
  for (const [part, kept] of parts.entries()) {
    if (!kept) continue;
    const first = part * partPieces;
    const length = Math.min(partPieces, count - first);
    if (kept.length !== 8 + length * proofBytes) continue;
    const mask = bits(length, kept.subarray(0, 8));
    for (let piece = 0; piece < length; piece++) if (mask.has(piece)) has.add(first + piece);
    known.set(kept.subarray(8), first * proofBytes);
  }
  const both = (await store.load(`${place}/bits`)) ?? new Uint8Array();
  const length = Math.ceil(count / 8);
  const isRight = both.length === 2 * length;
  const proven = (from: Uint8Array): Bits => {
    const all = bits(count, from);
    const result = bits(count);
    for (let piece = 0; piece < count; piece++) if (all.has(piece) && has.has(piece)) result.add(piece);
    return result;
  };
  return {
    journal: journalAt(store, place, count, known, has),
    flushed: proven(isRight ? both.subarray(0, length) : new Uint8Array()),
    written: proven(isRight ? both.subarray(length) : new Uint8Array()),
  };
}

/** The heads that are kept under that place, newest first, by id. What can't be read is removed. */
export async function readHeads(store: JournalStore, place: string): Promise<Map<string, Head>> {
  const heads: [string, Head][] = [];
  for (const key of await store.keys(`${place}/`)) {
    const id = /\/([\w-]{22})\/head$/.exec(key)?.[1];
    if (!id) continue;
    try {
      const bytes = await store.load(key);
      const head = bytes && (encoder.read(bytes) as Head);
      if (head && typeof head.text === "string") heads.push([id, head]);
    } catch {
      await store.remove(`${place}/${id}/`);
    }
  }
  heads.sort(([, a], [, b]) => b.at - a.at);
  return new Map(heads);
}

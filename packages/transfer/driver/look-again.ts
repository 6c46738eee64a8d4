import { type Bits, bits, lengthOf, type Manifest, type Sink, sameBytes } from "../core/index.ts";
import type { Journal } from "./journal.ts";
import type { World } from "./port.ts";

/** Pieces that were flushed and are looked at all the same: whether this is still what was written. */
const samples = 4;
/** Pieces that are looked at side by side. */
const lookedAtOnce = 4;

/**
 * What of a kept transfer is really there. What was flushed is trusted when a few pieces of it hold, and looked at piece by
 * piece when they don't (somebody was at the disk); what was only written is always looked at.
 */
export async function lookAgain<Content>(
  world: World<Content>,
  manifest: Manifest,
  sink: Sink<Content>,
  {
    journal,
    flushed,
    written,
  }: { readonly journal: Journal; readonly flushed: Bits; readonly written: Bits },
): Promise<{ readonly have: Bits; readonly flushed: Bits }> {
  const { cut } = manifest;
  const isThere = async (piece: number): Promise<boolean> => {
    const proof = journal.proofs.get(piece);
    if (!proof) return false;
    try {
      const content = await sink.read(piece * cut.pieceBytes, lengthOf(cut, piece));
      return sameBytes(await world.edge.hashing.sha256(content), proof.subarray(0, 32));
    } catch {
      return false;
    }
  };
  const all: number[] = [];
  for (let piece = 0; piece < cut.count; piece++) if (flushed.has(piece)) all.push(piece);
  let isTrusted = true;
  for (let i = 0; i < Math.min(samples, all.length) && isTrusted; i++)
    isTrusted = await isThere(all[Math.floor(world.random() * all.length)] ?? 0);
  const have = isTrusted ? bits(cut.count, flushed.bytes) : bits(cut.count);
  const safe = bits(cut.count, have.bytes);
  const doubtful: number[] = [];
  for (let piece = 0; piece < cut.count; piece++)
    if (!have.has(piece) && (written.has(piece) || flushed.has(piece))) doubtful.push(piece);
  // One is read while others are hashed.
  const look = async (): Promise<void> => {
    for (let piece = doubtful.shift(); piece !== undefined; piece = doubtful.shift())
      if (await isThere(piece)) have.add(piece);
  };
  await Promise.all(Array.from({ length: lookedAtOnce }, look));
  return { have, flushed: safe };
}

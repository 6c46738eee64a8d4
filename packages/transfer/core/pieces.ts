import { limits } from "@parlour/protocol";

/** How a transfer's bytes are cut: pieces of one length, the last one shorter. */
export interface Cut {
  /** Bytes of all files together. */
  readonly size: number;
  readonly pieceBytes: number;
  readonly count: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/**
 * Small transfers have small pieces, so that several people soon have something for each other; huge ones have larger
 * pieces, so that a bitfield stays within one message. Half a MiB is what browsers still keep in memory that they have
 * already: each buffer from about a MiB on is fresh from the system, and costs more than all that is done with it.
 */
export function pieceBytesFor(size: number): number {
  if (size < 64 * MiB) return 256 * KiB;
  if (size < 8 * GiB) return 512 * KiB;
  let pieceBytes = MiB;
  while (size / pieceBytes > limits.transferPieces) pieceBytes *= 2;
  return pieceBytes;
}

export const cutOf = (size: number, pieceBytes = pieceBytesFor(size)): Cut => ({
  size,
  pieceBytes,
  count: Math.ceil(size / pieceBytes),
});

/** Bytes of that piece. */
export const lengthOf = ({ size, pieceBytes }: Cut, piece: number): number =>
  Math.max(0, Math.min(pieceBytes, size - piece * pieceBytes));

/** The pieces in which these bytes lie, first to last. */
export function piecesIn(cut: Cut, offset: number, length: number): number[] {
  if (length <= 0) return [];
  const first = Math.floor(offset / cut.pieceBytes);
  const last = Math.min(cut.count - 1, Math.floor((offset + length - 1) / cut.pieceBytes));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

export interface Packer {
  /** An unsigned number of so many bytes. */
  number(value: number, size: 1 | 2 | 4): Packer;
  bytes(more: Iterable<number>): Packer;
  done(): Uint8Array<ArrayBuffer>;
}

/** Writes numbers and bytes one after the other, big-endian. */
export function packer(): Packer {
  const bytes: number[] = [];
  const pack: Packer = {
    number(value, size) {
      for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes.push((value >>> shift) & 255);
      return pack;
    },
    bytes(more) {
      bytes.push(...more);
      return pack;
    },
    done: () => Uint8Array.from(bytes),
  };
  return pack;
}

/** Thrown by `unpacker` where the bytes end too early. Whoever reads catches it. */
export class PackingEnded extends Error {}

/** Reads them again. */
export function unpacker(bytes: Uint8Array) {
  let at = 0;
  const take = (size: number): Uint8Array<ArrayBuffer> => {
    if (at + size > bytes.length) throw new PackingEnded();
    at += size;
    return bytes.slice(at - size, at);
  };
  return {
    number: (size: 1 | 2 | 4): number => take(size).reduce((value, byte) => value * 256 + byte, 0),
    bytes: take,
    get rest(): number {
      return bytes.length - at;
    },
  };
}
export type Unpacker = ReturnType<typeof unpacker>;

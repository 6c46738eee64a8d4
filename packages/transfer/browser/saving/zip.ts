/**
 * A zip file that stores, made of Blobs: what is in it is named, never copied, so that a folder of 10 GB costs no memory.
 * The form is that of PKWARE's APPNOTE 6.3; beyond 4 GiB or 65,535 files it is Zip64 (section 4.5.3).
 */
export interface ZipEntry {
  /** With `/` between folders; safe already: relative, without `..`. */
  readonly path: string;
  readonly content: Blob;
  /** Of the whole content. */
  readonly crc32: number;
  /** Milliseconds since 1970. */
  readonly modified?: number;
}

const most16 = 0xffff;
const most32 = 0xffffffff;
/** Section 4.4.3.2: 4.5 knows Zip64. Everything is made with it, so that there is one form. */
const version = 45;
/** Bit 11: names are UTF-8 (appendix D). */
const flags = 1 << 11;

/** Writes little-endian numbers, one after the other. */
class Fields {
  readonly #view: DataView<ArrayBuffer>;
  #at = 0;
  constructor(length: number) {
    this.#view = new DataView(new ArrayBuffer(length));
  }
  u16(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint16(this.#at, value, true);
      this.#at += 2;
    }
    return this;
  }
  u32(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setUint32(this.#at, value, true);
      this.#at += 4;
    }
    return this;
  }
  u64(...values: readonly number[]): this {
    for (const value of values) {
      this.#view.setBigUint64(this.#at, BigInt(value), true);
      this.#at += 8;
    }
    return this;
  }
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#at !== this.#view.byteLength)
      throw new Error("a zip record has another length than its fields");
    return new Uint8Array(this.#view.buffer);
  }
}

/** Section 4.4.6: local time in steps of two seconds, from 1980 to 2107. */
function dosTime(modified: number | undefined): readonly [time: number, date: number] {
  const at = new Date(modified ?? Date.UTC(1980, 0, 1, 12));
  const year = Math.min(Math.max(at.getFullYear(), 1980), 2107);
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  return [time, ((year - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()];
}

/** One file's record in front of its content. */
function localHeader(entry: ZipEntry, name: Uint8Array<ArrayBuffer>): readonly BlobPart[] {
  const { size } = entry.content;
  const isLong = size >= most32;
  const [time, date] = dosTime(entry.modified);
  const head = new Fields(30)
    .u32(0x04034b50)
    .u16(version, flags, 0, time, date)
    .u32(entry.crc32, isLong ? most32 : size, isLong ? most32 : size)
    .u16(name.length, isLong ? 20 : 0).bytes;
  return isLong ? [head, name, new Fields(20).u16(1, 16).u64(size, size).bytes] : [head, name];
}

/** The same in the directory at the end. */
function directoryHeader(
  entry: ZipEntry,
  name: Uint8Array<ArrayBuffer>,
  offset: number,
): readonly BlobPart[] {
  const { size } = entry.content;
  const isLong = size >= most32;
  const isFar = offset >= most32;
  const long = [...(isLong ? [size, size] : []), ...(isFar ? [offset] : [])];
  const [time, date] = dosTime(entry.modified);
  const head = new Fields(46)
    .u32(0x02014b50)
    // Made on Unix (3), whose mode the upper half of the attributes has: a plain file, 0644.
    .u16((3 << 8) | version, version, flags, 0, time, date)
    .u32(entry.crc32, isLong ? most32 : size, isLong ? most32 : size)
    .u16(name.length, long.length === 0 ? 0 : 4 + 8 * long.length, 0, 0, 0)
    .u32(0o100644 * 0x10000, isFar ? most32 : offset).bytes;
  if (long.length === 0) return [head, name];
  const extra = new Fields(4 + 8 * long.length).u16(1, 8 * long.length).u64(...long).bytes;
  return [head, name, extra];
}

const sizeOf = (parts: readonly BlobPart[]): number =>
  parts.reduce((sum, part) => sum + (part instanceof Blob ? part.size : (part as Uint8Array).byteLength), 0);

/** The whole zip file. */
export function zipOf(entries: readonly ZipEntry[]): Blob {
  const utf8 = new TextEncoder();
  const files: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let at = 0;
  for (const entry of entries) {
    const name = utf8.encode(entry.path);
    directory.push(...directoryHeader(entry, name, at));
    const local = [...localHeader(entry, name), entry.content];
    files.push(...local);
    at += sizeOf(local);
  }
  const length = sizeOf(directory);
  const count = entries.length;
  const isLong = count >= most16 || length >= most32 || at >= most32;
  const long = new Fields(76)
    .u32(0x06064b50)
    .u64(44)
    .u16((3 << 8) | version, version)
    .u32(0, 0)
    .u64(count, count, length, at)
    .u32(0x07064b50, 0)
    .u64(at + length)
    .u32(1).bytes;
  const end = new Fields(22)
    .u32(0x06054b50)
    .u16(0, 0, Math.min(count, most16), Math.min(count, most16))
    .u32(Math.min(length, most32), Math.min(at, most32))
    .u16(0).bytes;
  return new Blob([...files, ...directory, ...(isLong ? [long] : []), end], { type: "application/zip" });
}

/** CRC-32 as in zip files (APPNOTE 4.4.7: polynomial 0xEDB88320, reflected), eight bytes at a step. */
const tables: readonly Uint32Array[] = makeTables();

function makeTables(): readonly Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    first[byte] = value;
  }
  const all = [first];
  for (let step = 1; step < 8; step++) {
    const before = all[step - 1] as Uint32Array;
    all.push(before.map((value) => (value >>> 8) ^ (first[value & 255] as number)));
  }
  return all;
}

/**
 * Goes on with a checksum over more bytes.
 *
 * @param bytes what comes next
 * @param crc the checksum so far; 0 to begin
 */
export function crc32(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as unknown as readonly [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let value = ~crc;
  let at = 0;
  // Typed arrays give a number for every index below their length; the compiler can't know that these are.
  const byte = (index: number) => bytes[index] as number;
  for (const whole = bytes.length - 7; at < whole; at += 8) {
    const low = value ^ (byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24));
    value =
      (t7[low & 255] as number) ^
      (t6[(low >>> 8) & 255] as number) ^
      (t5[(low >>> 16) & 255] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[byte(at + 4)] as number) ^
      (t2[byte(at + 5)] as number) ^
      (t1[byte(at + 6)] as number) ^
      (t0[byte(at + 7)] as number);
  }
  for (; at < bytes.length; at++) value = (value >>> 8) ^ (t0[(value ^ byte(at)) & 255] as number);
  return ~value >>> 0;
}

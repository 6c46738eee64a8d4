import { createCipheriv, createDecipheriv } from "node:crypto";

/** RFC 6347, section 4.1 and RFC 5246, section 6.2. */
export const contentTypes = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;
export const dtls12 = 0xfefd;
const headerBytes = 13;
const tagBytes = 16;
/** RFC 5246, section 6.2.3. */
const longestFragment = 2 ** 14 + 2048;

export interface DtlsRecord {
  readonly type: number;
  readonly epoch: number;
  /** Epoch and sequence number, 8 bytes. */
  readonly sequence: Uint8Array;
  readonly fragment: Uint8Array;
}

/** The records of one datagram, up to the first that is none. */
export function readRecords(datagram: Uint8Array): readonly DtlsRecord[] {
  const records: DtlsRecord[] = [];
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  for (let at = 0; at + headerBytes <= datagram.length; ) {
    const length = view.getUint16(at + 11);
    const end = at + headerBytes + length;
    // The first hello may say DTLS 1.0 (RFC 6347, section 4.2.1).
    const version = view.getUint16(at + 1);
    if ((version !== dtls12 && version !== 0xfeff) || length > longestFragment || end > datagram.length)
      break;
    records.push({
      type: view.getUint8(at),
      epoch: view.getUint16(at + 3),
      sequence: datagram.subarray(at + 3, at + 11),
      fragment: datagram.subarray(at + headerBytes, end),
    });
    at = end;
  }
  return records;
}

/** One record as it is sent. `sequence` has 48 bits. */
export function writeRecord(type: number, epoch: number, sequence: number, fragment: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(headerBytes + fragment.length);
  record[0] = type;
  record.writeUInt16BE(dtls12, 1);
  record.writeUInt16BE(epoch, 3);
  record.writeUIntBE(sequence, 5, 6);
  record.writeUInt16BE(fragment.length, 11);
  record.set(fragment, headerBytes);
  return record;
}

/** AES-128-GCM of one direction (RFC 5288; RFC 6347, section 4.1.2.1). */
export interface RecordKey {
  readonly key: Uint8Array;
  /** The fixed 4 bytes of the nonce. */
  readonly salt: Uint8Array;
}

function associated(type: number, sequence: Uint8Array, length: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.set(sequence);
  bytes[8] = type;
  bytes.writeUInt16BE(dtls12, 9);
  bytes.writeUInt16BE(length, 11);
  return bytes;
}

export function sealRecord(key: RecordKey, type: number, sequence: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-128-gcm", key.key, Buffer.concat([key.salt, sequence]));
  cipher.setAAD(associated(type, sequence, plain.length));
  const encrypted = cipher.update(plain);
  cipher.final();
  return Buffer.concat([sequence, encrypted, cipher.getAuthTag()]);
}

/** Undefined when it is not authentic. */
export function openRecord(key: RecordKey, { type, sequence, fragment }: DtlsRecord): Uint8Array | undefined {
  const end = fragment.length - tagBytes;
  if (end < 8) return undefined;
  const nonce = Buffer.concat([key.salt, fragment.subarray(0, 8)]);
  const decipher = createDecipheriv("aes-128-gcm", key.key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(associated(type, sequence, end - 8)).setAuthTag(fragment.subarray(end));
  const plain = decipher.update(fragment.subarray(8, end));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

import type { GivenKey } from "./worker-messages.ts";

/** The topic of the post on which pages give each other their keys. */
export const keysTopic = "frame-keys";

const bytes = 35;

/** Generation (2, big-endian), step (1), secret (32). */
export function encodeKey({ generation, step, secret }: GivenKey): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(bytes);
  new DataView(message.buffer).setUint16(0, generation);
  message[2] = step;
  message.set(secret, 3);
  return message;
}

/** Undefined when this is none. */
export function decodeKey(message: Uint8Array): GivenKey | undefined {
  if (message.length !== bytes) return undefined;
  const generation = new DataView(message.buffer, message.byteOffset).getUint16(0);
  return { generation, step: message[2] ?? 0, secret: message.slice(3) };
}

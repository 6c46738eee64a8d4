/**
 * One message of the post, as it lies in a signal stream: what it is about, and what is said.
 *
 * ```
 *  byte 0       how many bytes the topic has, 1 to 32
 *  bytes 1-     topic: a-z and hyphens
 *  then         the message
 * ```
 */
export interface PostMessage {
  readonly topic: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const topicPattern = /^[a-z-]{1,32}$/;

/** Undefined when there can be no such topic. */
export function encodePost(topic: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (!topicPattern.test(topic)) return undefined;
  const body = new Uint8Array(1 + topic.length + bytes.length);
  body[0] = topic.length;
  for (let i = 0; i < topic.length; i++) body[1 + i] = topic.charCodeAt(i);
  body.set(bytes, 1 + topic.length);
  return body;
}

/** Undefined when this is none. */
export function decodePost(body: Uint8Array): PostMessage | undefined {
  const start = 1 + (body[0] ?? 0);
  if (body.length < start) return undefined;
  const topic = String.fromCharCode(...body.subarray(1, Math.min(start, 33)));
  return topicPattern.test(topic) && topic.length === start - 1
    ? { topic, bytes: body.slice(start) }
    : undefined;
}

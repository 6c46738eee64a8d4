/**
 * What one page has posted to another and does not know to be there. A few messages are under way at a time, so that a stream of
 * signals always has room for them; the others wait.
 *
 * ```
 *  put → waiting → under way (numbered) → arrived
 *                 └───────────┴→ given up, when the other page is gone
 * ```
 */
export interface Outbox<Key> {
  readonly waiting: readonly Letter<Key>[];
  /** Oldest first; their numbers follow on one another and end with `lastOut`. */
  readonly underWay: readonly Letter<Key>[];
  readonly lastOut: number;
}
interface Letter<Key> {
  readonly key: Key;
  readonly body: Uint8Array;
}

export interface OutboxStep<Key> {
  readonly outbox: Outbox<Key>;
  /** To be sent now, in this order: each is the stream's next number. */
  readonly send: readonly Uint8Array[];
  readonly arrived: readonly Key[];
}

export interface OutboxLimits {
  readonly underWay: number;
  readonly underWayBytes: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

export const emptyOutbox = { waiting: [], underWay: [], lastOut: 0 } as const;

const sizeOf = (letters: readonly Letter<unknown>[]): number =>
  letters.reduce((sum, { body }) => sum + body.length, 0);

/** Sends what there is room for. The first always has: one message is smaller than what may be under way. */
function fill<Key>(outbox: Outbox<Key>, arrived: readonly Key[], limits: OutboxLimits): OutboxStep<Key> {
  let bytes = sizeOf(outbox.underWay);
  let count = 0;
  for (const { body } of outbox.waiting) {
    bytes += body.length;
    if (outbox.underWay.length + count >= limits.underWay || bytes > limits.underWayBytes) break;
    count++;
  }
  const sent = outbox.waiting.slice(0, count);
  return {
    outbox: {
      waiting: outbox.waiting.slice(count),
      underWay: [...outbox.underWay, ...sent],
      lastOut: outbox.lastOut + count,
    },
    send: sent.map(({ body }) => body),
    arrived,
  };
}

/** Undefined when too much waits already. */
export function put<Key>(
  outbox: Outbox<Key>,
  key: Key,
  body: Uint8Array,
  limits: OutboxLimits,
): OutboxStep<Key> | undefined {
  const waiting = [...outbox.waiting, { key, body }];
  if (waiting.length > limits.waiting || sizeOf(waiting) > limits.waitingBytes) return undefined;
  return fill({ ...outbox, waiting }, [], limits);
}

/** The other page has all up to that number. A number that was never sent says nothing. */
export function acknowledged<Key>(
  outbox: Outbox<Key>,
  number: number,
  limits: OutboxLimits,
): OutboxStep<Key> {
  const before = outbox.lastOut - outbox.underWay.length;
  const count = number > outbox.lastOut ? 0 : Math.max(0, number - before);
  const arrived = outbox.underWay.slice(0, count).map(({ key }) => key);
  return fill({ ...outbox, underWay: outbox.underWay.slice(count) }, arrived, limits);
}

/** All that is not known to have arrived, oldest first. */
export function unarrived<Key>({ underWay, waiting }: Outbox<Key>): readonly Key[] {
  return [...underWay, ...waiting].map(({ key }) => key);
}

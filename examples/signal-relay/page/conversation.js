/**
 * What two pages make of a carrier that takes and gives texts: signals of several kinds, each of which can be waited for.
 * Signals that nobody waits for yet are kept in order.
 */
export async function conversation(carrier, { onLeft }) {
  const kept = new Map();
  const waiting = new Map();
  const { role, send } = await carrier({
    onLeft,
    onText(text) {
      const { kind, value } = JSON.parse(text);
      const resolve = waiting.get(kind);
      waiting.delete(kind);
      if (resolve !== undefined) resolve(value);
      else kept.set(kind, [...(kept.get(kind) ?? []), value]);
    },
  });
  return {
    role,
    other: {
      send: (kind, value) => send(JSON.stringify({ kind, value })),
      next: (kind) =>
        new Promise((resolve) => {
          const queue = kept.get(kind);
          if (queue?.length > 0) resolve(queue.shift());
          else waiting.set(kind, resolve);
        }),
    },
  };
}

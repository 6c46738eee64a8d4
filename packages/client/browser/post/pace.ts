import type { Timekeeper } from "../link/timekeeper.ts";

/** Of what the server takes of one connection (`rates.framesPerConnection`), a part: links need the rest. */
const burst = 150;
const perSecond = 50;
/** Packets that wait for their turn. What is dropped over it goes again, as after any loss. */
const most = 1_000;

/** Hands packets on no faster than the server takes them. */
export function paced(timekeeper: Timekeeper, send: (payload: Uint8Array, number: number) => void) {
  let tokens = burst;
  let at = timekeeper.now();
  let waiting: (readonly [Uint8Array, number])[] = [];
  let callOff: (() => void) | undefined;

  const flush = (): void => {
    callOff = undefined;
    const now = timekeeper.now();
    tokens = Math.min(burst, tokens + ((now - at) / 1_000) * perSecond);
    at = now;
    const due = waiting.slice(0, Math.floor(tokens));
    waiting = waiting.slice(due.length);
    tokens -= due.length;
    for (const [payload, number] of due) send(payload, number);
    if (waiting.length > 0) callOff = timekeeper.after(1_000 / perSecond, flush);
  };
  return {
    send(payload: Uint8Array, number: number): void {
      if (waiting.length < most) waiting.push([payload, number]);
      if (!callOff) flush();
    },
    /** What waits went to a connection that is no more, or to nobody. */
    clear(): void {
      waiting = [];
    },
  };
}

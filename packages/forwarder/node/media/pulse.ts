/** Memory for a number per thread that goes up while the thread goes on. */
export const pulseMemory = (threads: number): SharedArrayBuffer =>
  new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT);

/** How often it is looked at, ms. */
export const lookMs = 250;
/** After so many looks without a beat a thread hangs, if it was busy all the while: it runs in circles. */
const patience = 5;
const busyShare = 0.5;
/** And after so many in any case: it waits for something that does not come. */
const longPatience = 40;

interface Seen {
  beat: number;
  missed: number;
  /** When its beat was seen to be another for the last time, and its processor time then, ms. */
  at: number;
  cpuMs: number | undefined;
}

/**
 * Which threads hang: they neither read packets nor orders any more. On a machine that has too much to do a thread may get no turn for
 * seconds, and that is none: it uses no processor meanwhile. Only looks that come in time count, since the whole process may be held up, or sleep.
 */
export class Watchdog {
  readonly #beats: Int32Array;
  readonly #cpuMsOf: (thread: number) => number | undefined;
  readonly #seen: Seen[];
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** `cpuMsOf`: what a thread has used of the processor so far; undefined where that is not known. */
  constructor(pulse: SharedArrayBuffer, cpuMsOf: (thread: number) => number | undefined) {
    this.#beats = new Int32Array(pulse);
    this.#cpuMsOf = cpuMsOf;
    this.#seen = Array.from(this.#beats, () => ({ beat: 0, missed: 0, at: 0, cpuMs: undefined }));
  }

  /** That thread begins anew. */
  began(thread: number): void {
    this.#seen[thread] = { beat: Atomics.load(this.#beats, thread), missed: 0, at: 0, cpuMs: undefined };
  }

  /** `now` in ms. Those it names have a whole patience again until they are named once more. */
  look(now: number): readonly number[] {
    const isInTime = now - this.#lookedAt < 2 * lookMs;
    this.#lookedAt = now;
    const hanging: number[] = [];
    for (const [thread, seen] of this.#seen.entries()) {
      const beat = Atomics.load(this.#beats, thread);
      if (beat !== seen.beat) Object.assign(seen, { beat, missed: 0 });
      else if (isInTime && this.#isOver(thread, seen, now)) {
        seen.missed = 0;
        hanging.push(thread);
      }
    }
    return hanging;
  }

  #isOver(thread: number, seen: Seen, now: number): boolean {
    seen.missed++;
    if (seen.missed === 1) Object.assign(seen, { at: now, cpuMs: this.#cpuMsOf(thread) });
    if (seen.missed >= longPatience) return true;
    if (seen.missed < patience) return false;
    const cpuMs = this.#cpuMsOf(thread);
    if (cpuMs === undefined || seen.cpuMs === undefined) return false;
    return cpuMs - seen.cpuMs >= (now - seen.at) * busyShare;
  }
}

/** Records in the way of packets from one thread to another: ports, family, delay, then the data. */
const headerBytes = 16;
const alignment = 8;
/** A power of two: what may wait between two threads. */
const ringBytes = 1 << 20;
const skip = 0xffff_ffff;

/** What goes from thread to thread: data for the allocation of `toPort`, from that of `fromPort`. */
export interface Passed {
  readonly family: 4 | 6;
  readonly toPort: number;
  readonly fromPort: number;
  readonly delayMs: number;
}
/** `bytes` from `at` on is the data. It lies in the ring: it is good until the handler returns, and what is before it may be written over. */
export type PassedHandler = (passed: Passed, bytes: Uint8Array, at: number) => void;

/**
 * A queue of packets with one thread that writes and one that reads, in shared memory. `head` and `tail` count all bytes ever written
 * and read, modulo 2^32; each is stored by one side alone.
 */
class Ring {
  readonly #ends: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;

  static readonly memoryBytes = 8 + ringBytes;

  constructor(memory: SharedArrayBuffer, at: number) {
    this.#ends = new Int32Array(memory, at, 2);
    this.#bytes = new Uint8Array(memory, at + 8, ringBytes);
    this.#words = new Uint32Array(memory, at + 8, ringBytes / 4);
    this.#floats = new Float32Array(memory, at + 8, ringBytes / 4);
  }

  get isEmpty(): boolean {
    return Atomics.load(this.#ends, 0) === Atomics.load(this.#ends, 1);
  }

  /** False when there is no room: the reader does not keep up. */
  write({ family, toPort, fromPort, delayMs }: Passed, data: Uint8Array): boolean {
    const head = Atomics.load(this.#ends, 0) >>> 0;
    const tail = Atomics.load(this.#ends, 1) >>> 0;
    const size = (headerBytes + data.length + alignment - 1) & ~(alignment - 1);
    let at = head % ringBytes;
    // A record is never cut: it begins anew at the start of the ring.
    const skipped = at + size > ringBytes ? ringBytes - at : 0;
    if (((head - tail) >>> 0) + skipped + size > ringBytes) return false;
    if (skipped > 0) {
      this.#words[at / 4] = skip;
      at = 0;
    }
    this.#words[at / 4] = data.length;
    this.#words[at / 4 + 1] = family;
    this.#words[at / 4 + 2] = toPort * 65_536 + fromPort;
    this.#floats[at / 4 + 3] = delayMs;
    this.#bytes.set(data, at + headerBytes);
    Atomics.store(this.#ends, 0, (head + skipped + size) | 0);
    return true;
  }

  /** Hands out all that is there now; how much it was. */
  drain(handle: PassedHandler): number {
    let count = 0;
    const head = Atomics.load(this.#ends, 0) >>> 0;
    let tail = Atomics.load(this.#ends, 1) >>> 0;
    while (tail !== head) {
      const at = tail % ringBytes;
      const length = this.#words[at / 4] ?? skip;
      if (length === skip) {
        tail = (tail + ringBytes - at) >>> 0;
      } else {
        const ports = this.#words[at / 4 + 2] ?? 0;
        const passed: Passed = {
          family: this.#words[at / 4 + 1] === 6 ? 6 : 4,
          toPort: ports >>> 16,
          fromPort: ports & 0xffff,
          delayMs: this.#floats[at / 4 + 3] ?? 0,
        };
        count++;
        handle(passed, this.#bytes.subarray(at, at + headerBytes + length), headerBytes);
        tail = (tail + ((headerBytes + length + alignment - 1) & ~(alignment - 1))) >>> 0;
      }
      Atomics.store(this.#ends, 1, tail | 0);
    }
    return count;
  }
}

/** Memory for the ways between that many threads. */
export function exchangeMemory(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(
    threads * Int32Array.BYTES_PER_ELEMENT * 2 + threads * threads * Ring.memoryBytes,
  );
}

/**
 * One thread's side of the ways to all others. A thread that has nothing to do says so (`rest`), and whoever sends to it then wakes it
 * up, once.
 */
export class Exchange {
  readonly #thread: number;
  readonly #isResting: Int32Array;
  readonly #out: readonly Ring[];
  readonly #in: readonly Ring[];
  readonly #wake: (thread: number) => void;
  readonly #written = new Set<number>();

  constructor(memory: SharedArrayBuffer, thread: number, threads: number, wake: (thread: number) => void) {
    const flags = threads * Int32Array.BYTES_PER_ELEMENT * 2;
    const ring = (from: number, to: number): Ring =>
      new Ring(memory, flags + (from * threads + to) * Ring.memoryBytes);
    const all = Array.from({ length: threads }, (_, index) => index);
    this.#thread = thread;
    this.#isResting = new Int32Array(memory, 0, threads);
    this.#out = all.map((to) => ring(thread, to));
    this.#in = all.filter((from) => from !== thread).map((from) => ring(from, thread));
    this.#wake = wake;
  }

  send(to: number, passed: Passed, data: Uint8Array): boolean {
    if (this.#out[to]?.write(passed, data) !== true) return false;
    this.#written.add(to);
    return true;
  }

  /** Wakes up whom something was sent to since the last time, and who rests. */
  flush(): void {
    if (this.#written.size === 0) return;
    for (const to of this.#written) if (Atomics.exchange(this.#isResting, to, 0) === 1) this.#wake(to);
    this.#written.clear();
  }

  /** Hands out what others sent; how much it was. */
  drain(handle: PassedHandler): number {
    let count = 0;
    for (const ring of this.#in) count += ring.drain(handle);
    return count;
  }

  /** From now on to be woken up. False when something came meanwhile. */
  rest(): boolean {
    Atomics.store(this.#isResting, this.#thread, 1);
    if (this.#in.every((ring) => ring.isEmpty)) return true;
    this.rise();
    return false;
  }

  rise(): void {
    Atomics.store(this.#isResting, this.#thread, 0);
  }
}

import { createHmac } from "node:crypto";
import type { Commons, HostKey, Place, QuotaReached, TurnLimits } from "../../core/index.ts";
import { SharedBudget } from "./budget.ts";

/** Counts of a kind lie in so many rows; a key has one cell in each. */
const rows = 4;
const cellsPerRow = 32_768;
const cellsPerKind = rows * cellsPerRow;
/** Users, addresses, and one cell for all. */
const cellsPerThread = 2 * cellsPerKind + 1;
const portsPerFamily = 65_536;

/** What all threads of one server see. Made once, then handed to each. */
export interface CommonsMemory {
  readonly counts: SharedArrayBuffer;
  readonly owners: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
  /** Keys the hashes, so that nobody can choose ids that share cells. */
  readonly hashKey: Uint8Array;
}

export function commonsMemory(
  threads: number,
  hashKey: Uint8Array,
  limits: TurnLimits,
  now: number,
): CommonsMemory {
  return {
    counts: new SharedArrayBuffer(threads * cellsPerThread * Int32Array.BYTES_PER_ELEMENT),
    owners: new SharedArrayBuffer(2 * portsPerFamily),
    bytes: SharedBudget.memory(limits.totalBytes, now),
    hashKey,
  };
}

/**
 * The limits and relayed addresses of one server, in memory that its threads share. Counts are estimates from above (a count-min
 * sketch): each thread adds in cells of its own, and a key's count is the least sum over its cells. With the 10,000 allocations that
 * are allowed by default, one id in two hundred counts for one or two more than it has.
 */
export class SharedCommons implements Commons {
  readonly #own: Int32Array;
  readonly #all: readonly Int32Array[];
  readonly #owners: Uint8Array;
  readonly #bytes: SharedBudget;
  readonly #hashKey: Uint8Array;
  readonly #limits: TurnLimits;
  readonly #mark: number;

  constructor(memory: CommonsMemory, thread: number, threads: number, limits: TurnLimits) {
    const bytesEach = cellsPerThread * Int32Array.BYTES_PER_ELEMENT;
    this.#all = Array.from(
      { length: threads },
      (_, index) => new Int32Array(memory.counts, index * bytesEach, cellsPerThread),
    );
    this.#own = this.#all[thread] ?? new Int32Array(cellsPerThread);
    this.#owners = new Uint8Array(memory.owners);
    this.#bytes = new SharedBudget(memory.bytes, limits.totalBytes);
    this.#hashKey = memory.hashKey;
    this.#limits = limits;
    this.#mark = thread + 1;
  }

  admit(user: string, address: HostKey): QuotaReached | undefined {
    const { allocationsPerUser, allocationsPerAddress, allocations } = this.#limits;
    const users = this.#cells("user", user, 0);
    const addresses = this.#cells("address", String(address), cellsPerKind);
    const total = [2 * cellsPerKind];
    // Counted first and looked at then: of two threads that do so at once, both may see one too many, but never one too few.
    this.#add([...users, ...addresses, ...total], 1);
    const reached =
      this.#count(users) > allocationsPerUser
        ? "user"
        : this.#count(addresses) > allocationsPerAddress
          ? "address"
          : this.#count(total) > allocations
            ? "all"
            : undefined;
    if (reached !== undefined) this.#add([...users, ...addresses, ...total], -1);
    return reached;
  }

  dismiss(user: string, address: HostKey): void {
    const cells = [...this.#cells("user", user, 0), ...this.#cells("address", String(address), cellsPerKind)];
    this.#add([...cells, 2 * cellsPerKind], -1);
  }

  claim(relayed: Place): boolean {
    return Atomics.compareExchange(this.#owners, portIndex(relayed), 0, this.#mark) === 0;
  }

  unclaim(relayed: Place): void {
    Atomics.store(this.#owners, portIndex(relayed), 0);
  }

  isElsewhere(relayed: Place): boolean {
    const owner = this.#owners[portIndex(relayed)];
    return owner !== 0 && owner !== this.#mark;
  }

  /** The thread that has it. */
  ownerOf(relayed: Place): number | undefined {
    const owner = this.#owners[portIndex(relayed)] ?? 0;
    return owner === 0 ? undefined : owner - 1;
  }

  takeBytes(bytes: number, now: number): boolean {
    return this.#bytes.take(bytes, now);
  }

  /** What a thread had that is no more. */
  forget(thread: number): void {
    this.#all[thread]?.fill(0);
    for (let port = 0; port < this.#owners.length; port++)
      Atomics.compareExchange(this.#owners, port, thread + 1, 0);
  }

  #cells(kind: "user" | "address", key: string, from: number): readonly number[] {
    const hash = createHmac("sha256", this.#hashKey).update(`${kind} ${key}`).digest();
    return Array.from(
      { length: rows },
      (_, row) => from + row * cellsPerRow + (hash.readUInt32LE(row * 4) % cellsPerRow),
    );
  }

  #add(cells: readonly number[], by: 1 | -1): void {
    for (const cell of cells) Atomics.add(this.#own, cell, by);
  }

  #count(cells: readonly number[]): number {
    const sums = cells.map((cell) => this.#all.reduce((sum, counts) => sum + Atomics.load(counts, cell), 0));
    return Math.min(...sums);
  }
}

const portIndex = ({ family, port }: Place): number => (family === 6 ? portsPerFamily : 0) + port;

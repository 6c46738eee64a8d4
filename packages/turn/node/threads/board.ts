import { type ErrorCode, newStatistics, reasons, type Statistics } from "../../core/index.ts";

/** What one thread counts. */
export interface Counts extends Statistics {
  /** Errors in the server itself. */
  faults: number;
}

const codes = Object.keys(reasons).map(Number) as ErrorCode[];
const template: Counts = {
  ...newStatistics(),
  refusals: Object.fromEntries(codes.map((code) => [code, 0])),
  faults: 0,
};
/** Where each number is: `["allocations"]`, `["refusals", "401"]`. */
const places = Object.entries(template).flatMap(([name, value]): (readonly [string, string?])[] =>
  typeof value === "number" ? [[name]] : Object.keys(value).map((key) => [name, key]),
);

/** How things are now; the others count since the start. */
const gauges: ReadonlySet<string> = new Set(["allocations", "allocationsBy"]);

/** The numbers of all threads, in memory that they share: each writes its own row, anyone reads them all. */
export class StatisticsBoard {
  readonly memory: SharedArrayBuffer;
  readonly #rows: readonly Float64Array[];

  constructor(threads: number, memory?: SharedArrayBuffer) {
    const bytesEach = places.length * Float64Array.BYTES_PER_ELEMENT;
    this.memory = memory ?? new SharedArrayBuffer((threads + 1) * bytesEach);
    this.#rows = Array.from(
      { length: threads + 1 },
      (_, index) => new Float64Array(this.memory, index * bytesEach, places.length),
    );
  }

  publish(thread: number, statistics: Readonly<Statistics>, faults: number): void {
    const row = this.#rows[thread];
    if (row === undefined) return;
    const all = statistics as unknown as Record<string, number | Record<string, number>>;
    for (let i = 0; i < places.length; i++) {
      const [name = "", key] = places[i] ?? [];
      const value = name === "faults" ? faults : all[name];
      row[i] = (typeof value === "object" ? value[key ?? ""] : value) ?? 0;
    }
  }

  /** A thread is no more: what it had is over, what it counted stays counted, in a row that no thread has. */
  retire(thread: number): void {
    const [row, kept] = [this.#rows[thread], this.#rows.at(-1)];
    if (row === undefined || kept === undefined) return;
    for (const [index, [name]] of places.entries())
      if (!gauges.has(name)) kept[index] = (kept[index] ?? 0) + (row[index] ?? 0);
    row.fill(0);
  }

  sum(): Counts {
    const all = structuredClone(template) as unknown as Record<string, number | Record<string, number>>;
    for (const [index, [name, key]] of places.entries()) {
      const value = this.#rows.reduce((sum, row) => sum + (row[index] ?? 0), 0);
      const inner = all[name];
      if (key !== undefined && typeof inner === "object") inner[key] = value;
      else all[name] = value;
    }
    const { refusals, ...rest } = all as unknown as Counts;
    // As a single relay has it: codes that were never sent are not there.
    return {
      ...rest,
      refusals: Object.fromEntries(Object.entries(refusals).filter(([, count]) => count > 0)),
    };
  }
}

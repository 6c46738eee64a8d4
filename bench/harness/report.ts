import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { argv, versions } from "node:process";
import { fileURLToPath } from "node:url";

/** What every bench gives: a name, where it ran, and figures. */
export interface Report {
  readonly bench: string;
  readonly at: string;
  readonly machine: string;
  readonly figures: Readonly<Record<string, unknown>>;
}

export function report(bench: string, figures: Readonly<Record<string, unknown>>): Report {
  return {
    bench,
    at: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${versions.node}`,
    figures,
  };
}

/** A Markdown table, as it also stands in docs/benchmarks.md. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const text = [heads, ...rows].map((row) => row.map(String));
  const widths = heads.map((_, column) => Math.max(...text.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const [head = [], ...body] = text;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...body.map(line)].join("\n");
}

/** The value below which that share of the sorted values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** Runs the bench when its file was started by itself; the report goes to the file that `PARLOUR_BENCH_JSON` names, or is printed. */
export async function main(url: string, bench: () => Promise<Report>): Promise<void> {
  if (argv[1] !== fileURLToPath(url)) return;
  const json = JSON.stringify(await bench(), undefined, 2);
  const file = process.env["PARLOUR_BENCH_JSON"];
  if (file === undefined) console.log(json);
  else writeFileSync(file, `${json}\n`);
  // Pools and sockets of the clients would keep the process for a while.
  process.exit(0);
}

/** The version of a program, for the machine's line. */
export function versionOf(command: string): string {
  try {
    return execFileSync(command, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return command;
  }
}

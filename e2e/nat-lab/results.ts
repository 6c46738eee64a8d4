import { appendFileSync } from "node:fs";
import type { Engine } from "../harness/browsers.ts";
import type { End } from "./meeting.ts";
import type { Network } from "./networks.ts";

/** One line of the table that a run ends with. */
export interface Result {
  readonly networks: readonly [Network, Network];
  readonly engines: readonly [Engine, Engine];
  /** Missing: they did not find each other. */
  readonly ends?: readonly [End, End];
  readonly connectedMs?: number;
}

/** Where the runner wants them, one JSON text per line. */
const file = process.env["PARLOUR_NAT_RESULTS"];

export function noteResult(result: Result): void {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(result)}\n`);
}

const wayOf = ({ path, candidate, family, relayBy }: End): string =>
  path === "relayed" ? `relay by ${relayBy ?? "?"}` : `${family} ${candidate}`;

/** The table, in Markdown. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(({ networks, engines, ends, connectedMs }) => [
    ...networks,
    engines[0] === engines[1] ? engines[0] : engines.join(", "),
    ends === undefined ? "none" : ends[0].path,
    ends === undefined ? "" : ends.map(wayOf).join(" – "),
    connectedMs === undefined ? "" : `${(connectedMs / 1000).toFixed(2)} s`,
  ]);
  const head = ["who was there", "who came", "browser", "path", "each side", "connected after"];
  const widths = head.map((word, column) =>
    Math.max(word.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

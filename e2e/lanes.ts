import { existsSync } from "node:fs";

/**
 * `npm test` has two cores at least and runs the browser tests in three lanes: `waiting` runs while `busy` does, then come the networks, and then
 * `alone`. A file that is named nowhere is busy.
 */
export type Lane = "busy" | keyof typeof named;

const named = {
  /** Seats that expire, browsers that give up, servers that come back: most of their time nothing runs. */
  waiting: ["domain", "page-endings", "recovery-failures", "restart", "seats", "staged-failures", "stopped"],
  /** What takes all there is, or counts what comes through in a time. */
  alone: [
    "files",
    "files-far",
    "five",
    "learn-capture",
    "media-drivers",
    "page-many",
    "page-quality",
    "passing",
    "passing-long",
    "pictures",
    "topology",
  ],
} as const;

const patterns = (names: readonly string[]): string[] =>
  names.map((name) => {
    if (!existsSync(new URL(`tests/${name}.test.ts`, import.meta.url)))
      throw new Error(`e2e/lanes.ts names ${name}, and there is no such test`);
    return `tests/${name}.test.ts`;
  });

/** What vitest is to take and to leave out; undefined: every lane. */
export function filesOf(lane: string | undefined): { include: string[]; exclude: string[] } {
  const { waiting, alone } = named;
  if (lane === "waiting" || lane === "alone") return { include: patterns(named[lane]), exclude: [] };
  if (lane !== undefined && lane !== "busy") throw new Error(`there is no lane ${lane}`);
  return {
    include: ["tests/**/*.test.ts"],
    exclude: lane === "busy" ? patterns([...waiting, ...alone]) : [],
  };
}

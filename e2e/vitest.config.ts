import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { filesOf } from "./lanes.ts";

/** Cheap first: what fails here makes the later ones pointless. Files not named come last, the longest at the very end. */
const order = [
  "harness",
  "lab",
  "rooms",
  "isolation",
  "page",
  "public",
  "private",
  "call",
  "seats",
  "channels",
  "glare",
];
const last = ["five", "stopped"];

const rank = (path: string): number => {
  const name = (path.split("/").at(-1) ?? "").replace(".test.ts", "");
  const position = order.findIndex((prefix) => name.startsWith(prefix));
  if (last.includes(name)) return 1000 + last.indexOf(name);
  return position < 0 ? order.length : position;
};

class CheapFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort(
      (a, b) => rank(a.moduleId) - rank(b.moduleId) || a.moduleId.localeCompare(b.moduleId),
    );
  }
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
  test: {
    ...filesOf(process.env["PARLOUR_E2E_LANE"]),
    // Browsers are shared by the whole run: one worker, one file at a time, one module graph.
    pool: "forks",
    isolate: false,
    fileParallelism: false,
    maxWorkers: 1,
    sequence: { sequencer: CheapFirst },
    // For threads that tests start: what they run is TypeScript, too.
    execArgv: ["--import", new URL("../scripts/typescript/register.mjs", import.meta.url).href],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    teardownTimeout: 20_000,
    reporters: [fileURLToPath(new URL("harness/reporter.ts", import.meta.url))],
  },
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));
const folders = ["packages", "apps", "examples", "scripts"];

/** Test files that change what the process or its modules are for everyone: they get a process of their own. */
const apart = folders
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
  )
  .filter((path) => path.endsWith(".test.ts") && !/(^|\/)(node_modules|dist)\//.test(path))
  .filter((path) => /\bvi\.(mock|doMock|stub|useFakeTimers)/.test(readFileSync(join(root, path), "utf8")));

const include = folders.map((folder) => `${folder}/**/*.test.ts`);
// `npm run check` leaves thousands of seeds, floods and other programs to `npm test`.
const seeded = process.env["PARLOUR_QUICK"] ? ["**/*{chaos,fuzz,flood,oracle}.test.ts"] : [];
const exclude = ["**/node_modules/**", "**/dist/**", ...seeded];

export default defineConfig({
  // Workspace packages are read from their sources, so tests never run against a stale build.
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
  test: {
    // Ten times the seeds take ten times as long.
    testTimeout: 20_000 * Math.max(1, Number(process.env["PARLOUR_SEEDS_TIMES"] ?? 1)),
    // For threads that tests start: what they run is TypeScript, too.
    execArgv: ["--import", pathToFileURL(join(root, "scripts/typescript/register.mjs")).href],
    // The default leaves a core idle, which on two cores is half of them.
    maxWorkers: "100%",
    // The others share a worker's modules: loading them anew for each file would take most of the time.
    projects: [
      { extends: true, test: { name: "shared", include, exclude: [...exclude, ...apart], isolate: false } },
      { extends: true, test: { name: "apart", include: apart, exclude } },
    ],
  },
});

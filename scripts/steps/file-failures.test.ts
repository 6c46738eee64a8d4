import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "parlour-file-failures-"));
afterAll(() => rmSync(folder, { recursive: true }));

const files = {
  "hook.test.ts": `describe("one", () => { describe("two", () => { afterAll(() => { throw new Error("the hook's words"); }); it("passes", () => {}); }); });`,
  "late.test.ts": `beforeAll(() => new Promise(() => {}), 50); it("waits", () => {});`,
  "load.test.ts": `import "./nowhere.ts"; it("never runs", () => {});`,
  "gone.test.ts": `it("passes", () => { Promise.reject(new Error("nobody waited for it")); });`,
  "well.test.ts": `it("passes", () => {});`,
};

it("a file that failed as a whole says why: a hook within, one that was late, what is not there, and what nobody waited for", () => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const to = join(folder, "failures.json");
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      ...["run", "--globals", "--root", folder, "--maxWorkers", "1"],
      ...["--reporter", join(root, "scripts/steps/file-failures.mjs")],
    ],
    { cwd: folder, encoding: "utf8", env: { ...process.env, PARLOUR_FILE_FAILURES: to } },
  );
  expect(status, stderr).toBe(1);
  const found = JSON.parse(readFileSync(to, "utf8")) as {
    files: Record<string, string[]>;
    outside: string[];
  };
  const why = (name: string) =>
    Object.entries(found.files)
      .filter(([path]) => path.endsWith(`/${name}`))
      .map(([, words]) => words.join());
  expect(why("hook.test.ts")).toEqual([expect.stringContaining("one > two: the hook's words")]);
  expect(why("late.test.ts")).toEqual([expect.stringMatching(/hook timed out/i)]);
  expect(why("load.test.ts")).toEqual([expect.stringContaining("nowhere.ts")]);
  expect(why("well.test.ts")).toEqual([]);
  expect(found.outside.join()).toContain("nobody waited for it");
}, 60_000);

/**
 * `npm run bench [-- NAME…]`: runs bench/NAME.ts, or all measurements one after the other. Each prints its table and,
 * as its last line, its report as JSON, which is kept in artifacts/bench-NAME.json.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { build } from "./build.mjs";
import { install } from "./steps/install.mjs";
import { fail, root, tools } from "./steps/run.mjs";
import { isBuilt } from "./steps/sources.mjs";

/** A measurement is a file of bench/ that runs by itself; the others are what they share. */
const known = readdirSync(join(root, "bench"))
  .filter(
    (name) =>
      name.endsWith(".ts") &&
      readFileSync(join(root, "bench", name), "utf8").includes("await main(import.meta.url"),
  )
  .map((name) => name.slice(0, -3))
  .sort();
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined)
  fail(`There is no measurement "${unknown}". There are: ${known.join(", ") || "none yet"}.`, 2);

await install();
if (!isBuilt()) {
  console.log("Building …");
  await build().catch((error) => fail(error.message));
}

/** Runs one, prints what it says but for the report, and returns that, or undefined when it failed. */
function measure(name) {
  const [program, ...rest] = [...tools.script("run-ts.mjs"), join("bench", `${name}.ts`)];
  const child = spawn(program, rest, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let last;
  createInterface({ input: child.stdout }).on("line", (text) => {
    if (last !== undefined) console.log(last);
    last = text;
  });
  return new Promise((done) => {
    child.on("close", (code) => {
      try {
        done(code === 0 ? JSON.parse(last) : undefined);
      } catch {
        if (last !== undefined) console.log(last);
        done(undefined);
      }
    });
  });
}

mkdirSync(join(root, "artifacts"), { recursive: true });
const failed = [];
for (const name of asked.length > 0 ? asked : known) {
  console.log(`\n── ${name} ──`);
  const report = await measure(name);
  if (report === undefined) {
    failed.push(name);
    continue;
  }
  const file = join(root, "artifacts", `bench-${name}.json`);
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nAs JSON: ${relative(root, file)}`);
}
if (failed.length > 0) fail(`\nFailed: ${failed.join(", ")}`);

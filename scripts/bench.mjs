/**
 * `npm run bench [-- NAME… --FLAG…]`: runs bench/NAME.ts, or all measurements one after the other. Each prints its table and
 * leaves its report as JSON in artifacts/bench-NAME.json.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
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
/** What begins with dashes is for the measurements themselves. */
const flags = process.argv.slice(2).filter((one) => one.startsWith("--"));
const asked = process.argv.slice(2).filter((one) => !one.startsWith("--"));
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined)
  fail(`There is no measurement "${unknown}". There are: ${known.join(", ") || "none yet"}.`, 2);

await install();
if (!isBuilt()) {
  console.log("Building …");
  await build().catch((error) => fail(error.message));
}

/** Runs one; its report goes into the file. True when it did. */
function measure(name, file) {
  const [program, ...rest] = [...tools.script("run-ts.mjs"), join("bench", `${name}.ts`), ...flags];
  rmSync(file, { force: true });
  const env = { ...process.env, PARLOUR_BENCH_JSON: file };
  const child = spawn(program, rest, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((done) => {
    child.on("close", (code) => done(code === 0 && existsSync(file)));
  });
}

mkdirSync(join(root, "artifacts"), { recursive: true });
const failed = [];
for (const name of asked.length > 0 ? asked : known) {
  console.log(`\n── ${name} ──`);
  const file = join(root, "artifacts", `bench-${name}.json`);
  if (await measure(name, file)) console.log(`\nAs JSON: ${relative(root, file)}`);
  else failed.push(name);
}
if (failed.length > 0) fail(`\nFailed: ${failed.join(", ")}`);

/**
 * `npm run bench [-- NAME…]`: runs bench/NAME.ts, or all of them one after the other. Each prints its table
 * and writes its figures as JSON to the file that PARLOUR_BENCH_JSON names: artifacts/bench-NAME.json.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "./build.mjs";
import { install } from "./steps/install.mjs";
import { fail, root, run, tools } from "./steps/run.mjs";
import { isBuilt } from "./steps/sources.mjs";

/** A file directly in bench/ is a measurement; what they share lies in folders. */
const known = readdirSync(join(root, "bench"))
  .filter((name) => /^[\w-]+\.ts$/.test(name) && !name.endsWith(".test.ts"))
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
mkdirSync(join(root, "artifacts"), { recursive: true });

const failed = [];
for (const name of asked.length > 0 ? asked : known) {
  const json = join(root, "artifacts", `bench-${name}.json`);
  rmSync(json, { force: true });
  console.log(`\n── ${name} ──`);
  const command = [...tools.script("run-ts.mjs"), join("bench", `${name}.ts`)];
  const { ok } = await run(command, { stream: true, env: { PARLOUR_BENCH_JSON: json } });
  if (!ok) failed.push(name);
  else if (existsSync(json)) console.log(`As JSON: ${relative(root, json)}`);
}
if (failed.length > 0) fail(`\nFailed: ${failed.join(", ")}`);

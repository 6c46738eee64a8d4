/**
 * `npm test`: installs what is missing, then types, lint and rules, unit tests, build, real browsers, and networks between them.
 * Ends with one screen of what failed and the line `N passed, N failed`.
 *
 *   --long   ten times the seeds and the long variants (sets PARLOUR_LONG=1 and PARLOUR_SEEDS for every test)
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { line, quickChecks, runChecks } from "./check.mjs";
import { install } from "./steps/install.mjs";
import { installPrograms } from "./steps/programs.mjs";
import { fail, root, run, seconds, tools } from "./steps/run.mjs";

const unknown = process.argv.slice(2).filter((word) => word !== "--long");
if (unknown.length > 0) fail(`npm test knows --long alone, not ${unknown.join(" ")}.`, 2);
const isLong = process.argv.includes("--long");
const env = isLong ? { PARLOUR_LONG: "1", PARLOUR_SEEDS: process.env.PARLOUR_SEEDS ?? "20000" } : {};

const started = performance.now();
const total = { passed: 0, failed: 0 };
const failures = [];

function count(passed, failed, names) {
  total.passed += passed;
  total.failed += failed;
  failures.push(...names);
}

function heading(text) {
  console.log(`\n── ${text} ──`);
}

/** One step that passes or fails as a whole. */
async function step(name, command) {
  const result = await run(command, { env });
  console.log(line({ name, ...result }));
  if (!result.ok) console.log(result.output.trimEnd());
  count(result.ok ? 1 : 0, result.ok ? 0 : 1, result.ok ? [] : [name]);
  return result.ok;
}

async function checks() {
  heading("types, lint, rules");
  const results = await runChecks(quickChecks(), (result) => {
    console.log(line(result));
    if (!result.ok) console.log(result.output.trimEnd());
  });
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
  count(results.length - failed.length, failed.length, failed);
}

async function unitTests() {
  heading("unit tests");
  const report = join(root, "artifacts", "unit.json");
  mkdirSync(join(root, "artifacts"), { recursive: true });
  rmSync(report, { force: true });
  const command = [
    ...tools.vitest,
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  const { ok } = await run(command, { stream: true, env });
  if (!existsSync(report)) return count(0, 1, ["unit tests (they did not run to the end)"]);
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  const names = testResults.flatMap(({ name, status, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((each) => each.status === "failed");
    if (failed.length === 0 && status === "failed") return [`${file} (the file itself)`];
    return failed.map(({ fullName }) => `${file} › ${fullName}`);
  });
  // An error outside of any test fails the run without a failed test.
  if (!ok && names.length === 0) names.push("unit tests (an error outside of any test)");
  count(numPassedTests, Math.max(numFailedTests, names.length), names);
}

/** Tests that print `✓` and `✗` lines and end with `N passed, N failed`. */
async function suite(name, command) {
  const { ok, output } = await run(command, { stream: true, env });
  const [, passed, failed] = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [];
  if (passed === undefined) return count(0, 1, [`${name} (they did not run to the end)`]);
  const names = [...new Set([...output.matchAll(/^✗ (.*?)(?: \([\d.]+ s\))?$/gm)].map((match) => match[1]))];
  if (!ok && names.length === 0) names.push(`${name} (an error outside of any test)`);
  count(Number(passed), Math.max(Number(failed), ok ? 0 : 1), names);
}

async function browserTests() {
  heading("real browsers");
  await suite("browser tests", [process.execPath, "e2e/run.mjs", "--no-build"]);
  heading(isLong ? "every pair of networks" : "networks");
  await suite("networks", [
    process.execPath,
    "e2e/nat-lab/run.mjs",
    "--no-build",
    ...(isLong ? ["--all"] : []),
  ]);
}

await install();
await installPrograms();
await checks();
heading("build");
const isBuilt = await step("build", tools.script("build.mjs"));
await unitTests();
if (isBuilt) await browserTests();
else count(0, 1, ["browser tests (nothing to test without a build)"]);

heading(`result, after ${seconds(performance.now() - started)}`);
for (const name of failures.slice(0, 40)) console.log(`✗ ${name}`);
if (failures.length > 40) console.log(`… and ${failures.length - 40} more`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && failures.length === 0 ? 0 : 1;

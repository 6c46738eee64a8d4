/**
 * `npm test`: installs what is missing, then types, lint and rules, unit tests, build, real browsers, and networks between them.
 * Ends with one screen of what failed and the line `N passed, N failed`.
 *
 *   --long   ten times the seeds and the long variants (sets PARLOUR_LONG=1 and PARLOUR_SEEDS_TIMES=10 for every test)
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { line, quickChecks, runChecks } from "./check.mjs";
import { install } from "./steps/install.mjs";
import { installPrograms } from "./steps/programs.mjs";
import { fail, heldOutput, root, run, seconds, tools } from "./steps/run.mjs";

const unknown = process.argv.slice(2).filter((word) => word !== "--long");
if (unknown.length > 0) fail(`npm test knows --long alone, not ${unknown.join(" ")}.`, 2);
const isLong = process.argv.includes("--long");
const env = isLong ? { PARLOUR_LONG: "1", PARLOUR_SEEDS_TIMES: process.env.PARLOUR_SEEDS_TIMES ?? "10" } : {};

/** So long the longest test says nothing; after more nothing will come. */
const silenceMs = isLong ? 1_800_000 : 600_000;
/** Ends a process with all that it started, also what can't be asked any more. */
async function endTree(pid) {
  await import("./typescript/register.mjs");
  const { signalTree } = await import("../e2e/harness/scratch.ts");
  signalTree(pid, "SIGKILL");
}

const started = performance.now();
const total = { passed: 0, failed: 0 };
/** What failed, and why in a few lines, by name. */
const failures = new Map();

/** `reasons`: the lines that say why, by name. */
function count(passed, failed, names, reasons = new Map()) {
  total.passed += passed;
  total.failed += failed;
  for (const name of names) failures.set(name, reasons.get(name) ?? []);
}

const textOf = (heading) => `\n── ${heading} ──\n`;

function heading(text) {
  process.stdout.write(textOf(text));
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
  const failedFiles = join(root, "artifacts", "unit-files.json");
  for (const file of [report, failedFiles]) rmSync(file, { force: true });
  const command = [
    ...tools.vitest,
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    `--reporter=${join(root, "scripts", "steps", "file-failures.mjs")}`,
  ];
  const { ok } = await run(command, {
    stream: true,
    env: { ...env, PARLOUR_FILE_FAILURES: failedFiles },
    silenceMs,
    end: endTree,
  });
  if (!existsSync(report)) return count(0, 1, ["unit tests (they did not run to the end)"]);
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  const { files = {}, outside = [] } = existsSync(failedFiles)
    ? JSON.parse(readFileSync(failedFiles, "utf8"))
    : {};
  const reasons = new Map();
  for (const [name, why] of Object.entries(files))
    reasons.set(
      `${relative(root, name)} (the file itself)`,
      why.flatMap((each) => each.split("\n").slice(0, 4)),
    );
  if (outside.length > 0)
    reasons.set(
      "unit tests (an error outside of any test)",
      outside.flatMap((each) => each.split("\n").slice(0, 4)),
    );
  for (const { name, status, message, assertionResults } of testResults) {
    const file = relative(root, name);
    const failed = assertionResults.filter((each) => each.status === "failed");
    if (failed.length === 0 && status === "failed" && files[name] === undefined)
      reasons.set(`${file} (the file itself)`, message.split("\n").slice(0, 4));
    for (const { fullName, failureMessages } of failed)
      reasons.set(`${file} › ${fullName}`, (failureMessages[0] ?? "").split("\n").slice(0, 4));
  }
  const names = [...reasons.keys()];
  // An error outside of any test fails the run without a failed test.
  if (!ok && names.length === 0) names.push("unit tests (an error outside of any test)");
  count(numPassedTests, Math.max(numFailedTests, names.length), names, reasons);
}

/** Tests that print `✓` and `✗` lines and end with `N passed, N failed`. */
async function suite(name, command, stream = true) {
  // They sweep what they leave behind.
  const end = (pid) => process.kill(pid, "SIGTERM");
  const { ok, output } = await run(command, { stream, env, silenceMs, end });
  const [, passed, failed] = [...output.matchAll(/^(\d+) passed, (\d+) failed$/gm)].at(-1) ?? [];
  if (passed === undefined) return count(0, 1, [`${name} (they did not run to the end)`]);
  const names = [...new Set([...output.matchAll(/^✗ (.*?)(?: \([\d.]+ s\))?$/gm)].map((match) => match[1]))];
  // The reporter says at its end once more what failed, and the reason in indented lines.
  const [, again = ""] = output.split("\nFailed:\n");
  const reasons = new Map();
  for (const [, title, lines] of again.matchAll(/^✗ (.*)\n((?: {4}.*\n)*)/gm))
    reasons.set(title, lines.trimEnd().split("\n"));
  if (!ok && names.length === 0) names.push(`${name} (an error outside of any test)`);
  count(Number(passed), Math.max(Number(failed), ok ? 0 : 1), names, reasons);
}

/** What mostly waits runs beside what works; networks, and what needs the machine for itself, after both (`e2e/lanes.ts`). */
async function browserTests() {
  const lane = (name) => [process.execPath, "e2e/run.mjs", "--no-build", "--lane", name];
  const beside = heldOutput();
  const waits = async () => {
    beside.write(textOf("real browsers, meanwhile: what waits"));
    await suite("browser tests that wait", lane("waiting"), beside.write);
  };
  heading("real browsers");
  await Promise.all([suite("browser tests", lane("busy")).then(beside.release), waits()]);
  heading(isLong ? "every pair of networks" : "networks");
  await suite("networks", [
    process.execPath,
    "e2e/nat-lab/run.mjs",
    "--no-build",
    ...(isLong ? ["--all"] : []),
  ]);
  heading("real browsers, alone");
  await suite("browser tests that run alone", lane("alone"));
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
// One screen: the fewer failed, the more is said of each.
const linesEach = Math.floor(40 / Math.max(failures.size, 1)) - 1;
for (const [name, why] of [...failures].slice(0, 40)) {
  console.log(`✗ ${name}`);
  for (const each of why.slice(0, Math.min(linesEach, 8))) console.log(`    ${each.trim()}`);
}
if (failures.size > 40) console.log(`… and ${failures.size - 40} more`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && failures.size === 0 ? 0 : 1;

/**
 * `npm run check`: types (sources, tests, page), lint and format, rules, protocol reference, unit tests,
 * side by side; one line each, the words of those that failed below.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./steps/install.mjs";
import { root, run, seconds, tools } from "./steps/run.mjs";

const here = (...path) => existsSync(join(root, ...path));

/** The quick checks: name, then the commands that make it up, in order. Unit tests are not among them. */
export function quickChecks() {
  return [
    { name: "types", commands: [[...tools.tsc, "-b"]] },
    { name: "types of tests", commands: [[...tools.tsc, "-p", "tsconfig.tests.json", "--noEmit"]] },
    ...(here("apps", "web", "src")
      ? [{ name: "types of the page", commands: [[...tools.tsc, "-p", "apps/web", "--noEmit"]] }]
      : []),
    { name: "lint and format", commands: [[...tools.biome, "check", "--error-on-warnings", "."]] },
    { name: "rules have tests", commands: [tools.script("rules.mjs")] },
    ...(here("scripts", "protocol-reference.mjs")
      ? [
          {
            name: "protocol reference is fresh",
            commands: [[...tools.script("protocol-reference.mjs"), "--check"]],
          },
        ]
      : []),
  ];
}

/** Runs one check; its commands stop at the first that fails. */
export async function runCheck({ name, commands, env = {} }) {
  let ms = 0;
  for (const command of commands) {
    const result = await run(command, { env: { NO_COLOR: "1", ...env } });
    ms += result.ms;
    if (!result.ok) return { name, ok: false, output: result.output, ms };
  }
  return { name, ok: true, output: "", ms };
}

/** Runs checks, at most two at a time (each of the tools uses several cores already). */
export async function runChecks(checks, report) {
  const waiting = [...checks];
  const results = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await runCheck(next);
      report(result);
      results.push(result);
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

/** "✓ types (1.2 s)" */
export const line = ({ ok, name, ms }) => `${ok ? "✓" : "✗"} ${name} (${seconds(ms)})`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install();
  const started = performance.now();
  // Thousands of seeds belong to npm test; here they would take most of the time.
  const unit = {
    name: "unit tests but the seeded ones",
    commands: [[...tools.vitest, "run", "--reporter=dot"]],
    env: { PARLOUR_QUICK: "1" },
  };
  const results = await runChecks([unit, ...quickChecks()], (result) => console.log(line(result)));
  const failed = results.filter(({ ok }) => !ok);
  for (const { name, output } of failed)
    console.log(`\n── ${name} ──\n${output.trim().split("\n").slice(-40).join("\n")}`);
  console.log(
    `\n${failed.length === 0 ? "All is well" : `${failed.length} of ${results.length} failed: ${failed.map(({ name }) => name).join(", ")}`} (${seconds(performance.now() - started)}).`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}

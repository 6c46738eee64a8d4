// Every test in real browsers: `node e2e/run.mjs [--only PATTERN] [--lane NAME] [--no-build]`. Exit code 0 when all passed. Lanes: lanes.ts.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "../scripts/typescript/register.mjs";

const { makeScratch, signalTree, sweep } = await import("./harness/scratch.ts");

const root = fileURLToPath(new URL("../", import.meta.url));
const args = process.argv.slice(2);
const wordAfter = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
const [only, lane] = [wordAfter("--only"), wordAfter("--lane")];
const files = args.filter(
  (arg, i) => !arg.startsWith("--") && !["--only", "--lane"].includes(args[i - 1] ?? ""),
);

if (!args.includes("--no-build") && existsSync(join(root, "scripts/build.mjs"))) {
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], {
    stdio: "inherit",
    cwd: root,
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

// Whatever the run leaves behind lies in here or is noted in here, and is swept when it ends, however it ends.
const scratch = makeScratch();
const child = spawn(
  process.execPath,
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--config",
    join(root, "e2e/vitest.config.ts"),
    ...(only === undefined ? [] : ["--testNamePattern", only]),
    ...files,
  ],
  {
    stdio: "inherit",
    cwd: join(root, "e2e"),
    env: {
      ...process.env,
      PARLOUR_E2E_SCRATCH: scratch,
      ...(lane === undefined ? {} : { PARLOUR_E2E_LANE: lane }),
    },
  },
);
// Workers outlive a test runner that is told to end, and start browsers meanwhile: the whole tree ends at once.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signalTree(child.pid, "SIGKILL"));
child.once("exit", (code, signal) => {
  sweep(scratch);
  process.exit(signal === null ? (code ?? 1) : 1);
});

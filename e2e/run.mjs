// Every test in real browsers: `node e2e/run.mjs [--only PATTERN] [--no-build]`. Exit code 0 when all passed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "../scripts/typescript/register.mjs";

const { makeScratch, signalTree, sweep } = await import("./harness/scratch.ts");

const root = fileURLToPath(new URL("../", import.meta.url));
const args = process.argv.slice(2);
const onlyAt = args.indexOf("--only");
const only = onlyAt < 0 ? undefined : args[onlyAt + 1];
const files = args.filter((arg, i) => !arg.startsWith("--") && (onlyAt < 0 || i !== onlyAt + 1));

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
  { stdio: "inherit", cwd: join(root, "e2e"), env: { ...process.env, PARLOUR_E2E_SCRATCH: scratch } },
);
// Workers outlive a test runner that is told to end, and start browsers meanwhile: the whole tree ends at once.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signalTree(child.pid, "SIGKILL"));
child.once("exit", (code, signal) => {
  sweep(scratch);
  process.exit(signal === null ? (code ?? 1) : 1);
});

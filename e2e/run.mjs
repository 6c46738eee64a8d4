// Every test in real browsers: `node e2e/run.mjs [--only PATTERN] [--no-build]`. Exit code 0 when all passed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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
const scratch = mkdtempSync(join(tmpdir(), "parlour-e2e-"));
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
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.once("exit", async (code, signal) => {
  await import("../scripts/typescript/register.mjs");
  const { sweep } = await import("./harness/scratch.ts");
  sweep(scratch);
  process.exit(signal === null ? (code ?? 1) : 1);
});

// The NAT lab: `node e2e/nat-lab/run.mjs [--all] [--only PATTERN] [--no-build] [files]`. Without --all, some pairs of networks; with it, all.
// Runs as root, or as anyone who may make user namespaces. Exit code 0 when all passed, and when this user may not make networks.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import "../../scripts/typescript/register.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL("./", import.meta.url));
const args = process.argv.slice(2);

// Tools for networks lie where ordinary users do not look.
process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const works = ([program, ...words]) => spawnSync(program, words, { stdio: "ignore" }).status === 0;

/** Ends as a test that could not even begin. */
function end(lines, failed) {
  console.log(`${lines.join("\n")}\n\n0 passed, ${failed} failed`);
  process.exit(failed);
}

const programs = { ip: "iproute2", nft: "nftables", conntrack: "conntrack", certutil: "libnss3-tools" };
const missing = Object.entries(programs).filter(([program]) => !works(["sh", "-c", `command -v ${program}`]));
if (missing.length > 0)
  end(
    [
      `✗ the NAT lab needs ${missing.map(([program]) => program).join(", ")}; on Debian: apt-get install ${missing.map(([, name]) => name).join(" ")}`,
    ],
    1,
  );
if (!works(["unshare", "--net", "true"])) {
  // Inside a user namespace of our own we are root over networks of our own.
  const inside = ["unshare", "--user", "--map-root-user", "--net", "--mount"];
  const isRoot = process.getuid() === 0;
  if (isRoot || !works([...inside, "true"])) {
    const why = isRoot
      ? "✗ the NAT lab: root may make no network namespaces here. In a container it needs CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged)."
      : "The NAT lab is left out: this user may make no network namespaces. As root it runs; or allow them: sysctl kernel.unprivileged_userns_clone=1 (Debian), kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu).";
    end([why], isRoot ? 1 : 0);
  }
  // Firefox is driven over a port of this machine itself, which is down in a fresh namespace.
  const begin = ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"];
  const again = spawnSync(
    inside[0],
    [...inside.slice(1), ...begin, process.execPath, ...process.argv.slice(1)],
    {
      stdio: "inherit",
      env: { ...process.env, PARLOUR_NAT_USER_NAMESPACE: "1" },
    },
  );
  process.exit(again.status ?? 1);
}

if (!args.includes("--no-build")) {
  const built = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], {
    stdio: "inherit",
    cwd: root,
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

const { makeScratch, signalTree, sweep } = await import("../harness/scratch.ts");
const { tableOf } = await import("./results.ts");
const onlyAt = args.indexOf("--only");
const only = onlyAt < 0 ? undefined : args[onlyAt + 1];
const files = args.filter((arg, i) => !arg.startsWith("--") && (onlyAt < 0 || i !== onlyAt + 1));

const scratch = makeScratch();
const results = join(scratch, "results");
const child = spawn(
  process.execPath,
  [
    join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--config",
    join(here, "vitest.config.ts"),
    // The default writes a file beside it, where this user may have no business.
    ...["--configLoader", "runner"],
    ...(only === undefined ? [] : ["--testNamePattern", only]),
    ...files,
  ],
  {
    stdio: "inherit",
    cwd: here,
    env: {
      ...process.env,
      PARLOUR_E2E_SCRATCH: scratch,
      PARLOUR_NAT_RESULTS: results,
      ...(args.includes("--all") ? { PARLOUR_NAT_MATRIX: "whole" } : {}),
    },
  },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => signalTree(child.pid, "SIGKILL"));
child.once("exit", (code, signal) => {
  if (existsSync(results)) {
    const lines = readFileSync(results, "utf8").trim().split("\n");
    console.log(`\n${tableOf(lines.map((line) => JSON.parse(line)))}`);
  }
  sweep(scratch);
  process.exit(signal === null ? (code ?? 1) : 1);
});

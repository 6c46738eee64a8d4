import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { processTree, removeFolder } from "../harness/scratch.ts";
import { sharedWorld } from "./world.ts";

const runner = fileURLToPath(new URL("run.mjs", import.meta.url));
const isInside = process.env["PARLOUR_NAT_USER_NAMESPACE"] === "1";
/** Somebody who owns nothing here: nobody. */
const [program, ...words] = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] as const;

describe("somebody who is not root", () => {
  // Whoever is not root runs all of the lab in this way; root sees here that they can.
  it.skipIf(isInside)("[N13] has the lab, too", { timeout: 180_000 }, async (context) => {
    const mayRead = spawnSync(program, [...words, "test", "-r", runner]).status === 0;
    if (!mayRead) context.skip("nobody but its owner may read this clone");
    // The run's own folder is for its owner alone.
    const home = mkdtempSync(join(tmpdir(), "parlour-nobody-"));
    onTestFinished(() => removeFolder(home));
    chmodSync(home, 0o777);
    const { PARLOUR_E2E_SCRATCH: _, PARLOUR_NAT_RESULTS: __, ...env } = process.env;
    const inner = ["--only", "port-restricted and port-restricted|own sandbox", "matrix", "user-namespace"];
    const { stdout } = await promisify(execFile)(
      program,
      [...words, process.execPath, runner, "--no-build", ...inner],
      { env: { ...env, HOME: home, TMPDIR: home }, timeout: 170_000 },
    );
    if (stdout.includes("The NAT lab is left out"))
      context.skip("this machine gives user namespaces to root alone");
    expect(stdout).toMatch(/port-restricted +\| chromium +\| direct/);
    expect(stdout).toMatch(/^2 passed, 0 failed$/m);
  });

  it.runIf(isInside)("[N13] has browsers with their own sandbox", async () => {
    const browser = await (await sharedWorld()).host("a").browser("chromium");
    const tab = await browser.openPage();
    try {
      const renderers = processTree(browser.pid).filter((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer"),
      );
      expect(renderers.length).toBeGreaterThan(0);
      // Filters of system calls (proc_pid_status(5)): 2 is what Chromium's sandbox puts on.
      for (const pid of renderers)
        expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(/^Seccomp:\t2$/m);
      expect(readFileSync(`/proc/${browser.pid}/cmdline`, "utf8")).not.toContain("--no-sandbox");
    } finally {
      await tab.close();
    }
  });
});

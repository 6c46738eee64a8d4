import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { signalTree } from "../../e2e/harness/scratch.ts";
import { run } from "./run.mjs";

/** What ended may wait for somebody to ask how. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

it("what says nothing any more is ended, with all that it started, and said to have been", async () => {
  const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6);";
  const child = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(deaf)}], { stdio: "inherit" })`;
  const program = `console.log("begun", ${child}.pid); ${deaf}`;
  const { ok, output } = await run([process.execPath, "-e", program], {
    silenceMs: 2_000,
    end: (pid: number) => signalTree(pid, "SIGKILL"),
  });
  expect(ok).toBe(false);
  expect(output).toContain("nothing was heard for 2 s: ended");
  const pid = Number(/begun (\d+)/.exec(output)?.[1]);
  expect(pid).toBeGreaterThan(0);
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
});

it("what speaks now and then is left alone", async () => {
  const program =
    "let n = 0; const t = setInterval(() => { console.log(++n); if (n === 6) clearInterval(t); }, 500)";
  const { ok, output } = await run([process.execPath, "-e", program], { silenceMs: 2_000, end: () => {} });
  expect([ok, output]).toEqual([true, "1\n2\n3\n4\n5\n6\n"]);
});

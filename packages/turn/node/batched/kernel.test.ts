import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isPossible, loadKernel } from "./kernel.ts";

/** Of the whole process, in bytes: also what nobody has written to yet. */
function addressSpace(): number {
  const [, size = "0"] = /^VmSize:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(size) * 1024;
}

describe.runIf(isPossible())("memory outside of JavaScript", () => {
  it("[T58] can be given back, as that of a thread that ended has to be", () => {
    const kernel = loadKernel();
    const bytes = 64 * 2 ** 20;
    const before = addressSpace();
    for (let i = 0; i < 200; i++) kernel.free(kernel.allocate(bytes).address);
    // Of 12 GiB.
    expect(addressSpace() - before).toBeLessThan(40 * bytes);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import type { TestBrowser } from "../../e2e/harness/browsers.ts";
import { processTree } from "../../e2e/harness/scratch.ts";

/** Nanoseconds of processor by thread, as the kernel counts them (`schedstat`, proc(5)), and what each thread is. */
type Snapshot = ReadonlyMap<string, { readonly name: string; readonly ns: number }>;

function snapshot(browsers: Readonly<Record<string, TestBrowser>>): Snapshot {
  const all = new Map<string, { name: string; ns: number }>();
  for (const [side, browser] of Object.entries(browsers))
    for (const pid of processTree(browser.pid)) {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/);
        const kind = words.find((word) => word.startsWith("--type="))?.slice(7) ?? "browser";
        for (const thread of readdirSync(`/proc/${pid}/task`)) {
          const at = `/proc/${pid}/task/${thread}`;
          // Threads of a pool are counted together.
          const called = readFileSync(`${at}/comm`, "utf8")
            .trim()
            .replace(/[#\d]+$/, "");
          const ns = Number(readFileSync(`${at}/schedstat`, "utf8").split(" ")[0]);
          all.set(`${pid} ${thread}`, { name: `${side}: ${kind}, ${called}`, ns });
        }
      } catch {
        // Gone meanwhile.
      }
    }
  return all;
}

/** Milliseconds of processor that each kind of thread used meanwhile. Threads that ended meanwhile are not in it. */
export async function threadTimes(
  browsers: Readonly<Record<string, TestBrowser>>,
  run: () => Promise<unknown>,
): Promise<ReadonlyMap<string, number>> {
  const before = snapshot(browsers);
  await run();
  const times = new Map<string, number>();
  for (const [thread, { name, ns }] of snapshot(browsers))
    times.set(name, (times.get(name) ?? 0) + (ns - (before.get(thread)?.ns ?? 0)) / 1e6);
  return times;
}

import { readFileSync } from "node:fs";
import type { TestBrowser } from "./browsers.ts";
import { processTree } from "./scratch.ts";

/** MiB, by kind of process: `browser`, `renderer`, and what else the browser calls them. */
type Memory = Readonly<Record<string, number>>;

/** Memory that the browser's processes have for themselves (proportional set size without files, proc(5)). */
function memoryOf(browser: TestBrowser): Memory {
  const kinds: Record<string, number> = {};
  for (const pid of processTree(browser.pid)) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      const kiB = Number(/^Pss_Anon:\s+(\d+)/m.exec(text)?.[1] ?? 0);
      const kind = kindOf(readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/));
      kinds[kind] = (kinds[kind] ?? 0) + kiB / 1024;
    } catch {
      // Gone meanwhile.
    }
  }
  return kinds;
}

/** Chromium's processes say what they are for in their arguments (made one text of), Firefox's in the last of them. */
function kindOf(words: readonly string[]): string {
  const said = (name: string) => words.find((word) => word.startsWith(`--${name}=`))?.split("=")[1];
  if (words.includes("--top-chrome-webui")) return "browser's own pages";
  if (words.includes("-contentproc")) return words.findLast((word) => word !== "") ?? "";
  return said("utility-sub-type")?.split(".")[0] ?? said("type") ?? "browser";
}

const sumOf = (memory: Memory): number => Object.values(memory).reduce((sum, one) => sum + one, 0);

/** How much more memory a browser had than before, MiB: all of its processes, when it was most. */
export interface Growth {
  readonly most: number;
  /** Of that, by kind of process. */
  readonly kinds: Memory;
}

/** Looks at the memory of all twice a second. */
export function watchMemory<Name extends string>(browsers: Readonly<Record<Name, TestBrowser>>) {
  const all = (Object.keys(browsers) as Name[]).map((name) => ({
    name,
    before: memoryOf(browsers[name]),
    most: {} as Memory,
  }));
  const look = (): void => {
    for (const one of all) {
      const now = memoryOf(browsers[one.name]);
      if (sumOf(now) > sumOf(one.most)) one.most = now;
    }
  };
  const timer = setInterval(look, 500);
  /** The most since it was asked last. */
  const lap = (): Record<Name, Growth> => {
    look();
    const grown = all.map(({ name, before, most }) => {
      const kinds: Record<string, number> = {};
      for (const kind of Object.keys({ ...before, ...most })) {
        const more = Math.round((most[kind] ?? 0) - (before[kind] ?? 0));
        if (more !== 0) kinds[kind] = more;
      }
      return [name, { most: Math.round(sumOf(most) - sumOf(before)), kinds }];
    });
    for (const one of all) one.most = {};
    return Object.fromEntries(grown) as Record<Name, Growth>;
  };
  return {
    lap,
    stop(): Record<Name, Growth> {
      clearInterval(timer);
      return lap();
    },
  };
}

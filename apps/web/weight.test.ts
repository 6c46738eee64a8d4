import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** kB as in the budgets: 1000 bytes, as a server sends them at gzip's best. */
const gzippedKb = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length / 1000;

describe("the page's weight", () => {
  const folder = mkdtempSync(join(tmpdir(), "parlour-weight-"));
  const assets = () => readdirSync(join(folder, "assets")).map((name) => join(folder, "assets", name));
  const total = (paths: readonly string[]) => paths.reduce((sum, path) => sum + gzippedKb(path), 0);
  const index = () => readFileSync(join(folder, "index.html"), "utf8");

  beforeAll(async () => {
    // What is shipped is weighed: under a test's own setting the page would be built for looking for faults in it.
    const before = process.env["NODE_ENV"];
    process.env["NODE_ENV"] = "production";
    await build({
      configFile: new URL("vite.config.ts", import.meta.url).pathname,
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    }).finally(() => {
      process.env["NODE_ENV"] = before;
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Loaded on demand, with a budget of its own. */
  const isOfWorkbench = (path: string) => /(?:^|\/)learn[\w-]*\.(?:js|css)$/.test(path);
  const entryName = () => /assets\/([\w.-]+\.js)/.exec(index())?.[1] ?? "";
  const isDirect = (path: string) => /\/direct-[\w-]+\.(?:js|css)$/.test(path);

  /** What a file asks for before it runs: static imports, and theirs. */
  const withImports = (name: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    const code = readFileSync(join(folder, "assets", name), "utf8");
    for (const [, other] of code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      if (other !== undefined) withImports(other, seen);
    return seen;
  };

  it("[W56] up to the lobby screen is at most 70 kB, in German too", () => {
    const named = [...index().matchAll(/assets\/([\w.-]+\.(?:js|css))/g)].map(([, name = ""]) => name);
    const scripts = named.filter((name) => name.endsWith(".js")).flatMap((name) => [...withImports(name)]);
    const language = readdirSync(join(folder, "assets")).filter((name) => /^de-.*\.js$/.test(name));
    expect(language).toHaveLength(1);
    const lobby = new Set([...named, ...scripts, ...language]);
    const weight = total([...lobby].map((name) => join(folder, "assets", name)));
    expect(weight).toBeGreaterThan(10);
    expect(weight).toBeLessThanOrEqual(70);
  });

  /** What nobody needs for a call: fetched when it is asked for, each with a budget of its own, in kB. */
  const onDemand = {
    unlinked: 5,
    "sealing-worker": 4,
    inspect: 45,
    "connection-test": 4,
    terms: 1,
    "asked-dialogs": 4,
    "look-dialog": 3,
    zipping: 3,
    // Rooms that are no mesh.
    moving: 4,
    forwarder: 5.1,
    demand: 6.5,
    peer: 4.3,
    bearing: 2,
    "way-part": 3,
    // Files to who is not near.
    far: 2.5,
  };
  const isOf = (part: string) => (path: string) => new RegExp(`/${part}[^/]*\\.(?:js|css)$`).test(path);

  it.each(Object.entries(onDemand))(
    "[I14][W56] %s, which is fetched when it is opened, is at most %d kB",
    (part, most) => {
      const weight = total(assets().filter(isOf(part)));
      expect(weight).toBeGreaterThan(0);
      expect(weight).toBeLessThanOrEqual(most);
    },
  );

  it("[W56] with the whole room is at most 150 kB", () => {
    const isLater = (path: string) =>
      Object.keys(onDemand).some((part) => isOf(part)(path)) || isOfWorkbench(path) || isDirect(path);
    const weight = total(assets().filter((path) => /\.(?:js|css)$/.test(path) && !isLater(path)));
    expect(weight).toBeGreaterThan(30);
    expect(weight).toBeLessThanOrEqual(150);
  });

  it("[B20] the workbench is fetched by who opens it, and is at most 50 kB more", () => {
    const weight = total(assets().filter(isOfWorkbench));
    expect(weight).toBeGreaterThan(10);
    expect(weight).toBeLessThanOrEqual(50);
    expect([...withImports(entryName())].filter(isOfWorkbench)).toEqual([]);
  });

  it("[W56] what `/direct` loads beside the room is at most 20 kB, and the decoder of QR codes 24 more", () => {
    const own = assets().filter(isDirect);
    const decoder = own.filter((path) => path.includes("/direct-decoder-"));
    expect(decoder).toHaveLength(1);
    expect(total(decoder)).toBeLessThanOrEqual(24);
    const rest = total(own) - total(decoder);
    expect(rest).toBeGreaterThan(5);
    expect(rest).toBeLessThanOrEqual(20);
  });

  it("asks nobody else for anything, and has nothing inline", () => {
    expect(index()).not.toMatch(/(?:src|href)="(?!\/)/);
    expect(index()).not.toMatch(/<style|style=|<script(?![^>]*src=)/);
  });
});

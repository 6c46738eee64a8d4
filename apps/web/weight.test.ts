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
    await build({
      configFile: new URL("vite.config.ts", import.meta.url).pathname,
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it("[W56] with the whole room is at most 150 kB", () => {
    const weight = total(assets().filter((path) => /\.(?:js|css)$/.test(path)));
    expect(weight).toBeGreaterThan(30);
    expect(weight).toBeLessThanOrEqual(150);
  });

  it("asks nobody else for anything, and has nothing inline", () => {
    expect(index()).not.toMatch(/(?:src|href)="(?!\/)/);
    expect(index()).not.toMatch(/<style|style=|<script(?![^>]*src=)/);
  });
});

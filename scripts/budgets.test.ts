import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
// Plain JavaScript, so that it runs before anything is installed.
const { bundleSdk } = (await import("./build.mjs" as string)) as {
  bundleSdk: (options?: { entry?: string }) => Promise<string>;
};

/** kB as in the budgets: 1000 bytes, as a server sends them at gzip's best. */
const gzippedKb = (code: string) => gzipSync(code, { level: 9 }).length / 1000;

interface Manifest {
  readonly dependencies?: Record<string, string>;
}
const manifest = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;

describe("budgets", () => {
  it("[H21] the SDK with media weighs at most 19 kB, in one module without imports", async () => {
    const code = await bundleSdk();
    expect(code).not.toMatch(/\bimport\s*[("']|\bfrom\s*["']/);
    expect(code).toMatch(/export\s*\{/);
    expect(gzippedKb(code)).toBeGreaterThan(1);
    expect(gzippedKb(code)).toBeLessThanOrEqual(19);
  });

  it("[H21] the SDK without media weighs at most 15 kB", async () => {
    expect(existsSync(join(root, "packages/client/browser/core-entry.ts"))).toBe(true);
    expect(gzippedKb(await bundleSdk({ entry: "browser/core-entry.ts" }))).toBeLessThanOrEqual(15);
  });

  it("[H22] the server, the protocol and the command have at most 12 packages of others between them", () => {
    const all = ["server", "protocol", "cli"].flatMap((name) =>
      Object.keys(manifest(name).dependencies ?? {}),
    );
    const others = [...new Set(all)].filter((name) => !name.startsWith("@parlour/"));
    expect(others.length).toBeGreaterThan(0);
    expect(others.length).toBeLessThanOrEqual(12);
  });
});

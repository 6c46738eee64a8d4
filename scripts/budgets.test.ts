import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
// Plain JavaScript, so that it runs before anything is installed.
const { bundleSdk, splitSdk } = (await import("./build.mjs" as string)) as {
  bundleSdk: () => Promise<string>;
  splitSdk: (entry: string) => Promise<{ first: string; later: string }>;
};

/** As a server sends it at gzip's best. */
const gzipped = (code: string) => gzipSync(code, { level: 9 }).length;

interface Manifest {
  readonly dependencies?: Record<string, string>;
}
const manifest = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;

describe("budgets", () => {
  it("[H21] the SDK: core at most 19,500 bytes, media and what private rooms load at most 4,000 more each", async () => {
    const core = await splitSdk("browser/core-entry.ts");
    const all = await splitSdk("browser/index.ts");
    const sizes = {
      core: gzipped(core.first),
      media: gzipped(all.first) - gzipped(core.first),
      private: gzipped(core.later),
    };
    console.log(`SDK, gzipped: ${JSON.stringify(sizes)}`);
    expect(core.later).toContain("Ed25519");
    expect(core.first).not.toContain("Ed25519");
    expect(sizes.media).toBeGreaterThan(500);
    expect(sizes.core).toBeLessThanOrEqual(19_500);
    expect(sizes.media).toBeLessThanOrEqual(4_000);
    expect(sizes.private).toBeLessThanOrEqual(4_000);
  });

  it("[H21] the SDK is served as one module without imports", async () => {
    const code = await bundleSdk();
    expect(code).not.toMatch(/\bimport\s*[("']|\bfrom\s*["']/);
    expect(code).toMatch(/export\s*\{/);
    console.log(`parlour.js, gzipped: ${gzipped(code)}`);
    expect(gzipped(code)).toBeLessThanOrEqual(25_300);
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

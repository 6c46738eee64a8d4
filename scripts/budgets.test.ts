import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
// Plain JavaScript, so that it runs before anything is installed.
interface SdkModule {
  readonly fileName: string;
  readonly imports: readonly string[];
  readonly code: string;
  readonly readable: string;
  readonly map: string;
}
const { sdkModules, splitSdk } = (await import("./sdk/bundle.mjs" as string)) as {
  sdkModules: (entry: string) => Promise<readonly SdkModule[]>;
  splitSdk: (modules: readonly SdkModule[]) => { first: string; later: Readonly<Record<string, string>> };
};
const { insideNames } = (await import("./sdk/names.mjs" as string)) as { insideNames: readonly string[] };

/** As a server sends it at gzip's best. */
const gzipped = (code: string) => gzipSync(code, { level: 9 }).length;

interface Manifest {
  readonly dependencies?: Record<string, string>;
}
const manifest = (name: string): Manifest =>
  JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;

const wordsOf = (text: string): string[] => text.match(/[A-Za-z_$][\w$]*/g) ?? [];
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

/** Where names stand that callers, servers, other pages or the browser's storage know. */
const outsideFiles = [
  "client/browser/api.ts",
  "client/browser/files/api.ts",
  "client/browser/media/state.ts",
  "client/browser/private/card.ts",
  "client/browser/private/identity.ts",
  "client/browser/private/message.ts",
  "client/browser/room/seat-note.ts",
  "client/browser/sealing/worker-messages.ts",
  "client/core/chat/signed-chat.ts",
  "client/core/link/diagnosis.ts",
  "client/core/link/signal.ts",
  "transfer/core/manifest.ts",
  "transfer/core/messages.ts",
  "transfer/core/seams.ts",
  // The election is an entry of its own, of which nothing is in this module.
  ...readdirSync(join(root, "packages/protocol/src"))
    .filter((file) => !file.startsWith("election"))
    .map((file) => `protocol/src/${file}`),
];
const sourceWords = (file: string): string[] => {
  const source = withoutComments(readFileSync(join(root, "packages", file), "utf8"));
  // Where something comes from is no name of it.
  const names = wordsOf(source.replace(/ from "[^"]*"/g, ""));
  return names.filter((name) => !inside.has(`${file} ${name}`));
};
/** Bounds, which stand beside what goes over the wire. */
const inside = new Set(
  [
    "sdpCharacters",
    "candidateCharacters",
    "candidatesPerSignal",
    "heldCandidates",
    "waitingOperations",
    "violations",
    "fruitlessRebuilds",
  ].map((name) => `client/core/link/signal.ts ${name}`),
);

/** What browsers call their own: every member in the compiler's libraries. */
const browserNames = (): string[] => {
  const compilers = join(root, "node_modules/@typescript");
  const libraries = readdirSync(compilers).map((name) => join(compilers, name, "lib"));
  return libraries.flatMap((library) =>
    readdirSync(library)
      .filter((file) => /^lib\.(dom|es)[\w.]*\.d\.ts$/.test(file))
      .flatMap((file) => [
        ...withoutComments(readFileSync(join(library, file), "utf8")).matchAll(
          /^\s+(?:readonly |get |set )*([A-Za-z_$][\w$]*)\??\s*[:(<]/gm,
        ),
      ])
      .map(([, name = ""]) => name),
  );
};

describe("budgets", () => {
  it("[H21][D8][I14] the SDK: core at most 17,190 bytes, media at most 4,000 more, what private rooms load 4,250", async () => {
    const core = splitSdk(await sdkModules("browser/core-entry.ts"));
    const all = splitSdk(await sdkModules("browser/index.ts"));
    const {
      beside = "",
      rest = "",
      watch = "",
      "private-door": keys = "",
      unlinked = "",
      demand = "",
      ...others
    } = core.later;
    const { "connection-test": trial = "" } = all.later;
    const sizes = {
      core: gzipped(core.first),
      media: gzipped(all.first) - gzipped(core.first),
      beside: gzipped(beside),
      rest: gzipped(rest),
      diagnosis: gzipped(watch),
      private: gzipped(keys),
      unlinked: gzipped(unlinked),
      trial: gzipped(trial),
      files: gzipped(all.later["room-files"] ?? ""),
      far: gzipped(all.later["far"] ?? ""),
      reports: gzipped(all.later["reports"] ?? ""),
      moving: gzipped(all.later["moving"] ?? ""),
      demand: gzipped(demand),
      forwarder: gzipped(all.later["forwarder"] ?? ""),
      peer: gzipped(all.later["peer"] ?? ""),
      bearing: gzipped(all.later["bearing"] ?? ""),
      direct: gzipped(all.later["direct"] ?? ""),
    };
    console.log(`SDK, gzipped: ${JSON.stringify(sizes)}`);
    expect(Object.keys(others)).toEqual([]);
    expect(keys).toContain("Ed25519");
    expect(core.first).not.toContain("Ed25519");
    expect(sizes.media).toBeGreaterThan(500);
    expect(sizes.core).toBeLessThanOrEqual(17_190);
    expect(sizes.media).toBeLessThanOrEqual(4_000);
    expect(watch).toContain("relay-unauthorised");
    expect(core.first).not.toContain("relay-unauthorised");
    expect(sizes.diagnosis).toBeLessThanOrEqual(5_850);
    expect(beside).toContain("selectedcandidatepairchange");
    expect(core.first).not.toContain("selectedcandidatepairchange");
    expect(sizes.beside).toBeLessThanOrEqual(3_270);
    // What runs a room once something happens: it must not grow by more than leaves the core, or takes a step of recovery.
    expect(sizes.rest).toBeGreaterThan(1_000);
    expect(sizes.rest).toBeLessThanOrEqual(3_850);
    expect(sizes.private).toBeLessThanOrEqual(4_250);
    expect(unlinked).toContain("post-unheard");
    expect(core.first).not.toContain("post-unheard");
    expect(sizes.unlinked).toBeLessThanOrEqual(5_000);
    expect(trial).toContain("icecandidateerror");
    expect(sizes.trial).toBeLessThanOrEqual(2_000);
    expect(all.first).not.toContain("Ed25519");
    expect(all.first).not.toContain("text-damaged");
    expect(sizes.reports).toBeGreaterThan(500);
    expect(sizes.reports).toBeLessThanOrEqual(1_400);
    expect(sizes.bearing).toBeGreaterThan(500);
    expect(sizes.bearing).toBeLessThanOrEqual(1_100);
    expect(sizes.moving).toBeGreaterThan(1_000);
    expect(sizes.moving).toBeLessThanOrEqual(3_400);
    expect(sizes.demand).toBeGreaterThan(2_000);
    expect(sizes.demand).toBeLessThanOrEqual(5_300);
    expect(sizes.forwarder).toBeGreaterThan(1_000);
    expect(sizes.forwarder).toBeLessThanOrEqual(5_000);
    expect(sizes.peer).toBeGreaterThan(1_000);
    expect(sizes.peer).toBeLessThanOrEqual(4_250);
    expect(sizes.direct).toBeGreaterThan(2_000);
    expect(sizes.direct).toBeLessThanOrEqual(7_500);
    expect(sizes.files).toBeGreaterThan(5_000);
    expect(sizes.files).toBeLessThanOrEqual(21_000);
    expect(sizes.far).toBeGreaterThan(1_000);
    expect(sizes.far).toBeLessThanOrEqual(2_300);
  });

  it("[H21] every bound of the SDK's parts stands in its rule", () => {
    const rule = /^- \*\*\[H21\]\*\*.*$/m.exec(readFileSync(join(root, "docs/spec/hosting.md"), "utf8"))?.[0];
    const own = readFileSync(fileURLToPath(import.meta.url), "utf8");
    const bounds = [...own.matchAll(/expect\(sizes\.(\w+)\)\.toBeLessThanOrEqual\(([\d_]+)\)/g)].map(
      ([, part, bound = ""]) => `${part}: ${bound.replace("_", ",")}`,
    );
    expect(bounds.length).toBeGreaterThan(10);
    expect(bounds.filter((bound) => !rule?.includes(` ${bound.split(": ")[1]}`))).toEqual([]);
  });

  it("[H21] the SDK is one module that imports nothing before it is asked to, with source maps", async () => {
    const modules = await sdkModules("browser/index.ts");
    const [entry] = modules as [SdkModule];
    expect(entry.fileName).toBe("parlour.js");
    expect(entry.imports).toEqual([]);
    for (const { fileName, imports, code, map } of modules.slice(1)) {
      for (const name of imports) expect(name).toBe("parlour.js");
      expect(fileName).toMatch(/^parlour-[a-z-]+-[0-9a-f]{8}\.js$/);
      const asked = `import("./${fileName}")`.replaceAll('"', "`");
      expect(modules.some((module) => module.code.includes(asked))).toBe(true);
      expect(code).not.toMatch(/https?:/);
      expect(JSON.parse(map)).toMatchObject({ file: fileName, sourcesContent: [expect.any(String)] });
    }
  });

  it("[S62] what is loaded beside a room has all of it loaded: what looks at links, and what brings them back", async () => {
    const modules = await sdkModules("browser/index.ts");
    const beside = modules.find(({ fileName }) => fileName.startsWith("parlour-beside-"))?.readable ?? "";
    // Rolldown drops a call there whose result nobody uses, when it goes through a function of another module that imports.
    for (const part of ["watch", "rest"]) expect(beside).toContain(`import("./parlour-${part}-`);
  });

  it("[H21] no name that the built SDK shortens is known outside of it", async () => {
    const modules = await sdkModules("browser/index.ts");
    // Spelled in a string: used as a key by that name, or said to somebody.
    const strings = modules.flatMap(({ readable }) =>
      [...readable.matchAll(/(["'`])([\w$-]+)\1/g)].map(([, , name]) => name),
    );
    const exported = modules.flatMap(({ readable }) =>
      [...readable.matchAll(/export \{([^}]*)\}/g)].flatMap(([, list = ""]) => wordsOf(list)),
    );
    const known = new Set([...strings, ...exported, ...browserNames(), ...outsideFiles.flatMap(sourceWords)]);
    expect(insideNames.filter((name) => known.has(name) || name.endsWith("_"))).toEqual([]);
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

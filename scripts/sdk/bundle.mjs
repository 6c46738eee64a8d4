/** The browser SDK as it is served and weighed: one entry, and the modules that it loads when they are needed. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps/run.mjs";
import { insideNames } from "./names.mjs";

/**
 * A built module. `readable` is its code before names and spaces were taken out, which `map` leads back to.
 *
 * @typedef {{ fileName: string, isEntry: boolean, imports: string[], code: string, readable: string, map: string }} SdkModule
 */

/** Workers: bundlers find each by its source's name, the served SDK by the file's. */
const workers = {
  "files-worker.js": "transfer/browser/storage/worker.ts",
  "sealing-worker.js": "client/browser/sealing/sealing-worker.ts",
};
const servedWorker = {
  name: "served-worker",
  transform: {
    filter: { id: /start-worker\.ts$/ },
    handler: (code, id) => {
      const of = (source) => source.slice(0, source.lastIndexOf("/"));
      const [file, source] = Object.entries(workers).find(([, each]) =>
        id.endsWith(`${of(each)}/start-worker.ts`),
      );
      return code.replace(JSON.stringify(source.replace(of(source), ".")), JSON.stringify(`./${file}`));
    },
  },
};

// Stands in names until the content of all modules is known: one of another build must never be loaded with this one.
const version = "vvvvvvvv";

/**
 * Builds an entry of packages/client.
 *
 * @param {string} entry its source, as `browser/index.ts`
 * @param {string} name of the file it becomes, without `.js`
 * @returns {Promise<SdkModule[]>} the entry first
 */
export async function sdkModules(entry, name = "parlour") {
  const { build } = await import("rolldown");
  const { minifySync } = await import("rolldown/utils");
  const { output } = await build({
    input: { [name]: join(root, "packages", "client", entry) },
    platform: "browser",
    resolve: { conditionNames: ["source", "browser", "import", "module", "default"] },
    transform: { target: "es2022" },
    treeshake: true,
    plugins: [servedWorker],
    // What an entry shares with what it loads later goes into the entry, not into a third file.
    preserveEntrySignatures: "allow-extension",
    write: false,
    output: {
      format: "es",
      comments: false,
      dir: root,
      entryFileNames: "[name].js",
      chunkFileNames: `${name}-[name]-${version}.js`,
    },
    logLevel: "warn",
  });
  const modules = [...output].sort((a, b) => Number(b.isEntry) - Number(a.isEntry));
  const hash = createHash("sha256").update(insideNames.join());
  for (const { code } of modules) hash.update(code);
  const named = (text) => text.replaceAll(version, hash.copy().digest("hex").slice(0, 8));
  const include = new RegExp(`^(?:${insideNames.join("|")})$`);
  // One table for all of them: what one module calls a thing, the others call it too.
  let cache = {};
  return modules.map(({ fileName: placeholder, isEntry, imports, code: found }) => {
    const [fileName, readable] = [named(placeholder), named(found)];
    const source = fileName.replace(/\.js$/, ".readable.js");
    const result = minifySync(source, readable, {
      module: true,
      compress: { target: "es2022" },
      mangleProps: { include, cache },
      codegen: { removeWhitespace: true, legalComments: "none" },
      sourcemap: true,
    });
    if (result.errors.length > 0) throw new Error(result.errors.map(({ message }) => message).join("\n"));
    cache = result.mangleCache;
    const map = JSON.stringify({
      ...result.map,
      file: fileName,
      sources: [source],
      sourcesContent: [readable],
    });
    return { fileName, isEntry, imports: imports.map(named), code: result.code, readable, map };
  });
}

/**
 * Writes the SDK: `parlour.js`, and beside it what it loads later and the source maps of all; `inspect.js`, which makes something of what
 * `room.inspect()` gives, for pages without a bundler.
 *
 * @param {string} folder is emptied of the modules of earlier builds
 */
export async function writeSdk(folder) {
  const modules = await sdkModules("browser/index.ts");
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder))
    if (/^parlour[\w.-]*\.js(\.map)?$/.test(file)) rmSync(join(folder, file));
  const beside = {
    ...workers,
    "inspect.js": "client/core/inspect/index.ts",
  };
  for (const [file, entry] of Object.entries(beside)) await writeAlone(entry, join(folder, file));
  for (const { fileName, code, map } of modules) {
    writeFileSync(join(folder, fileName), `${code.trimEnd()}\n//# sourceMappingURL=${fileName}.map\n`);
    writeFileSync(join(folder, `${fileName}.map`), map);
  }
}

/** A module that shares nothing with the others. */
async function writeAlone(entry, file) {
  const { build } = await import("rolldown");
  await build({
    input: join(root, "packages", entry),
    platform: "browser",
    resolve: { conditionNames: ["source", "browser", "import", "module", "default"] },
    transform: { target: "es2022" },
    output: { file, format: "es", minify: true, comments: false },
    logLevel: "warn",
  });
}

/**
 * What is loaded with the entry, and what only later.
 *
 * @param {readonly SdkModule[]} modules
 * @returns {{ first: string, later: Record<string, string> }} code; `later` by the module's name without its version
 */
export function splitSdk(modules) {
  const first = new Set();
  const load = (name) => {
    const found = modules.find(({ fileName }) => fileName === name);
    if (found === undefined || first.has(found)) return;
    first.add(found);
    found.imports.forEach(load);
  };
  load(modules.find(({ isEntry }) => isEntry).fileName);
  const later = modules.filter((module) => !first.has(module));
  return {
    first: [...first].map(({ code }) => code).join("\n"),
    later: Object.fromEntries(
      later.map(({ fileName, code }) => [fileName.replace(/^[a-z]+-(.*)-\w+\.js$/, "$1"), code]),
    ),
  };
}

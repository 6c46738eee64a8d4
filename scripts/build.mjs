/** `npm run build`: the packages (tsc -b), the page (apps/web/dist) and the SDK as one module (apps/web/dist/sdk/parlour.js). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./steps/install.mjs";
import { fail, root, run, tools } from "./steps/run.mjs";
import { rememberBuild, sourceHash } from "./steps/sources.mjs";

const web = join(root, "apps", "web");

/**
 * The browser SDK from its sources, minified.
 *
 * @param {string} entry in packages/client
 * @param {object} output of rolldown; nothing is written without a file
 */
async function bundle(entry, output) {
  const { build } = await import("rolldown");
  return build({
    input: join(root, "packages", "client", entry),
    platform: "browser",
    resolve: { conditionNames: ["source", "browser", "import", "module", "default"] },
    transform: { target: "es2022" },
    treeshake: true,
    // What an entry shares with what it loads later goes into the entry, not into a third file.
    preserveEntrySignatures: "allow-extension",
    write: output.file !== undefined,
    output: { format: "es", minify: true, comments: false, ...(output.file ? {} : { dir: root }), ...output },
    logLevel: "warn",
  });
}

/**
 * The browser SDK as it is served: one ES module without imports.
 *
 * @param {{ file?: string }} [options] without a file nothing is written
 * @returns {Promise<string>} the code
 */
export async function bundleSdk({ file } = {}) {
  const { output } = await bundle("browser/index.ts", { codeSplitting: false, ...(file && { file }) });
  const [chunk, ...others] = output;
  if (others.length > 0 || chunk.imports.length > 0)
    throw new Error(`The SDK must be one module without imports; it has ${chunk.imports.join(", ")}.`);
  return chunk.code;
}

/**
 * The code of an entry as a bundler splits it, for measuring.
 *
 * @param {string} entry in packages/client
 * @returns {Promise<{ first: string, later: string }>} what is loaded with the entry, and what only when it is needed
 */
export async function splitSdk(entry) {
  const { output } = await bundle(entry, {});
  const first = new Set();
  const load = (name) => {
    const chunk = output.find(({ fileName }) => fileName === name);
    if (chunk === undefined || first.has(chunk)) return;
    first.add(chunk);
    chunk.imports.forEach(load);
  };
  load(output.find(({ isEntry }) => isEntry).fileName);
  const code = (chunks) => chunks.map((chunk) => chunk.code).join("\n");
  return { first: code([...first]), later: code(output.filter((chunk) => !first.has(chunk))) };
}

/** Compiles the packages. Returns the compiler's complaint, or undefined. */
async function compile() {
  const { ok, output } = await run([...tools.tsc, "-b"]);
  return ok ? undefined : output;
}

/** Builds the page when it has a configuration. Returns Vite's complaint, or undefined. */
async function buildPage() {
  if (!["vite.config.ts", "vite.config.mjs"].some((name) => existsSync(join(web, name)))) return undefined;
  const { ok, output } = await run([...tools.vite, "build", "--logLevel", "warn"], {
    cwd: web,
    env: { NO_COLOR: "1" },
  });
  return ok ? undefined : output;
}

/** Builds everything; throws with the words of the tool that failed. */
export async function build() {
  const hash = sourceHash();
  const complaint = (await compile()) ?? (await buildPage());
  if (complaint !== undefined) throw new Error(complaint.trim());
  await bundleSdk({ file: join(web, "dist", "sdk", "parlour.js") });
  rememberBuild(hash);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install();
  await build().catch((error) => fail(error.message));
}

/** `npm run build`: the packages (tsc -b), the page (apps/web/dist) and the SDK as one module (apps/web/dist/sdk/parlour.js). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install } from "./steps/install.mjs";
import { fail, root, run, tools } from "./steps/run.mjs";
import { rememberBuild, sourceHash } from "./steps/sources.mjs";

const web = join(root, "apps", "web");

/**
 * The browser SDK from its sources: one minified ES module without imports.
 *
 * @param {{ entry?: string, file?: string }} [options] another entry and file, for measuring parts of it;
 *   without a file nothing is written
 * @returns {Promise<string>} the code
 */
export async function bundleSdk({ entry = "browser/index.ts", file } = {}) {
  const { build } = await import("rolldown");
  const { output } = await build({
    input: join(root, "packages", "client", entry),
    platform: "browser",
    resolve: { conditionNames: ["source", "browser", "import", "module", "default"] },
    transform: { target: "es2022" },
    treeshake: true,
    write: file !== undefined,
    output: { format: "es", minify: true, codeSplitting: false, ...(file ? { file } : { dir: root }) },
    logLevel: "warn",
  });
  const [chunk, ...others] = output;
  if (others.length > 0 || chunk.imports.length > 0)
    throw new Error(`The SDK must be one module without imports; it has ${chunk.imports.join(", ")}.`);
  return chunk.code;
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

/** `npm run build`: the packages (tsc -b), the page (apps/web/dist) and the SDK as it is served (apps/web/dist/sdk). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeSdk } from "./sdk/bundle.mjs";
import { install } from "./steps/install.mjs";
import { fail, root, run, tools } from "./steps/run.mjs";
import { rememberBuild, sourceHash } from "./steps/sources.mjs";

const web = join(root, "apps", "web");

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
  await writeSdk(join(web, "dist", "sdk"));
  rememberBuild(hash);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install();
  await build().catch((error) => fail(error.message));
}

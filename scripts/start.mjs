/**
 * `npm start [-- FLAGS]`: on a fresh machine with Node alone, installs, builds (again only when sources
 * changed) and runs `parlour serve` in this process, so that signals and the exit code are its own.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkNode, install } from "./steps/install.mjs";
import { fail, root } from "./steps/run.mjs";
import { isBuilt } from "./steps/sources.mjs";

checkNode();
await install();
if (!isBuilt()) {
  process.stderr.write("Building …\n");
  const { build } = await import("./build.mjs");
  await build().catch((error) => fail(`${error.message}\nThe build failed; its words are above.`));
}

const parlour = join(root, "packages", "cli", "bin", "parlour.mjs");
process.argv = [process.argv[0], parlour, "serve", ...process.argv.slice(2)];
await import(pathToFileURL(parlour).href);

/** `npm run example -- NAME`: installs, builds (when sources changed) and runs one of the examples. Without a name: lists them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkNode, install } from "./steps/install.mjs";
import { fail, root } from "./steps/run.mjs";
import { isBuilt } from "./steps/sources.mjs";

checkNode();
const folder = join(root, "examples");
const program = (name) => join(folder, name, "server.mjs");
const names = readdirSync(folder).filter((name) => existsSync(program(name)));
const [name] = process.argv.slice(2);

if (name === undefined) {
  console.log("Examples, each started with `npm run example -- NAME`:\n");
  for (const each of names) {
    const [, , what = ""] = readFileSync(join(folder, each, "README.md"), "utf8").split("\n");
    console.log(`  ${each.padEnd(16)} ${what}`);
  }
} else if (!names.includes(name)) {
  fail(`There is no example "${name}". There are: ${names.join(", ")}.`);
} else {
  await install();
  if (!isBuilt()) {
    process.stderr.write("Building …\n");
    const { build } = await import("./build.mjs");
    await build().catch((error) => fail(`${error.message}\nThe build failed; its words are above.`));
  }
  await import(pathToFileURL(program(name)).href);
}

/**
 * `node scripts/run-ts.mjs FILE.ts [ARGUMENTS…]` runs a TypeScript file of this repository with
 * workspace packages read from their sources; no build needed. `process.argv` looks as if Node ran
 * the file itself. For child processes and workers of your own:
 * `node --import <repository>/scripts/typescript/register.mjs FILE.ts`.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import "./typescript/register.mjs";

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  console.error("Which file? Try: node scripts/run-ts.mjs bench/join.ts");
  process.exit(2);
}
const path = resolve(file);
process.argv = [process.argv[0], path, ...rest];
await import(pathToFileURL(path).href);

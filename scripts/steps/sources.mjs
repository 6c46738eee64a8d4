/** The files that a build is made from, and one hash over all of them. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "./run.mjs";

const skipped = new Set(["node_modules", "dist", "dist-types", "artifacts", ".git", ".cache"]);

/** Every file under `folder`, without what is built or installed. */
export function* files(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (skipped.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

const record = join(root, ".cache", "built");
/** One file of each part of a build. */
const outputs = [
  "packages/cli/dist/index.js",
  "packages/server/dist/node/index.js",
  "apps/web/dist/sdk/parlour.js",
];

/** One hash over the content of everything that goes into a build. */
export function sourceHash() {
  const hash = createHash("sha256");
  const add = (path) =>
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update("\0");
  for (const name of ["package-lock.json", "tsconfig.json", "tsconfig.base.json", "scripts/build.mjs"])
    add(join(root, name));
  for (const folder of ["packages", "apps", "scripts/sdk"])
    for (const path of [...files(join(root, folder))].sort()) if (!/\.test\.tsx?$/.test(path)) add(path);
  return hash.digest("hex");
}

/** Whether the last build was made from these sources and is still there. */
export function isBuilt(hash = sourceHash()) {
  if (!outputs.every((path) => existsSync(join(root, path)))) return false;
  return existsSync(record) && readFileSync(record, "utf8") === hash;
}

/** Remembers what the present build was made from. */
export function rememberBuild(hash) {
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, hash);
}

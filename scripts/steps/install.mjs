/** `npm ci` when, and only when, it is needed. Runs on a bare clone: nothing but Node's own modules here. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, root, run } from "./run.mjs";

const lockfile = join(root, "package-lock.json");
const modules = join(root, "node_modules");
/** npm writes this file at the end of every install. */
const installed = join(modules, ".package-lock.json");
/** The hash of the lockfile that was installed: a checkout that only touches the lockfile's time installs nothing. */
const stamp = join(modules, ".parlour-lockfile");

const wantedNode = [20, 19];

/** Ends the script, saying why, when Node is too old for what is here. */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > wantedNode[0] || (major === wantedNode[0] && minor >= wantedNode[1])) return;
  fail(
    `Parlour needs Node ${wantedNode.join(".")} or newer; this is ${process.versions.node}. See https://nodejs.org for a newer one.`,
  );
}

const hash = () => createHash("sha256").update(readFileSync(lockfile)).digest("hex");

/** Whether node_modules holds what the lockfile names. */
export function isInstalled() {
  if (!existsSync(installed)) return false;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash()) return true;
  return statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
}

/** Installs the dependencies unless they are there. Ends the script with npm's own words when that fails. */
export async function install() {
  checkNode();
  if (!isInstalled()) {
    process.stderr.write("Installing dependencies (npm ci) …\n");
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
    const { ok, output } = await run([...npm, "ci", "--no-fund", "--no-audit", "--include=dev"]);
    if (!ok) fail(`${output}\nnpm ci failed; its words are above.`);
  }
  try {
    writeFileSync(stamp, hash());
  } catch {
    // A disk that can't be written to: the files' times have to do.
  }
}

import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Everything a run leaves on the machine while it lasts: temporary folders and processes. The runner names one folder
 * for the whole run in `PARLOUR_E2E_SCRATCH` and sweeps it at the end, so that nothing outlives even a crashed run.
 */
export function scratchFolder(): string {
  const named = process.env["PARLOUR_E2E_SCRATCH"];
  if (named !== undefined) {
    mkdirSync(named, { recursive: true });
    return named;
  }
  const made = makeScratch();
  process.env["PARLOUR_E2E_SCRATCH"] = made;
  process.once("exit", () => sweep(made));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  return made;
}

const prefix = "parlour-e2e-";
/** Says whose run a folder belongs to, so that a later one can tell whether it is over. */
const ownerOf = (folder: string): string => join(folder, "owner");

/** A folder for a run of this process. What runs that were cut off left behind is swept first. */
export function makeScratch(): string {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    try {
      const [pid = "", started = ""] = readFileSync(ownerOf(folder), "utf8").split(" ");
      if (startTime(Number(pid)) !== started) sweep(folder);
    } catch {
      // Not ours, or gone already.
    }
  }
  const made = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(ownerOf(made), `${process.pid} ${startTime(process.pid) ?? ""}`);
  return made;
}

/** A fresh folder for a profile or for a server's data. */
export function freshFolder(purpose: string): string {
  return mkdtempSync(join(scratchFolder(), `${purpose}-`));
}

export function removeFolder(folder: string): void {
  // A browser that was just killed may still be writing for a moment.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

const noteOf = (folder: string, pid: number): string => join(folder, `${pid}.pid`);

/** Notes a process that must not outlive the run; `forgetProcess` when it has ended. */
export function noteProcess(pid: number): void {
  writeFileSync(noteOf(scratchFolder(), pid), startTime(pid) ?? "");
}
export function forgetProcess(pid: number): void {
  rmSync(noteOf(scratchFolder(), pid), { force: true });
}

/** When the process started, as the kernel tells it, so that a reused pid is never mistaken for ours. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** A process and everything it started, children first. */
export function processTree(pid: number): number[] {
  let children: number[] = [];
  try {
    children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" })
      .split("\n")
      .map(Number)
      .filter((child) => child > 0);
  } catch {
    // `ps` ends with 1 when there are no children.
  }
  return [...children.flatMap(processTree), pid];
}

export function signalTree(pid: number, signal: NodeJS.Signals): void {
  const tree = processTree(pid);
  // Killed one after the other the last would still say goodbye for the first: a browser closes the sockets of a page that has died.
  for (const each of signal === "SIGKILL" ? (["SIGSTOP", signal] as const) : [signal])
    for (const one of tree) {
      try {
        process.kill(one, each);
      } catch {
        // It ended by itself meanwhile.
      }
    }
}

/** Processes that were started with something in that folder: a profile, a server's data. No other has its random name in its arguments. */
function startedIn(folder: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      if (!(pid > 0) || pid === process.pid) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${folder}/`);
      } catch {
        return false;
      }
    });
}

/** Ends whatever is still noted or was just being started, and removes the folder. */
export function sweep(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".pid"));
  } catch {
    return;
  }
  for (const name of names) {
    const pid = Number.parseInt(name, 10);
    const started = readFileSync(join(folder, name), "utf8");
    if (started !== "" && startTime(pid) === started) signalTree(pid, "SIGKILL");
    unlinkSync(join(folder, name));
  }
  for (const pid of startedIn(folder)) signalTree(pid, "SIGKILL");
  removeFolder(folder);
}

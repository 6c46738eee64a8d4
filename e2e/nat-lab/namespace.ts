import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { forgetProcess, noteProcess } from "../harness/scratch.ts";
import { within } from "../harness/waiting.ts";

/**
 * A machine of the lab: a network namespace of its own, which has no name and lasts as long as a process is in it. The first one
 * is a shell that waits for the end of a pipe from here. So however this process ends, the namespace and its cables are gone with it,
 * and nothing has to be swept; and without names, labs side by side never meet.
 */
export interface Namespace {
  readonly name: string;
  /** Of the process that holds it: `nsenter --target PID --net` gets you in. */
  readonly pid: number;
  /** The words before a command that make it run in here. It keeps the pid that it was started with. */
  readonly launcher: readonly string[];
  /** Runs a program in here to its end and gives what it wrote; rejects with its words when it fails. */
  run(command: readonly string[], input?: string): Promise<string>;
  close(): Promise<void>;
}

export async function openNamespace(name: string): Promise<Namespace> {
  const holder = spawn("unshare", ["--net", "sh", "-c", "echo ready; read line", `parlour-lab-${name}`], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { pid } = holder;
  if (pid === undefined) throw new Error("unshare is missing; on Debian: apt-get install util-linux");
  noteProcess(pid);
  await within(`the namespace ${name}`, ready(holder));
  const launcher = ["nsenter", `--net=/proc/${pid}/ns/net`, "--"];
  return {
    name,
    pid,
    launcher,
    run: (command, input) => runToEnd([...launcher, ...command], input),
    async close() {
      if (holder.exitCode !== null || holder.signalCode !== null) return;
      const ended = once(holder, "exit");
      holder.stdin.end();
      await within(`the namespace ${name} to end`, ended);
      forgetProcess(pid);
    },
  };
}

/** By then it is in the new namespace: only that shell says so. */
async function ready(holder: ChildProcess): Promise<void> {
  let complaint = "";
  holder.stderr?.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const failed = once(holder, "exit").then(() => {
    throw new Error(`no namespace: ${complaint.trim()}`);
  });
  failed.catch(() => {});
  if (holder.stdout !== null) await Promise.race([once(holder.stdout, "data"), failed]);
}

function runToEnd([program = "", ...words]: readonly string[], input = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, words, { timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${words.slice(2).join(" ")}: ${stderr.trim() || error.message}\n${input}`));
    });
    // Who ends without reading it has an exit code that says why.
    child.stdin?.on("error", () => {}).end(input);
  });
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const probe = fileURLToPath(new URL("probe.mjs", import.meta.url));

/** What a process has used up to now. */
export interface Usage {
  /** User and system time of the whole process, milliseconds. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** A server in a process of its own. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  /** Start of the process to its ready line, milliseconds. */
  readonly startedInMs: number;
  usage(kind?: "cpu" | "memory"): Promise<Usage>;
  /** Resident memory as the kernel counts it, without asking the process to do anything. */
  residentBytes(): number;
  close(): Promise<void>;
}

async function start(
  name: string,
  args: readonly string[],
  cleanUp: () => void = () => {},
): Promise<Contender> {
  const begun = performance.now();
  const child: ChildProcess = spawn(process.execPath, ["--expose-gc", "--import", probe, ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("PARLOUR_"))),
  });
  const output: string[] = [];
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const url = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output.push(chunk.toString());
      const found = /ready at (\S+)/.exec(output.join(""));
      if (found?.[1] !== undefined) resolve(found[1].replace(/\/$/, ""));
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.once("exit", (code) =>
      reject(new Error(`${name} ended with ${code}: ${output.join("").slice(-2000)}`)),
    );
    setTimeout(() => reject(new Error(`${name} was not ready within 20 s`)), 20_000).unref();
  });
  return {
    name,
    url,
    startedInMs: performance.now() - begun,
    usage: (kind = "cpu") =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${name} did not answer its probe`)), 20_000);
        child.once("message", (answer: { cpu: NodeJS.CpuUsage; rss: number; heap: number }) => {
          clearTimeout(late);
          resolve({
            cpuMs: (answer.cpu.user + answer.cpu.system) / 1000,
            rssBytes: answer.rss,
            heapBytes: answer.heap,
          });
        });
        child.send(kind);
      }),
    residentBytes: () =>
      Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1024,
    async close() {
      process.off("exit", kill);
      const ended = new Promise((resolve) => child.once("exit", resolve));
      kill();
      await ended;
      cleanUp();
    },
  };
}

/** The built Parlour, as a host runs it. */
export function startParlour(flags: readonly string[] = []): Promise<Contender> {
  const data = mkdtempSync(join(tmpdir(), "parlour-bench-"));
  const command = join(root, "packages/cli/bin/parlour.mjs");
  return start("Parlour", [command, "serve", "--port", "0", "--data", data, ...flags], () =>
    rmSync(data, { recursive: true, force: true }),
  );
}

export function startOther(name: "bare-ws" | "peerserver" | "socket-io"): Promise<Contender> {
  return start(name, [fileURLToPath(new URL(`../contenders/${name}.mjs`, import.meta.url))]);
}

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where coturn's programs are; throws with what to do when they are nowhere. */
export function coturn(
  program: "turnutils_uclient" | "turnutils_stunclient" | "turnutils_peer" | "turnserver",
): string {
  for (const folder of [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/sbin"]) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(
    `${program} is missing. On Debian or Ubuntu, as root: apt-get install --no-install-recommends coturn (and don't start its service).`,
  );
}

/** What a program said, and whether it ended by itself within the time. */
export interface Run {
  readonly output: string;
  readonly ended: boolean;
}

export function run(
  program: "turnutils_uclient" | "turnutils_stunclient",
  args: readonly string[],
  withinMs = 40_000,
): Promise<Run> {
  const child = spawn(coturn(program), args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let ended = true;
  const take = (chunk: Buffer): void => {
    // Its floods of errors are not kept.
    if (output.length < 200_000) output += chunk.toString();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const late = setTimeout(() => {
    ended = false;
    child.kill("SIGKILL");
  }, withinMs);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(late);
      resolve({ output, ended });
    });
  });
}

/** Answers each packet with the same (`turnutils_peer`), on UDP port 3480 or another. */
export function startPeer(port: number): ChildProcess {
  return spawn(coturn("turnutils_peer"), ["-L", "127.0.0.1", "-L", "::1", "-p", String(port)], {
    stdio: "ignore",
  });
}

/** Bytes sent and received in all, and packets lost, as `turnutils_uclient` counts them at its end. */
export function traffic(output: string): { sent: number; received: number; lost: number } | undefined {
  const bytes = [...output.matchAll(/tot_send_bytes ~ (\d+), tot_recv_bytes ~ (\d+)/g)].at(-1);
  const lost = /Total lost packets (\d+)/.exec(output);
  if (bytes === undefined || lost === null) return undefined;
  return { sent: Number(bytes[1]), received: Number(bytes[2]), lost: Number(lost[1]) };
}

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
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

export interface Peer {
  readonly port: number;
  /** Resolves once its process has ended. */
  stop(): Promise<void>;
}
/** Ports below those that the system gives away; it takes two. */
const somePort = (): number => 10_000 + 2 * randomInt(1_000);

/** Answers each packet with the same (`turnutils_peer`), on a UDP port that nobody else has; it does so by the time this resolves. */
export async function startPeer(): Promise<Peer> {
  for (let tries = 0; tries < 10; tries++) {
    const port = somePort();
    const child = spawn(coturn("turnutils_peer"), ["-L", "127.0.0.1", "-L", "::1", "-p", String(port)], {
      stdio: "ignore",
    });
    const ended = new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => resolve());
    });
    const stop = async (): Promise<void> => {
      child.kill("SIGKILL");
      await ended;
    };
    // It says nothing of a port that it did not get.
    const isThere = await Promise.race([
      Promise.all(["127.0.0.1", "::1"].map((host) => echoes(host, port))),
      ended.then(() => [false]),
    ]);
    if (isThere.every(Boolean)) return { port, stop };
    await stop();
  }
  throw new Error("turnutils_peer answers on none of ten ports");
}

/** Whether a packet comes back within ten seconds. */
async function echoes(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host === "::1" ? "udp6" : "udp4");
  const ask = (): void => socket.send("are you there?", port, host, () => {});
  const again = setInterval(ask, 50);
  ask();
  try {
    await once(socket, "message", { signal: AbortSignal.timeout(10_000) });
    return true;
  } catch {
    return false;
  } finally {
    clearInterval(again);
    socket.close();
  }
}

/** Bytes sent and received in all, and packets lost, as `turnutils_uclient` counts them at its end. */
export function traffic(output: string): { sent: number; received: number; lost: number } | undefined {
  const bytes = [...output.matchAll(/tot_send_bytes ~ (\d+), tot_recv_bytes ~ (\d+)/g)].at(-1);
  const lost = /Total lost packets (\d+)/.exec(output);
  if (bytes === undefined || lost === null) return undefined;
  return { sent: Number(bytes[1]), received: Number(bytes[2]), lost: Number(lost[1]) };
}

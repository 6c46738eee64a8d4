import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { forgetProcess, noteProcess } from "../harness/scratch.ts";
import { until, within } from "../harness/waiting.ts";
import type { Namespace } from "./namespace.ts";

/** What arrived, and from where as this side sees it: `address:port`. */
export interface Heard {
  readonly socket: string;
  readonly text: string;
  readonly from: string;
}

/** Sockets for single UDP packets on a machine of the lab. */
export interface Probe {
  readonly heard: readonly Heard[];
  open(socket: string, address: string, port?: number): Promise<void>;
  send(socket: string, text: string, to: string): void;
  /** Waits for a packet with that text and gives where it came from. */
  hears(socket: string, text: string): Promise<string>;
  close(): Promise<void>;
}

export async function openProbe({ launcher }: Namespace): Promise<Probe> {
  const program = fileURLToPath(new URL("probe.mjs", import.meta.url));
  const [command = "", ...words] = [...launcher, process.execPath, program];
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  const { pid } = child;
  if (pid !== undefined) noteProcess(pid);
  const heard: Heard[] = [];
  const bound = new Set<string>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line) as Heard & { bound?: number };
    if (message.bound === undefined) heard.push(message);
    else bound.add(message.socket);
  });
  const tell = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  return {
    heard,
    async open(socket, address, port = 0) {
      tell({ socket, bind: { address, port } });
      await until(`a socket on ${address}`, () => bound.has(socket));
    },
    send(socket, text, to) {
      const [address = "", port = ""] = to.split(":");
      tell({ socket, send: { text, address, port: Number(port) } });
    },
    async hears(socket, text) {
      const found = await until(`"${text}" at ${socket}`, () =>
        heard.find((one) => one.socket === socket && one.text === text),
      );
      return found.from;
    },
    async close() {
      const ended = once(child, "exit");
      child.stdin.end();
      await within("a probe to end", ended);
      if (pid !== undefined) forgetProcess(pid);
    },
  };
}

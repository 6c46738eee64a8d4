import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { freePort } from "../../packages/testkit/node/index.ts";
import { forgetProcess, freshFolder, noteProcess, removeFolder } from "./scratch.ts";
import { within } from "./waiting.ts";

export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));
const command = `${projectRoot}packages/cli/bin/parlour.mjs`;

/** A real server: the built command, as a host runs it, on a free port with a fresh data folder. */
export interface TestServer {
  /** As the ready line says, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly data: string;
  /** What it wrote so far, all its lives together. */
  readonly log: string[];
  /** Starts again on the same port with the same data. */
  start(): Promise<void>;
  /** SIGKILL: no goodbye to anyone. */
  kill(): Promise<void>;
  /** SIGTERM, and the code it ended with. */
  stop(): Promise<number | null>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

/** Where else than on this machine's own network a server runs. */
export interface ServerPlace {
  /** The words before the command, which start it there. */
  readonly launcher: readonly string[];
  /** Nobody else is there, so it can be any. */
  readonly port: number;
}

export async function startServer(flags: readonly string[] = [], place?: ServerPlace): Promise<TestServer> {
  if (!existsSync(command)) throw new Error(`${command} is missing: build first (node scripts/build.mjs)`);
  const data = freshFolder("data");
  const log: string[] = [];
  let running: { child: ChildProcess; ended: Promise<number | null> } | undefined;
  let url = "";

  const start = async (): Promise<void> => {
    const port = String(place?.port ?? (url === "" ? await freePort() : new URL(url).port));
    const [program = "", ...words] = [...(place?.launcher ?? []), process.execPath, command];
    const child = spawn(
      program,
      [
        ...words,
        "serve",
        "--port",
        port,
        "--data",
        data,
        "--log-level",
        "info",
        "--turn-port",
        "0",
        "--self-test",
        "off",
        ...flags,
      ],
      { stdio: ["ignore", "pipe", "pipe"], env: cleanEnvironment(), cwd: data },
    );
    const ended = new Promise<number | null>((resolve) => {
      child.once("exit", (code) => {
        if (child.pid !== undefined) forgetProcess(child.pid);
        running = undefined;
        resolve(code);
      });
    });
    running = { child, ended };
    if (child.pid !== undefined) noteProcess(child.pid);
    const ready = new Promise<string>((resolve, reject) => {
      let text = "";
      const take = (chunk: Buffer): void => {
        text += chunk.toString();
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          log.push(line);
          const found = /Parlour is ready at (\S+)/.exec(line);
          if (found?.[1] !== undefined) resolve(found[1].replace(/\/$/, ""));
        }
      };
      child.stdout?.on("data", take);
      child.stderr?.on("data", take);
      void ended.then((code) =>
        reject(
          new Error(
            `the server ended with ${code} before it was ready:\n${[...log.slice(-20), text].join("\n")}`,
          ),
        ),
      );
    });
    url = await within("the server's ready line", ready);
  };

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (running === undefined) return null;
    const { child, ended } = running;
    child.kill(signal);
    return within(`the server to end on ${signal}`, ended, 15_000);
  };

  await start();
  return {
    get url() {
      return url;
    },
    get port() {
      return place?.port ?? Number(new URL(url).port);
    },
    get pid() {
      return running?.child.pid ?? 0;
    },
    data,
    log,
    start,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    async close() {
      await end("SIGKILL");
      removeFolder(data);
    },
  };
}

/** The environment without settings that would reach the server. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PARLOUR_")));
}

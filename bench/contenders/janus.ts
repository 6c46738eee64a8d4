import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";

/* Janus from Debian (`apt-get install janus`) with its VideoRoom and nothing else, on an address of this machine. */

const program = "/usr/bin/janus";
const modules = "/usr/lib/x86_64-linux-gnu/janus";
const port = 44_588;

/** What to do so that Janus can be measured; undefined: it is there. */
export function missingJanus(): string | undefined {
  return existsSync(program) && existsSync(modules)
    ? undefined
    : "Janus is measured where it is installed: apt-get install --no-install-recommends janus";
}

interface Message {
  readonly janus: string;
  readonly transaction?: string;
  readonly data?: { readonly id: number };
  readonly plugindata?: { readonly data: Record<string, unknown> };
  readonly jsep?: { readonly type: string; readonly sdp: string };
}

export class Janus {
  readonly process: ChildProcess;
  readonly #folder: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (message: Message) => void>();
  #session = 0;
  #count = 0;

  private constructor(child: ChildProcess, folder: string, socket: WebSocket) {
    this.process = child;
    this.#folder = folder;
    this.#socket = socket;
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as Message;
      // Plugins answer later; the first `ack` says no more than that they were asked.
      if (message.janus === "ack" || message.transaction === undefined) return;
      this.#waiting.get(message.transaction)?.(message);
      this.#waiting.delete(message.transaction);
    });
  }

  static async start(host: string): Promise<Janus> {
    const folder = mkdtempSync(join(tmpdir(), "parlour-janus-"));
    const others = (kind: string, kept: string): string =>
      readdirSync(join(modules, kind))
        .filter((name) => name.endsWith(".so") && name !== kept)
        .join();
    mkdirSync(join(folder, "configs"));
    const write = (name: string, text: string): void => writeFileSync(join(folder, "configs", name), text);
    write(
      "janus.jcfg",
      `general: { configs_folder = "${folder}/configs"; plugins_folder = "${modules}/plugins"; transports_folder = "${modules}/transports";
         events_folder = "${modules}/events"; loggers_folder = "${modules}/loggers"; debug_level = 2; log_to_stdout = true; interface = "${host}" }
       media: { rtp_port_range = "45000-46999" }
       nat: { ice_enforce_list = "${host}"; ice_lite = true }
       plugins: { disable = "${others("plugins", "libjanus_videoroom.so")}" }
       transports: { disable = "${others("transports", "libjanus_websockets.so")}" }
       loggers: { disable = "${others("loggers", "")}" }
       events: { broadcast = false }`,
    );
    write(
      "janus.transport.websockets.jcfg",
      `general: { ws = true; ws_port = ${port}; ws_ip = "127.0.0.1" }`,
    );
    write("janus.plugin.videoroom.jcfg", "general: { }");
    const child = spawn(program, ["-F", `${folder}/configs`], { stdio: ["ignore", "ignore", "inherit"] });
    process.once("exit", () => child.kill("SIGKILL"));
    const socket = await opened();
    const janus = new Janus(child, folder, socket);
    janus.#session = (await janus.#ask({ janus: "create" })).data?.id ?? 0;
    const handle = await janus.attach();
    await janus.message(handle, {
      request: "create",
      room: 1,
      publishers: 50,
      bitrate: 20_000_000,
      videocodec: "vp8",
    });
    return janus;
  }

  async attach(): Promise<number> {
    const { data } = await this.#ask({ janus: "attach", plugin: "janus.plugin.videoroom" });
    return data?.id ?? 0;
  }
  message(handle: number, body: object, jsep?: object): Promise<Message> {
    return this.#ask({ janus: "message", handle_id: handle, body, ...(jsep === undefined ? {} : { jsep }) });
  }
  async stop(): Promise<void> {
    this.#socket.close();
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 3_000);
    await gone;
    clearTimeout(timer);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ask(message: object): Promise<Message> {
    const transaction = `t${++this.#count}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`Janus does not answer ${JSON.stringify(message).slice(0, 80)}`)),
        15_000,
      );
      this.#waiting.set(transaction, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#socket.send(JSON.stringify({ ...message, transaction, session_id: this.#session || undefined }));
    });
  }
}

async function opened(): Promise<WebSocket> {
  for (let turn = 0; ; turn++) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, "janus-protocol");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("open", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    if (isOpen) return socket;
    if (turn === 100) throw new Error("Janus does not listen.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../packages/testkit/node/index.ts";
import type { TestPage } from "../browsers.ts";
import { capture } from "../capture.ts";
import { freshFolder, removeFolder } from "../scratch.ts";
import { startServer, type TestServer } from "../server.ts";

/** What a forwarder handled: as it has it in its hands, and as it was on the wire. */
export interface Handled {
  /** Packets that came, after SRTP was taken off. */
  readonly in: readonly Buffer[];
  /** Packets that leave, before SRTP is put on. */
  readonly out: readonly Buffer[];
  /** What else its room was told, and told. */
  readonly said: readonly Buffer[];
  readonly datagrams: readonly Buffer[];
}

/** A real server whose forwarder is looked at from its first packet on. */
export interface TappedServer {
  readonly server: TestServer;
  /** Packets that left so far. */
  leaving(): number;
  /** Ends the capture. */
  handled(): Promise<Handled>;
  close(): Promise<void>;
}

export async function startTapped(): Promise<TappedServer> {
  const folder = freshFolder("tap");
  const file = join(folder, "handled");
  writeFileSync(file, "");
  const port = await freePort();
  const register = new URL("./register.mjs", import.meta.url).href;
  const endCapture = await capture(`udp port ${port} or udp port 9`);
  const launcher = ["env", `FORWARDER_TAP=${file}`, `NODE_OPTIONS=--import=${register}`];
  const server = await startServer([], { launcher, port });
  const read = (): Omit<Handled, "datagrams"> => {
    const noted: Record<number, Buffer[]> = {};
    const bytes = readFileSync(file);
    for (let at = 0; at + 5 <= bytes.length; ) {
      const length = bytes.readUInt32BE(at + 1);
      const kind = bytes[at] ?? 0;
      noted[kind] ??= [];
      noted[kind].push(bytes.subarray(at + 5, at + 5 + length));
      at += 5 + length;
    }
    const { 0: incoming = [], 1: out = [], 2: said = [] } = noted;
    return { in: incoming, out, said };
  };
  return {
    server,
    leaving: () => read().out.length,
    handled: async () => ({ datagrams: (await endCapture()).map(({ payload }) => payload), ...read() }),
    async close() {
      await server.close();
      removeFolder(folder);
    },
  };
}

/** Bytes of frames as encoders made them, in pieces that are looked for; by kind. */
export interface Encoded {
  readonly frames: { readonly audio: number; readonly video: number };
  readonly pieces: ReadonlyMap<string, "audio" | "video">;
}

const pieceBytes = 12;

/**
 * Notes pieces of every frame that this page's encoders make: before the SDK's worker seals it, or, where frames are not sealed, before it is
 * sent. To be called before the page joins. The result reads what was noted.
 */
export async function noteFrames({ page }: TestPage, isSealed: boolean): Promise<() => Promise<Encoded>> {
  await page.evaluate(
    async (bytes, areSealed) => {
      type Options = { readonly way: string; readonly kind: "audio" | "video" };
      /** Runs in a worker: no imports, nothing from outside. */
      const inWorker = (size: number): void => {
        interface Transformer {
          readonly readable: ReadableStream<{ data: ArrayBuffer }>;
          readonly writable: WritableStream;
          readonly options: Options;
          sendKeyFrameRequest(): Promise<void>;
        }
        const channel = new BroadcastChannel("encoded");
        const noted = ({ readable, options }: Transformer) =>
          readable.pipeThrough(
            new TransformStream<{ data: ArrayBuffer }, { data: ArrayBuffer }>({
              transform(frame, controller) {
                const all = new Uint8Array(frame.data);
                const pieces: string[] = [];
                // What may stay in clear, so that packetisers work, is no leak.
                for (let at = options.kind === "video" ? 10 : 1; at + size <= all.length; at += 96) {
                  const piece = all.slice(at, at + size);
                  // Runs of one byte stand in many things.
                  if (new Set(piece).size >= size / 2) pieces.push(String.fromCharCode(...piece));
                }
                channel.postMessage({ kind: options.kind, pieces });
                controller.enqueue(frame);
              },
            }),
          );
        type Handler = (event: { readonly transformer: unknown }) => void;
        let handler: Handler | undefined;
        Object.defineProperty(globalThis, "onrtctransform", {
          set(given: Handler) {
            handler = given;
          },
        });
        globalThis.addEventListener("rtctransform", (event) => {
          const { transformer } = event as unknown as { readonly transformer: Transformer };
          const { options, writable } = transformer;
          const readable = options.way === "seal" ? noted(transformer) : transformer.readable;
          const sendKeyFrameRequest = () => transformer.sendKeyFrameRequest();
          if (handler) handler({ transformer: { options, readable, writable, sendKeyFrameRequest } });
          else void readable.pipeTo(writable).catch(() => {});
        });
      };
      const script = (text: string): string =>
        URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      const noting = script(`(${inWorker})(${bytes});`);

      const frames = { audio: 0, video: 0 };
      const all = new Map<string, string>();
      window.kept["encoded"] = { frames, all };
      new BroadcastChannel("encoded").onmessage = ({ data }) => {
        const { kind, pieces } = data as { kind: "audio" | "video"; pieces: string[] };
        if (pieces.length > 0) frames[kind]++;
        for (const piece of pieces) all.set(piece, kind);
      };
      const Native = window.Worker;
      window.Worker = class extends Native {
        constructor(url: string | URL, options?: WorkerOptions) {
          const isSealing = String(url).includes("sealing-worker");
          const both = `import ${JSON.stringify(noting)};\nimport ${JSON.stringify(String(url))};`;
          super(isSealing ? script(both) : url, options);
        }
      };
      if (areSealed) return;
      const passing = new Native(script(`(${inWorker})(${bytes}); postMessage("ready");`), {
        type: "module",
      });
      // What is told to a worker before it runs is lost in Chromium now and then.
      await new Promise((resolve) => {
        passing.onmessage = resolve;
      });
      const add = RTCPeerConnection.prototype.addTransceiver;
      RTCPeerConnection.prototype.addTransceiver = function (track, init) {
        const transceiver = add.call(this, track, init);
        const kind = typeof track === "string" ? track : track.kind;
        if (init?.direction !== "recvonly")
          transceiver.sender.transform = new RTCRtpScriptTransform(passing, { way: "seal", kind });
        return transceiver;
      };
    },
    pieceBytes,
    isSealed,
  );
  return async () => {
    const { frames, all } = await page.evaluate(() => {
      const held = window.kept["encoded"] as { frames: Encoded["frames"]; all: Map<string, string> };
      return { frames: held.frames, all: [...held.all] as [string, "audio" | "video"][] };
    });
    return { frames, pieces: new Map(all) };
  };
}

/** In how many of these a piece of a frame stands, by the frame's kind. Every byte of them is looked at. */
export function found(
  packets: readonly Buffer[],
  pieces: ReadonlyMap<string, "audio" | "video">,
): { readonly audio: number; readonly video: number } {
  const counts = { audio: 0, video: 0 };
  for (const packet of packets) {
    const text = packet.toString("latin1");
    for (let at = 0; at + pieceBytes <= text.length; at++) {
      const kind = pieces.get(text.slice(at, at + pieceBytes));
      if (kind === undefined) continue;
      counts[kind]++;
      break;
    }
  }
  return counts;
}

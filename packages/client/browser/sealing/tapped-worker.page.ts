/** The worker that seals frames, with somebody behind it who looks at what leaves and changes it, as a hostile forwarder could. */
import { type EncodedFrame, frameVault } from "./vault.ts";
import type { LineOptions, ToWorker } from "./worker-messages.ts";

interface Transformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: LineOptions;
  sendKeyFrameRequest?(): Promise<void>;
}
interface Scope {
  postMessage(message: unknown): void;
  onmessage:
    | ((event: { readonly data: ToWorker | { readonly type: "meddle"; readonly what: string } }) => void)
    | null;
  onrtctransform: ((event: { readonly transformer: Transformer }) => void) | null;
}
const scope = globalThis as unknown as Scope;

const vault = frameVault({ now: () => performance.now(), tell: (message) => scope.postMessage(message) });
let meddling = "none";
let frames = 0;
let leaks = 0;
const opened = { audio: 0, video: 0 };

/** Whether twelve bytes of the frame as it was, from behind what may stay clear, stand anywhere in it as it leaves. */
function isLeaking(before: Uint8Array, after: Uint8Array): boolean {
  const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
  const all = text(after);
  for (let at = 10; at + 12 <= before.length; at += 16)
    if (all.includes(text(before.subarray(at, at + 12)))) return true;
  return false;
}

scope.onmessage = ({ data }) => {
  if (data.type === "meddle") meddling = data.what;
  else vault.take(data);
};
scope.onrtctransform = ({ transformer }) => {
  const { options, readable, writable } = transformer;
  const path = vault.path(options, () => void transformer.sendKeyFrameRequest?.()?.catch(() => {}));
  let old: ArrayBuffer | undefined;
  readable
    .pipeThrough(
      new TransformStream<EncodedFrame, EncodedFrame>({
        async transform(frame, controller) {
          const before = new Uint8Array(frame.data.slice(0));
          if (!(await path(frame))) return;
          if (options.way === "open") {
            opened[options.kind]++;
            scope.postMessage({ type: "opened", opened });
          } else {
            const after = new Uint8Array(frame.data.slice(0));
            frames++;
            if (isLeaking(before, after)) leaks++;
            scope.postMessage({ type: "tapped", frames, leaks });
            if (meddling === "tamper") {
              const at = Math.floor(after.length / 2);
              after[at] = (after[at] ?? 0) ^ 1;
              frame.data = after.buffer;
            } else if (meddling === "replay" && old) frame.data = old.slice(0);
            else old = after.buffer;
          }
          controller.enqueue(frame);
        },
      }),
    )
    .pipeTo(writable)
    .catch(() => {});
};
scope.postMessage({ type: "ready" });

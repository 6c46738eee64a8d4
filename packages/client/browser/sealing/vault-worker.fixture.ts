import { type EncodedFrame, type FramePath, frameVault } from "./vault.ts";
import type { FromWorker, LineOptions, ToWorker } from "./worker-messages.ts";

/** The worker without a thread: a real vault that gets copies of what it is told. */
export class VaultWorker {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly told: ToWorker[] = [];
  readonly vault = frameVault({
    now: () => performance.now(),
    tell: (data) => this.say(data),
  });
  isEnded = false;
  constructor() {
    queueMicrotask(() => this.say({ type: "ready" }));
  }
  say(data: FromWorker): void {
    this.onmessage?.({ data } as MessageEvent<FromWorker>);
  }
  postMessage(message: ToWorker): void {
    const copy = structuredClone(message);
    this.told.push(copy);
    this.vault.take(copy);
  }
  terminate(): void {
    this.isEnded = true;
  }
}

/** What was made of `RTCRtpScriptTransform`, oldest first. */
export const made: { readonly worker: VaultWorker; readonly options: LineOptions }[] = [];
export class VaultTransform {
  constructor(worker: VaultWorker, options: LineOptions) {
    made.push({ worker, options });
  }
}
/** A path through the vault for the transform made last, as its browser would make it. */
export function lastPath(): FramePath {
  const last = made.at(-1);
  if (!last) throw new Error("no transform was made");
  return last.worker.vault.path(last.options);
}

export const picture = Uint8Array.from({ length: 100 }, (_, i) => i);
export const wholePicture = (bytes: Uint8Array = picture): EncodedFrame => ({
  data: bytes.slice().buffer,
  type: "key",
  getMetadata: () => ({ mimeType: "video/VP8" }),
});

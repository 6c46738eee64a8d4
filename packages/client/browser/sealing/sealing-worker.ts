/** The worker through which all frames of a page go in rooms whose media passes somebody else's hands. */
import { type EncodedFrame, frameVault } from "./vault.ts";
import type { LineOptions, ToWorker } from "./worker-messages.ts";

interface Transformer {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
  readonly options: LineOptions;
  sendKeyFrameRequest?(): Promise<void>;
}
/** The compiler knows no worker's scope beside a page's. */
interface Scope {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: ToWorker }) => void) | null;
  onrtctransform: ((event: { readonly transformer: Transformer }) => void) | null;
}
const scope = globalThis as unknown as Scope;

const vault = frameVault({ now: () => performance.now(), tell: (message) => scope.postMessage(message) });
scope.onmessage = ({ data }) => vault.take(data);
scope.onrtctransform = ({ transformer }) => {
  const { options, readable, writable } = transformer;
  const path = vault.path(options, () => {
    // Refused where no picture is received any more.
    transformer.sendKeyFrameRequest?.()?.catch(() => {});
  });
  readable
    .pipeThrough(
      new TransformStream<EncodedFrame, EncodedFrame>({
        async transform(frame, controller) {
          if (await path(frame)) controller.enqueue(frame);
        },
      }),
    )
    .pipeTo(writable)
    // The connection is closed.
    .catch(() => {})
    .finally(() => vault.end(options.line));
};
scope.postMessage({ type: "ready" });

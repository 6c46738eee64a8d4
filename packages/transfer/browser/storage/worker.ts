import { StorageDesk } from "./desk.ts";
import type { StorageAnswer, StorageCall } from "./requests.ts";

/** The worker's own script: holds files of this origin open as the page itself may not. */

/** The part of `DedicatedWorkerGlobalScope` in use; the types that a page has know none. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<StorageCall>) => void) | null;
  postMessage(message: StorageAnswer, transfer: Transferable[]): void;
}
const scope = globalThis as unknown as WorkerScope;

let folder: Promise<FileSystemDirectoryHandle> | undefined;
const desk = new StorageDesk(() => {
  folder ??= navigator.storage
    .getDirectory()
    .then((root) => root.getDirectoryHandle("parlour-files", { create: true }));
  return folder;
});

scope.onmessage = ({ data: { id, request } }) => {
  desk.answer(request).then(
    (value) => scope.postMessage({ id, value }, value instanceof Uint8Array ? [value.buffer] : []),
    (problem: Error) =>
      scope.postMessage({ id, failed: { name: problem.name, message: problem.message } }, []),
  );
};

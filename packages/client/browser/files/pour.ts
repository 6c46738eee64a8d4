import { storageProblem } from "@parlour/transfer/browser";
import type { Taking as DriverTaking } from "@parlour/transfer/driver";
import type { AcceptOptions, OfferedFile } from "./api.ts";

const slab = 1024 * 1024;

/**
 * Pours what arrives into streams, one file after another, each in order. It only follows: which pieces come first is not its business.
 * Rejects with the taking's own problem, or with what a stream makes of what is written to it.
 */
export async function pour(
  taking: DriverTaking<File>,
  files: readonly OfferedFile[],
  into: NonNullable<AcceptOptions["into"]>,
): Promise<void> {
  for (const [index, file] of files.entries()) {
    const stream = await (async () => into(file, index))().catch(fail);
    const writer = stream.getWriter();
    try {
      for (let at = 0; at < file.size; at += slab) {
        const bytes = await taking.read(index, at, Math.min(slab, file.size - at), isWanted, true);
        await writer.ready.catch(fail);
        // The stream says by `ready` when it has room for more.
        writer.write(bytes).catch(() => {});
      }
      await writer.close().catch(fail);
    } catch (problem) {
      writer.abort(problem).catch(() => {});
      throw problem;
    }
  }
}

const isWanted = (): boolean => true;
/** What browsers say of their own streams has a code; what others make theirs say stays as it is. */
const fail = (cause: unknown): never => {
  throw cause instanceof DOMException ? storageProblem(cause) : cause;
};

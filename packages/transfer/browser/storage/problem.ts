import { type TransferCode, TransferProblem } from "../../core/index.ts";

/** What the browser's exceptions mean where something is written. */
const meanings: Readonly<Record<string, TransferCode>> = {
  QuotaExceededError: "disk-full",
  // Firefox's own words for the same and the next.
  NS_ERROR_FILE_NO_DEVICE_SPACE: "disk-full",
  NS_ERROR_DOM_QUOTA_EXCEEDED_ERR: "disk-full",
  NS_ERROR_FILE_ACCESS_DENIED: "no-permission",
  NotAllowedError: "no-permission",
  NoModificationAllowedError: "no-permission",
  // Private windows, and pages that are not served over HTTPS.
  SecurityError: "no-storage",
  TypeError: "no-storage",
  UnknownError: "no-storage",
  InvalidStateError: "no-storage",
  // Somebody emptied the browser's storage meanwhile.
  NotFoundError: "no-storage",
};

/** The problem that an exception of the browser's storage stands for. */
export function storageProblem(cause: unknown): TransferProblem {
  if (cause instanceof TransferProblem) return cause;
  return new TransferProblem(meanings[nameOf(cause)] ?? "no-storage", undefined, { cause });
}

/** The same where a file of the giver's is read. */
export function readingProblem(cause: unknown): TransferProblem {
  if (cause instanceof TransferProblem) return cause;
  // What browsers say when a file on the disk is not the one that was chosen (File API, section 6.4.1).
  const isOther = nameOf(cause) === "NotReadableError" || nameOf(cause) === "NotFoundError";
  return new TransferProblem(isOther ? "file-changed" : "unreadable", undefined, { cause });
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : "");

import type { EndReason, Path } from "../core/index.ts";

/** A client's path with the socket behind it. All paths that the relay sees are made here, so what comes back from it is one. */
export interface ClientPath extends Path {
  /** Data may be dropped when the client does not read. */
  deliver(bytes: Uint8Array, isData: boolean): void;
  /** Keep it for the client's next packet. */
  hold(): void;
  release(reason: EndReason): void;
}

/** What listeners do with what they read. */
export interface Intake {
  /** Never throws. */
  receive(path: Path, bytes: Uint8Array): void;
  /** Nothing comes by this path any more. */
  closed(path: Path): void;
}

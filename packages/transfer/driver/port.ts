import type { Carrier, Edge, Signer } from "../core/index.ts";

/** What the driver is given of the world: time, chance, the edge, and who this page is. */
export interface World<Content> {
  readonly edge: Edge<Content>;
  /** What offers are signed for: the same for everyone in the room. */
  readonly room: string;
  /** This page's seat. */
  readonly self: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once; returns how to call it off. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** In [0, 1). Decides who takes which piece first, nothing secret. */
  readonly random: () => number;
  /** 128 random bits as base64url. */
  readonly makeId: () => string;
  /** Private rooms: the seat's own key signs. */
  readonly signer?: () => Signer;
  /** Private rooms: whether that key is that seat's. Public rooms take any key from whoever offers. */
  readonly isKeyOf?: (key: Uint8Array<ArrayBuffer>, seat: string) => Promise<boolean>;
  readonly log: (event: string, peer: string) => void;
}

/** Another page, for as long as it lives. */
export interface Port {
  readonly peer: string;
  readonly carrier: Carrier;
}

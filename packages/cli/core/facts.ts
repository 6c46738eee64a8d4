/** What was seen of a server, before anything is made of it. Times in ms. */

/** Something that worked, or the code of why not: Node's, one of TLS, `timeout`, or one of ours. */
export type Tried =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly code: string };

/** The address that people open. */
export interface Target {
  /** With the path that the server is mounted at, if any; without a slash at the end. */
  readonly url: string;
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** Whether `host` is an IP address. */
  readonly isAddress: boolean;
}

/** What a certificate says, whether it is trusted or not. */
export interface CertificateFacts {
  readonly from: number;
  readonly until: number;
  readonly issuer: string;
  /** Why it is not trusted. */
  readonly distrust?: string;
}

/** What came of a WebSocket and of the room behind it. */
export type SocketFacts =
  /** `status` is of HTTP when the server answered without opening one. */
  | { readonly state: "closed"; readonly code: string; readonly status?: number }
  | { readonly state: "refused"; readonly ms: number; readonly code: string; readonly detail: string }
  | {
      readonly state: "welcome";
      readonly ms: number;
      /** How far the server's clock is ahead of ours. */
      readonly aheadMs: number;
    };

/** How far an attempt at a relay came. */
export type RelayStage = "connect" | "allocate" | "pass";

/** One URL of a relay, tried with two allocations that pass data to each other. */
export interface RelayFacts {
  readonly url: string;
  readonly transport: "udp" | "tcp" | "tls";
  readonly port: number;
  readonly result:
    | { readonly ok: true; readonly ms: number }
    | { readonly ok: false; readonly stage: RelayStage; readonly code: string };
}

/** One URL of a STUN server. */
export interface StunFacts {
  readonly url: string;
  readonly port: number;
  readonly result:
    | { readonly ok: true; readonly ms: number; readonly address: string }
    | { readonly ok: false; readonly code: string };
}

/** All of it. What could not be tried any more is absent. */
export interface Facts {
  readonly target: Target;
  /** From where it was seen: `inside` is the machine that runs it. */
  readonly seenFrom: "inside" | "outside";
  /** Of the program that looks. */
  readonly ownVersion: string;
  /** When it was looked. */
  readonly at: number;
  /** Where the name leads; absent for an IP address. */
  readonly names?: { readonly addresses: readonly string[] } | { readonly code: string };
  /** Whether the port opens, at each address. */
  readonly doors: readonly { readonly address: string; readonly tried: Tried }[];
  readonly certificate?: CertificateFacts | { readonly code: string };
  readonly health?: { readonly status: number; readonly version?: string } | { readonly code: string };
  readonly page?:
    | { readonly status: number; readonly isHtml: boolean; readonly policy?: string }
    | { readonly code: string };
  readonly socket?: SocketFacts;
  readonly stun?: readonly StunFacts[];
  readonly relays?: readonly RelayFacts[];
}

import type { Candidate } from "../link/signal.ts";

/**
 * What happened on a link, as data: the page writes it down while it happens, and everything the inspector tells is a function of
 * it. So a saved recording tells the same story later, elsewhere, without a room.
 */
export type Fact = { readonly at: number } & FactBody;

/** `local`: this page's; `remote`: the other page's. */
export type Side = "local" | "remote";

/** What has states: names are those of WebRTC 1.0, `link` is our own (see `core/link`). */
export type StateOf = "link" | "connection" | "ice" | "gathering" | "signaling" | "dtls" | "sctp" | "channel";

/** A candidate as it is seen from outside of the line that describes it. */
export interface Endpoint {
  readonly type: string;
  readonly protocol: string;
  /** Undefined where the browser keeps it to itself. */
  readonly address?: string;
  readonly port?: number;
  readonly relayProtocol?: string;
  /** The server that told of it. */
  readonly url?: string;
}

export type FactBody =
  /** A new RTCPeerConnection, the how manieth of this link. */
  | { readonly kind: "connection"; readonly generation: number }
  /** `setLocalDescription` or `setRemoteDescription` was called … */
  | { readonly kind: "setting"; readonly side: Side }
  /** … and what it set. */
  | {
      readonly kind: "description";
      readonly side: Side;
      readonly type: "offer" | "answer";
      readonly sdp: string;
    }
  /** Found by this browser; or the other side's, handed to this browser. */
  | { readonly kind: "candidates"; readonly side: Side; readonly candidates: readonly Candidate[] }
  /** Passed on by the server, unread. `bytes`: before sealing. */
  | {
      readonly kind: "signal";
      readonly way: "sent" | "received";
      readonly type: string;
      readonly bytes: number;
      /** Candidates in it. */
      readonly count?: number;
    }
  /** `name`: of a channel. `isFound`: it was so already when somebody looked. */
  | {
      readonly kind: "state";
      readonly of: StateOf;
      readonly state: string;
      readonly reason?: string;
      readonly name?: string;
      readonly isFound?: true;
    }
  /** The two ends in use. */
  | {
      readonly kind: "pair";
      readonly local: Endpoint;
      readonly remote: Endpoint;
      readonly rttMs?: number;
    }
  /** `added`: there is a receiver for it; `flowing`: the first of it arrived; `paused`: nothing arrives for now. */
  | {
      readonly kind: "track";
      readonly media: "audio" | "video";
      readonly mid?: string;
      readonly state: "added" | "flowing" | "paused" | "ended";
    }
  /** A rung of the ladder, and why it was taken. */
  | {
      readonly kind: "recovery";
      readonly rung: "restart" | "rebuild" | "revive" | "close";
      readonly reason: string;
    }
  /** An ignored offer, a refused candidate, a server's error … */
  | { readonly kind: "trouble"; readonly what: string; readonly detail: string };

/** What flows over a forwarder, now. Media lines (`mid`) are those of its connection. */
export interface ForwarderNow {
  readonly sends: readonly { readonly mid: string; readonly source: string; readonly media: string }[];
  readonly places: readonly {
    readonly mid: string;
    readonly media: string;
    /** Whose it is; missing: nothing is in it now. */
    readonly peer?: string;
    readonly source?: string;
    /** Which layer of how many flows there, 0 the smallest, and how high it is: as the forwarder says. */
    readonly layer?: number;
    readonly layers?: number;
    readonly height?: number;
  }[];
  /** What the forwarder believes of this page's way from it; missing: it did not answer. */
  readonly said?: {
    /** Bits per second. */
    readonly downlinkBits: number;
    readonly lossShare: number;
    readonly roundTripMs?: number;
    /** Packets that were sent again. */
    readonly resent: number;
  };
}

/** Frames and bytes, in and out. */
export interface Traffic {
  readonly framesSent: number;
  readonly framesReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** An entry of `getStats()` (Identifiers for WebRTC's Statistics API). */
export type Entry = Readonly<Record<string, unknown>>;

/** A data channel as it is now. */
export interface ChannelState {
  readonly label: string;
  readonly id: number | null;
  readonly state: string;
  readonly isOrdered: boolean;
  readonly maxRetransmits: number | null;
  readonly bufferedAmount: number;
}

/** The SCTP transport as it is now (WebRTC 1.0, section 6.1.1). */
export interface SctpState {
  readonly state: string;
  /** Bytes; 0 stands for no limit. */
  readonly maxMessageSize: number;
  readonly maxChannels: number | null;
}

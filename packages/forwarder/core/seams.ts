import type { PeerId } from "@parlour/protocol";

/*
 * How the forwarder's two halves meet: `core/` decides what happens to each packet, `node/` has sockets, ICE, DTLS and SRTP.
 * Times are ms of a clock that never goes back.
 */

/** One connection of one page, named by `node/`; a new one with each connection. */
export type TransportId = number;

/** One codec of a media line, as negotiated: both directions use the same payload type. */
export interface NegotiatedCodec {
  readonly payloadType: number;
  /** `VP8`, `VP9`, `H264`, `AV1`, `opus`, `red`: as registered. */
  readonly name: string;
  readonly clockRate: number;
  /** `packetization-mode=1;…`, as in `a=fmtp`. */
  readonly parameters?: string;
}

/** Ids of header extensions (RFC 8285) on this connection; those that were not negotiated are missing. */
export interface ExtensionIds {
  readonly mid?: number;
  readonly rid?: number;
  readonly repairedRid?: number;
  readonly audioLevel?: number;
  readonly absoluteSendTime?: number;
  readonly transportSequenceNumber?: number;
}

/** A media line on which the page sends. */
export interface SendingLine {
  readonly mid: string;
  readonly source: string;
  readonly kind: "audio" | "video";
  readonly codecs: readonly NegotiatedCodec[];
  /** Simulcast: layers from small to large as the page named them; empty: one stream. */
  readonly rids: readonly string[];
  /** Those said in the SDP; streams with `rid` or `mid` in their packets are told by these. */
  readonly ssrcs: readonly number[];
}
/** A media line on which the page receives: a place. `ssrc` is ours, chosen at random for it once. */
export interface ReceivingLine {
  readonly mid: string;
  readonly kind: "audio" | "video";
  readonly codecs: readonly NegotiatedCodec[];
  readonly ssrc: number;
}

/** Everything that negotiation settled for one connection. A renegotiation gives the whole again. */
export interface Negotiated {
  readonly extensions: ExtensionIds;
  readonly sends: readonly SendingLine[];
  readonly receives: readonly ReceivingLine[];
}

/** What `node/` tells a room (`core/`). Packets are in clear (after SRTP) and may be kept: they are not written again. */
export type RoomInput =
  | { readonly type: "connected"; readonly peer: PeerId; readonly transport: TransportId }
  | { readonly type: "negotiated"; readonly transport: TransportId; readonly lines: Negotiated }
  | { readonly type: "closed"; readonly transport: TransportId; readonly why: string }
  | { readonly type: "rtp"; readonly transport: TransportId; readonly packet: Uint8Array }
  | { readonly type: "rtcp"; readonly transport: TransportId; readonly packet: Uint8Array }
  | {
      readonly type: "sources";
      readonly peer: PeerId;
      readonly sources: Readonly<Record<string, { readonly audio: Sending; readonly video: Sending }>>;
    }
  | {
      readonly type: "wants";
      readonly peer: PeerId;
      readonly pictures: readonly {
        readonly peer: PeerId;
        readonly source: string;
        readonly height: number;
      }[];
    }
  | { readonly type: "refresh"; readonly from: PeerId; readonly peer: PeerId; readonly source: string }
  /** That page may have missed what it was told: everything is said anew. */
  | { readonly type: "resync"; readonly peer: PeerId }
  | { readonly type: "evict"; readonly peer: PeerId }
  /** `nextAt` of the room is reached. */
  | { readonly type: "tick" };
export type Sending = "on" | "muted" | "none";

/**
 * What a room asks of `node/`, called while an input is taken. The hot path is calls, not lists of effects: a packet for forty
 * receivers makes forty calls and no objects. `header` and `payload` are only good during the call.
 */
export interface RoomOutput {
  /** Protects and sends one RTP packet made of the two parts. */
  rtp(to: TransportId, header: Uint8Array, payload: Uint8Array): void;
  /** Protects and sends one compound RTCP packet. */
  rtcp(to: TransportId, packet: Uint8Array): void;
  /** A message for that page, of `FromForwarder` without `connection`, which `node/` fills in. */
  tell(peer: PeerId, message: RoomMessage): void;
}
export type RoomMessage =
  | {
      readonly type: "tracks";
      readonly tracks: readonly {
        readonly peer: PeerId;
        readonly source: string;
        readonly audio: Sending;
        readonly video: Sending;
      }[];
    }
  | {
      readonly type: "places";
      readonly places: Readonly<
        Record<
          string,
          { readonly peer: PeerId; readonly source: string; readonly kind: "audio" | "video" } | null
        >
      >;
    }
  | {
      readonly type: "speakers";
      readonly speakers: readonly { readonly peer: PeerId; readonly level: number }[];
    };

/** Chance, for SSRCs and first sequence numbers: 32 bits each. */
export type Random32 = () => number;

/** One room of the forwarder: `core/room.ts` exports `createRoom: CreateRoom`. Mutable inside, for speed; no clock of its own. */
export interface ForwardingRoom {
  take(input: RoomInput, now: number): void;
  /** When it wants a `tick`; Infinity: never. */
  readonly nextAt: number;
  readonly statistics: RoomStatistics;
}
export type CreateRoom = (setup: {
  readonly output: RoomOutput;
  readonly random: Random32;
}) => ForwardingRoom;

export interface RoomStatistics {
  readonly packetsIn: number;
  readonly bytesIn: number;
  readonly packetsOut: number;
  readonly bytesOut: number;
  readonly keyFrameRequests: number;
  readonly retransmitted: number;
  readonly lostUpstream: number;
  readonly receivers: readonly {
    readonly peer: PeerId;
    /** What that page's downlink is believed to carry, bits per second. */
    readonly downlinkBits: number;
    readonly lossShare: number;
    readonly roundTripMs?: number;
    /** Packets that were sent to it again. */
    readonly resent: number;
    /** What flows to it: `layer` of so many, 0 the smallest; `height` in pixels, 0: not known. */
    readonly pictures: readonly {
      readonly mid: string;
      readonly peer: PeerId;
      readonly source: string;
      readonly layer: number;
      readonly layers: number;
      readonly height: number;
    }[];
  }[];
}

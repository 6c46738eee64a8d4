import * as v from "valibot";
import { type FoldedLines, foldLines } from "./folded-lines.ts";
import type { PeerId } from "./frames.ts";
import { limits } from "./limits.ts";

/*
 * What a page and the embedded forwarder say to each other: JSON in UTF-8, as the payload of signals whose seat number is
 * `forwarderSeat`. Every list is whole, never a difference, so that a repeated or late message changes nothing: of two with the
 * same type the one with the higher `n` holds.
 */

/** The seat number that stands for the room's forwarder in signals. Seats of pages count from 1. */
export const forwarderSeat = 0;

const peerId = v.pipe(v.string(), v.regex(/^[\w-]{22}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const mid = v.pipe(v.string(), v.regex(/^[\w-]{1,16}$/));
const source = v.pipe(v.string(), v.minLength(1), v.maxLength(32));
const sending = v.picklist(["on", "muted", "none"]);

/** Sizes and counts of what pages say to a forwarder. */
export const forwardingLimits = {
  /** Sources that one page publishes. */
  sources: 8,
  /** Places (media lines) of one connection. */
  places: 96,
  /** Pictures that one page may want. */
  pictures: 64,
  /** One message of a page, as bytes of JSON: what a signal holds beside its address. */
  messageBytes: limits.signalBytes - 4,
  /** A description that is longer travels folded: two dozen media lines of a browser are more than a signal holds. */
  plainCharacters: 48 * 1024,
  /** One description, unfolded. */
  descriptionCharacters: 512 * 1024,
} as const;

/** What is sent on a media line. */
const purpose = v.strictObject({ source, kind: v.picklist(["audio", "video"]) });

/**
 * An offer for the one connection to the forwarder. Answered by `answer` with the same `n`, or `failed`. `connection` counts the
 * page's connections: an offer with a higher one ends what was before.
 */
export const forwarderOffer = v.strictObject({
  type: v.literal("offer"),
  connection: count,
  n: count,
  sdp: v.union([
    v.pipe(v.string(), v.maxLength(limits.signalBytes)),
    v.strictObject({
      lines: v.pipe(v.array(v.string()), v.readonly()),
      runs: v.pipe(v.array(count), v.readonly()),
    }),
  ]),
  /** By media line: what this page sends there. Lines that are not named receive. */
  sends: v.record(mid, purpose),
});
/** What this page publishes now, and whether it is muted. Only sources in it are passed on. */
export const forwarderSources = v.strictObject({
  type: v.literal("sources"),
  n: count,
  sources: v.record(source, v.strictObject({ audio: sending, video: sending })),
});
/** Every picture that this page wants, most important first. Sound comes unasked, the loudest first when places run out. */
export const forwarderWants = v.strictObject({
  type: v.literal("wants"),
  n: count,
  pictures: v.pipe(
    v.array(
      v.strictObject({
        peer: peerId,
        source,
        /** How high it is shown, in device pixels. */
        height: v.pipe(count, v.maxValue(4_320)),
      }),
    ),
    v.maxLength(forwardingLimits.pictures),
  ),
});
/** A receiver cannot decode what it has: a whole picture, please. Browsers ask over RTCP; this is for keys that came late. */
export const forwarderRefresh = v.strictObject({ type: v.literal("refresh"), peer: peerId, source });
/** What does the forwarder know of this page? Answered by `inspected` with the same `n`, twice a second at most. */
export const forwarderInspect = v.strictObject({ type: v.literal("inspect"), n: count });
/** This page's connection is over. */
export const forwarderBye = v.strictObject({ type: v.literal("bye"), connection: count });

export const toForwarder = v.variant("type", [
  forwarderOffer,
  forwarderSources,
  forwarderWants,
  forwarderRefresh,
  forwarderInspect,
  forwarderBye,
]);
export type ToForwarder = v.InferOutput<typeof toForwarder>;

/** What a page hears from a forwarder. Pages check shapes with their own means. */
export type FromForwarder =
  | {
      readonly type: "answer";
      readonly connection: number;
      readonly n: number;
      readonly sdp: string | FoldedLines;
    }
  /**
   * The offer was not taken, or the connection is over. Without `connection`: whichever there is, the engine knows nothing of this page
   * any more. With `again`: offer a new connection. `code` is stable.
   */
  | {
      readonly type: "failed";
      readonly connection?: number;
      readonly n?: number;
      readonly code:
        | "bad-offer"
        | "no-common-codec"
        | "too-many"
        | "too-large"
        | "restarted"
        | "lost"
        | "evicted";
      readonly detail: string;
      readonly again: boolean;
    }
  /** Everything that the others publish here now. */
  | {
      readonly type: "tracks";
      readonly n: number;
      readonly tracks: readonly {
        readonly peer: PeerId;
        readonly source: string;
        readonly audio: "on" | "muted" | "none";
        readonly video: "on" | "muted" | "none";
      }[];
    }
  /**
   * What flows in the page's receiving places from now on (`null`: nothing), by media line. It comes before the first packet of
   * what is new in a place.
   */
  | {
      readonly type: "places";
      readonly connection: number;
      readonly n: number;
      readonly places: Readonly<
        Record<
          string,
          { readonly peer: PeerId; readonly source: string; readonly kind: "audio" | "video" } | null
        >
      >;
    }
  /** Who speaks, loudest first; levels in -dBov as in RFC 6464 (0 is loudest, 127 silent). */
  | {
      readonly type: "speakers";
      readonly speakers: readonly { readonly peer: PeerId; readonly level: number }[];
    }
  | ({ readonly type: "inspected"; readonly n: number } & InspectedReceiver);

/** What a forwarder knows of one page that receives. */
export interface InspectedReceiver {
  /** What its downlink is believed to carry, bits per second. */
  readonly downlinkBits: number;
  /** Part of the packets that it lost of late, 0 to 1. */
  readonly lossShare: number;
  readonly roundTripMs?: number;
  /** Packets that were sent to it again. */
  readonly resent: number;
  /** By media line: which layer of the picture flows there, of how many (0: the smallest), and how high it is in pixels; 0: not known. */
  readonly places: Readonly<
    Record<string, { readonly layer: number; readonly layers: number; readonly height: number }>
  >;
}

/** As it travels: JSON, in which a long description is folded. */
export function writeForwarding(message: ToForwarder | FromForwarder): string {
  const isLong =
    "sdp" in message &&
    typeof message.sdp === "string" &&
    message.sdp.length > forwardingLimits.plainCharacters;
  return JSON.stringify(isLong ? { ...message, sdp: foldLines(message.sdp as string) } : message);
}

/** Reads what a page sent (the payload as text); undefined when it is none of these. */
export function parseToForwarder(text: string): ToForwarder | undefined {
  if (text.length > limits.signalBytes) return undefined;
  try {
    const result = v.safeParse(toForwarder, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

import { forwardingLimits } from "@parlour/protocol";
import { type ConnectionLines, type MediaLine, readDescription } from "./lines.ts";

/** What a page said it sends, by media line. */
export type Sends = Readonly<Record<string, { readonly source: string; readonly kind: "audio" | "video" }>>;

/** How the page's end of the connection is known. */
export interface RemoteEnd {
  readonly ufrag: string;
  readonly password: string;
  /** Of certificates, any of which may show up: `sha-256 AB:CD:…`. */
  readonly fingerprints: readonly string[];
}

/** One line of an offer, with what becomes of it. */
export type OfferedLine =
  /** Refused: stopped by the page, or nothing that a forwarder has. */
  | { readonly use: "none"; readonly line: MediaLine }
  /** In place and silent. */
  | { readonly use: "idle"; readonly line: MediaLine; readonly mid: string; readonly kind: "audio" | "video" }
  | {
      readonly use: "send";
      readonly line: MediaLine;
      readonly mid: string;
      readonly kind: "audio" | "video";
      readonly source: string;
    }
  | {
      readonly use: "receive";
      readonly line: MediaLine;
      readonly mid: string;
      readonly kind: "audio" | "video";
    };

export interface Offer {
  readonly remote: RemoteEnd;
  readonly lines: readonly OfferedLine[];
}

/** Why an offer was not taken: codes of `failed`. */
export interface Refusal {
  readonly code: "bad-offer" | "no-common-codec" | "too-many" | "too-large";
  readonly detail: string;
}

const bad = (detail: string): Refusal => ({ code: "bad-offer", detail });

/** Reads a page's offer (RFC 9429). */
export function readOffer(sdp: string, sends: Sends): Offer | Refusal {
  const description = readDescription(sdp);
  if (description === undefined) return bad("That is no session description.");
  if (description.media.length > forwardingLimits.places)
    return {
      code: "too-many",
      detail: `${description.media.length} media lines; ${forwardingLimits.places} are possible.`,
    };
  const mids = new Set<string>();
  const lines: OfferedLine[] = [];
  for (const line of description.media) {
    const read = readLine(line, description.bundled, sends);
    if ("code" in read) return read;
    if (read.use !== "none") {
      if (mids.has(read.mid)) return bad(`Two media lines are called ${read.mid}.`);
      mids.add(read.mid);
    }
    lines.push(read);
  }
  const sources = lines.flatMap((line) => (line.use === "send" ? [`${line.source} ${line.kind}`] : []));
  if (new Set(sources).size < sources.length) return bad("Two media lines send the same.");
  if (
    new Set(lines.flatMap((line) => (line.use === "send" ? [line.source] : []))).size >
    forwardingLimits.sources
  )
    return { code: "too-many", detail: `More than ${forwardingLimits.sources} sources.` };
  const remote = readRemote(
    description.session,
    lines.find(({ use }) => use !== "none")?.line ?? description.session,
  );
  return "code" in remote ? remote : { remote, lines };
}

function readLine(line: MediaLine, bundled: readonly string[], sends: Sends): OfferedLine | Refusal {
  const { kind, mid } = line;
  const isBundled = mid !== undefined && bundled.includes(mid);
  // Port 0 refuses a line, or says of a bundled one that it has no port of its own (RFC 8843, section 6).
  if ((kind !== "audio" && kind !== "video") || (line.port === 0 && !isBundled)) return { use: "none", line };
  if (!isBundled) return bad("Every media line has to be in one BUNDLE group.");
  if (!/^[\w-]{1,16}$/.test(mid))
    return bad("A media line's name has letters, digits and dashes, 16 at most.");
  if (!line.isRtcpMuxed) return bad(`Line ${mid} has no rtcp-mux.`);
  if (line.protocol !== "UDP/TLS/RTP/SAVPF") return bad(`Line ${mid} is ${line.protocol}.`);
  const sent = Object.hasOwn(sends, mid) ? sends[mid] : undefined;
  if (sent !== undefined && sent.kind !== kind) return bad(`Line ${mid} is ${kind}.`);
  const common = { line, mid, kind } as const;
  if (line.direction === "inactive") return { use: "idle", ...common };
  if (line.direction === "recvonly") return { use: "receive", ...common };
  if (sent !== undefined) return { use: "send", ...common, source: sent.source };
  // It could be sent on, but nobody knows what it would be.
  return { use: line.direction === "sendrecv" ? "receive" : "idle", ...common };
}

function readRemote(session: ConnectionLines, first: ConnectionLines): RemoteEnd | Refusal {
  const ufrag = first.ufrag ?? session.ufrag;
  const password = first.password ?? session.password;
  const fingerprints = first.fingerprints.length > 0 ? first.fingerprints : session.fingerprints;
  // RFC 8839, section 5.4.
  if (ufrag === undefined || !/^[\w+/-]{4,256}$/.test(ufrag)) return bad("There is no ice-ufrag.");
  if (password === undefined || !/^[\w+/-]{22,256}$/.test(password)) return bad("There is no ice-pwd.");
  const strong = fingerprints.filter((value) =>
    /^sha-(256 (..:){31}..|384 (..:){47}..|512 (..:){63}..)$/.test(value),
  );
  if (strong.length === 0) return bad("There is no fingerprint by SHA-256 or better.");
  if ((first.setup ?? session.setup) === "passive")
    return bad("The page has to begin with DTLS (setup:actpass).");
  return { ufrag, password, fingerprints: strong };
}

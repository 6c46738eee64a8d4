import type { Negotiated, NegotiatedCodec, ReceivingLine, SendingLine } from "../seams.ts";
import { chooseCodecs, chooseFeedback } from "./codecs.ts";
import { chooseExtensions, extensionIds } from "./extensions.ts";
import type { Codec, Direction, Extension } from "./lines.ts";
import type { Offer, OfferedLine, Refusal } from "./offer.ts";

/** Our end of the connection. */
export interface LocalEnd {
  readonly ufrag: string;
  readonly password: string;
  /** `sha-256 AB:CD:…` */
  readonly fingerprint: string;
  /** Where this page can reach us, most promising first. */
  readonly candidates: readonly { readonly address: string; readonly port: number }[];
}

export interface AnswerSetup {
  readonly local: LocalEnd;
  /** Counts up with each answer of this connection, from 1. */
  readonly version: number;
  /** Any number below 2^53 that stays the same. */
  readonly session: number;
  /** Our SSRC of a receiving line: the same each time it is asked. */
  readonly ssrcOf: (mid: string) => number;
  /** Whether feedback by transport-wide sequence numbers is taken. */
  readonly withTransportCc: boolean;
}

export interface Answer {
  readonly sdp: string;
  readonly lines: Negotiated;
}

/** Writes the answer of an ICE-lite, DTLS-passive forwarder (RFC 9429, section 5.3). */
export function answerOffer(offer: Offer, setup: AnswerSetup): Answer | Refusal {
  const { local, version, session } = setup;
  const used = offer.lines.flatMap((offered) => (offered.use === "none" ? [] : [offered.line]));
  const extensions = extensionIds(used, setup.withTransportCc);
  const sends: SendingLine[] = [];
  const receives: ReceivingLine[] = [];
  const parts: string[] = [];
  let isFirst = true;
  for (const offered of offer.lines) {
    if (offered.use === "none") {
      parts.push(refused(offered.line));
      continue;
    }
    const { line, mid, kind } = offered;
    const codecs = chooseCodecs(kind, line.codecs);
    if (codecs === undefined)
      return {
        code: "no-common-codec",
        detail: `Line ${mid} has no ${kind === "audio" ? "Opus" : "VP8"}, which every page needs.`,
      };
    const ssrc = setup.ssrcOf(mid);
    parts.push(
      media(offered, {
        codecs,
        extensions: chooseExtensions(line, extensions),
        local,
        withCandidates: isFirst,
        ssrc,
        withTransportCc: setup.withTransportCc,
      }),
    );
    isFirst = false;
    const negotiated = codecs.map(toNegotiated);
    if (offered.use === "send") {
      const { source } = offered;
      sends.push({ mid, source, kind, codecs: negotiated, rids: line.rids, ssrcs: line.ssrcs });
    } else if (offered.use === "receive") receives.push({ mid, kind, codecs: negotiated, ssrc });
  }
  const mids = offer.lines.flatMap((offered) => (offered.use === "none" ? [] : [offered.mid]));
  const head = [
    "v=0",
    `o=- ${session} ${version} IN IP4 127.0.0.1`,
    "s=-",
    "t=0 0",
    ["a=group:BUNDLE", ...mids].join(" "),
    "a=ice-lite",
    "a=msid-semantic: WMS *",
  ];
  return { sdp: `${[...head, ...parts].join("\r\n")}\r\n`, lines: { extensions, sends, receives } };
}

function toNegotiated({ payloadType, name, clockRate, parameters }: Codec): NegotiatedCodec {
  return { payloadType, name, clockRate, ...(parameters === undefined ? {} : { parameters }) };
}

const refused = ({ kind, protocol, formats, mid }: OfferedLine["line"]): string =>
  [
    `m=${kind} 0 ${protocol} ${formats.join(" ") || "0"}`,
    "c=IN IP4 0.0.0.0",
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    "a=inactive",
  ].join("\r\n");

interface MediaAnswer {
  readonly codecs: readonly Codec[];
  readonly extensions: readonly Extension[];
  readonly local: LocalEnd;
  readonly withCandidates: boolean;
  readonly ssrc: number;
  readonly withTransportCc: boolean;
}

const directionOf: Readonly<Record<Exclude<OfferedLine["use"], "none">, Direction>> = {
  send: "recvonly",
  receive: "sendonly",
  idle: "inactive",
};

function media(offered: Exclude<OfferedLine, { readonly use: "none" }>, answer: MediaAnswer): string {
  const { line, mid, use } = offered;
  const { codecs, local } = answer;
  const place = `place-${mid}`;
  return [
    `m=${line.kind} 9 ${line.protocol} ${codecs.map(({ payloadType }) => payloadType).join(" ")}`,
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    `a=${directionOf[use]}`,
    "a=rtcp-mux",
    ...(line.isReducedSize ? ["a=rtcp-rsize"] : []),
    ...codecs.flatMap((codec) => codecLines(codec, answer.withTransportCc)),
    ...answer.extensions.map(
      ({ id, uri, direction }) => `a=extmap:${id}${direction === "sendrecv" ? "" : `/${direction}`} ${uri}`,
    ),
    ...(use === "send" && line.rids.length > 0
      ? [...line.rids.map((rid) => `a=rid:${rid} recv`), `a=simulcast:recv ${line.rids.join(";")}`]
      : []),
    ...(use === "receive"
      ? [
          `a=msid:${place} ${place}`,
          `a=ssrc:${answer.ssrc} cname:parlour`,
          `a=ssrc:${answer.ssrc} msid:${place} ${place}`,
        ]
      : []),
    `a=ice-ufrag:${local.ufrag}`,
    `a=ice-pwd:${local.password}`,
    `a=fingerprint:${local.fingerprint}`,
    "a=setup:passive",
    ...(answer.withCandidates ? [...local.candidates.map(candidateLine), "a=end-of-candidates"] : []),
  ].join("\r\n");
}

function codecLines(codec: Codec, withTransportCc: boolean): readonly string[] {
  const { payloadType, name, clockRate, channels, parameters } = codec;
  return [
    `a=rtpmap:${payloadType} ${name}/${clockRate}${channels === undefined ? "" : `/${channels}`}`,
    ...(parameters === undefined ? [] : [`a=fmtp:${payloadType} ${parameters}`]),
    ...chooseFeedback(codec, withTransportCc).map((feedback) => `a=rtcp-fb:${payloadType} ${feedback}`),
  ];
}

/** Host candidates of UDP (RFC 8839, section 5.1), with the priorities of RFC 8445, section 5.1.2.1. */
function candidateLine({ address, port }: LocalEnd["candidates"][number], index: number): string {
  const priority = 126 * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255;
  return `a=candidate:${index + 1} 1 udp ${priority} ${address} ${port} typ host`;
}

/*
 * A session description (RFC 8866) as lines with meaning. Only what a forwarder goes by is read; what it does not know is left out
 * of the answer, which is how SDP says no.
 */

export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export interface Codec {
  readonly payloadType: number;
  readonly name: string;
  readonly clockRate: number;
  /** Of sound: `2` in `opus/48000/2`. */
  readonly channels: string | undefined;
  /** What `a=fmtp` says. */
  readonly parameters: string | undefined;
  /** What `a=rtcp-fb` says: `nack pli`, … */
  readonly feedback: readonly string[];
}

/** A header extension (RFC 8285). */
export interface Extension {
  readonly id: number;
  readonly uri: string;
  readonly direction: Direction;
}

/** What a description says of its connection, for all lines or for one. */
export interface ConnectionLines {
  readonly ufrag: string | undefined;
  readonly password: string | undefined;
  /** `sha-256 AB:CD:…`, the algorithm in lower case and the digits in upper case. */
  readonly fingerprints: readonly string[];
  readonly setup: string | undefined;
}

/** One media line and what belongs to it. */
export interface MediaLine extends ConnectionLines {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  /** As the line has them, for a refusal. */
  readonly formats: readonly string[];
  readonly mid: string | undefined;
  readonly direction: Direction;
  readonly codecs: readonly Codec[];
  readonly extensions: readonly Extension[];
  readonly isRtcpMuxed: boolean;
  readonly isReducedSize: boolean;
  /** Of media, without those for retransmission. */
  readonly ssrcs: readonly number[];
  /** Layers that are sent, from the first to the last of `a=simulcast`. */
  readonly rids: readonly string[];
}

export interface Description {
  readonly session: ConnectionLines;
  readonly bundled: readonly string[];
  readonly media: readonly MediaLine[];
}

/** Reads a description; undefined when it is none. */
export function readDescription(text: string): Description | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line !== "");
  if (lines[0] !== "v=0" || lines.some((line) => line[1] !== "=")) return undefined;
  const sections: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith("m=")) sections.push([line]);
    else sections.at(-1)?.push(line);
  }
  const [head = [], ...rest] = sections;
  const media = rest.map(readMedia);
  if (media.some((line) => line === undefined)) return undefined;
  const group = head.find((line) => line.startsWith("a=group:BUNDLE"));
  return {
    session: readConnection(head),
    bundled: group?.split(" ").slice(1) ?? [],
    media: media as readonly MediaLine[],
  };
}

const valuesOf = (lines: readonly string[], name: string): readonly string[] =>
  lines.flatMap((line) => (line.startsWith(`a=${name}:`) ? [line.slice(name.length + 3).trim()] : []));

function readConnection(lines: readonly string[]): ConnectionLines {
  return {
    ufrag: valuesOf(lines, "ice-ufrag")[0],
    password: valuesOf(lines, "ice-pwd")[0],
    fingerprints: valuesOf(lines, "fingerprint").flatMap((value) => {
      const [algorithm, digits] = value.split(" ");
      return algorithm === undefined || digits === undefined
        ? []
        : [`${algorithm.toLowerCase()} ${digits.toUpperCase()}`];
    }),
    setup: valuesOf(lines, "setup")[0],
  };
}

const directions: readonly Direction[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/** `a=sendonly` and what else has no value. */
const flagsOf = (lines: readonly string[]): ReadonlySet<string> =>
  new Set(lines.map((line) => line.slice(2)));

function readMedia(lines: readonly string[]): MediaLine | undefined {
  const [kind, port, protocol, ...formats] = (lines[0] ?? "").slice(2).split(" ");
  if (kind === undefined || port === undefined || protocol === undefined || !/^\d{1,5}$/.test(port))
    return undefined;
  const retransmitted = new Set(
    valuesOf(lines, "ssrc-group").flatMap((value) => {
      const [semantics, , second] = value.split(" ");
      return semantics === "FID" && second !== undefined ? [Number(second)] : [];
    }),
  );
  const flags = flagsOf(lines);
  const ssrcs = new Set(valuesOf(lines, "ssrc").map((value) => Number(value.split(" ")[0])));
  return {
    ...readConnection(lines),
    kind,
    port: Number(port),
    protocol,
    formats,
    mid: valuesOf(lines, "mid")[0],
    direction: directions.find((direction) => flags.has(direction)) ?? "sendrecv",
    codecs: readCodecs(lines, formats),
    extensions: valuesOf(lines, "extmap").flatMap(readExtension),
    isRtcpMuxed: flags.has("rtcp-mux"),
    isReducedSize: flags.has("rtcp-rsize"),
    ssrcs: [...ssrcs].filter((ssrc) => isUint32(ssrc) && !retransmitted.has(ssrc)),
    rids: readRids(lines),
  };
}

const isUint32 = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;

function readCodecs(lines: readonly string[], formats: readonly string[]): readonly Codec[] {
  const by = (name: string): ReadonlyMap<string, string> =>
    new Map(
      valuesOf(lines, name).map((value) => {
        const space = value.indexOf(" ");
        return [value.slice(0, space), value.slice(space + 1)];
      }),
    );
  const maps = by("rtpmap");
  const parameters = by("fmtp");
  const feedback = new Map<string, string[]>();
  for (const value of valuesOf(lines, "rtcp-fb")) {
    const space = value.indexOf(" ");
    const format = value.slice(0, space);
    const known = feedback.get(format) ?? [];
    known.push(value.slice(space + 1));
    feedback.set(format, known);
  }
  return formats.flatMap((format) => {
    const [name, clockRate, channels] = maps.get(format)?.split("/") ?? [];
    if (name === undefined || clockRate === undefined) return [];
    const codec: Codec = {
      payloadType: Number(format),
      name,
      clockRate: Number(clockRate),
      channels,
      parameters: parameters.get(format),
      feedback: [...new Set([...(feedback.get(format) ?? []), ...(feedback.get("*") ?? [])])],
    };
    return codec.payloadType <= 127 ? [codec] : [];
  });
}

function readExtension(value: string): readonly Extension[] {
  const match = /^(\d{1,3})(?:\/(\w+))? (\S+)/.exec(value);
  if (match === null) return [];
  const [, id, way, uri = ""] = match;
  return [{ id: Number(id), uri, direction: directions.find((one) => one === way) ?? "sendrecv" }];
}

/** RFC 8853: the layers of `a=simulcast:send`, the first of each choice; `~` says that one is paused at first. */
function readRids(lines: readonly string[]): readonly string[] {
  const sent = new Set(
    valuesOf(lines, "rid").flatMap((value) => {
      const [id, way] = value.split(" ");
      return id !== undefined && way === "send" ? [id] : [];
    }),
  );
  const words = valuesOf(lines, "simulcast")[0]?.split(" ") ?? [];
  const at = words.indexOf("send");
  if (at < 0) return [];
  const layers = (words[at + 1] ?? "")
    .split(";")
    .map((choice) => choice.split(",")[0]?.replace(/^~/, "") ?? "");
  return layers.filter((rid) => sent.has(rid) && /^[\w-]{1,16}$/.test(rid));
}

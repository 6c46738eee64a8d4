import { attributes, type Reading } from "./sdp-attributes.ts";

/** One line of a session description (RFC 8866), with what it means. */
export interface SdpLine {
  readonly text: string;
  /** What the catalogue explains: `v`, `m`, `a:ice-ufrag`, … ; `a:?` and `?` for what is not known here. */
  readonly topic: string;
  /** What the explanation fills in: `codec`, `address`, … */
  readonly values: Readonly<Record<string, string>>;
  /** The RFC and section that has it. */
  readonly source: string;
  /** What the line is compared by: the same in an offer and its answer. */
  readonly key: string;
}

/** The session's own lines, or one media description's (RFC 8866, section 5.14). */
export interface SdpSection {
  /** `session`, `audio`, `video`, `application`, … */
  readonly kind: string;
  readonly mid: string | undefined;
  readonly direction: Direction;
  /** A port of 0 that is not `bundle-only`: refused or ended (RFC 9429, section 5.3.1). */
  readonly isRefused: boolean;
  readonly lines: readonly SdpLine[];
}
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

const types: Readonly<Record<string, readonly [source: string, values?: (value: string) => Reading]>> = {
  v: ["RFC 8866 §5.1"],
  o: [
    "RFC 8866 §5.2",
    (value) => {
      const [, session = "", version = "", , , address = ""] = value.split(" ");
      return { session, version, address };
    },
  ],
  s: ["RFC 8866 §5.3"],
  t: ["RFC 8866 §5.9"],
  c: ["RFC 8866 §5.7", (value) => ({ address: value.split(" ")[2] ?? value })],
  b: [
    "RFC 8866 §5.8",
    (value) => {
      const [kind = "", amount = ""] = value.split(":");
      return { kind, amount };
    },
  ],
  m: [
    "RFC 8866 §5.14",
    (value) => {
      const [media = "", port = "", protocol = "", ...formats] = value.split(" ");
      return { media, port, protocol, formats: formats.join(" ") };
    },
  ],
};

/** Takes a description apart. Anything may be given: what is no SDP becomes lines that nobody knows. */
export function readSdp(sdp: string): readonly SdpSection[] {
  const groups: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/)) {
    if (line === "") continue;
    if (line.startsWith("m=")) groups.push([]);
    groups.at(-1)?.push(line);
  }
  return groups.map((lines, index) => readSection(lines, index === 0));
}

function readSection(texts: readonly string[], isSession: boolean): SdpSection {
  const codecs = codecsOf(texts);
  const value = (prefix: string) => texts.find((text) => text.startsWith(prefix))?.slice(prefix.length);
  const media = value("m=")?.split(" ");
  const direction = texts.find((text) => /^a=(?:sendrecv|sendonly|recvonly|inactive)$/.test(text));
  return {
    kind: isSession ? "session" : (media?.[0] ?? "?"),
    mid: value("a=mid:"),
    // Where none is said it is both ways (RFC 8866, section 6.7).
    direction: (direction?.slice(2) ?? "sendrecv") as Direction,
    isRefused: !isSession && media?.[1] === "0" && !texts.includes("a=bundle-only"),
    lines: texts.map((text) => readLine(text, codecs)),
  };
}

/** Names of the formats of a section, by payload type (RFC 8866, section 6.6). */
function codecsOf(texts: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of texts) {
    const [, type, name] = /^a=rtpmap:(\d+) ([^/]+)/.exec(text) ?? [];
    if (type !== undefined && name !== undefined) found.set(type, name);
  }
  return found;
}

function readLine(text: string, codecs: ReadonlyMap<string, string>): SdpLine {
  const type = text[1] === "=" ? (text[0] as string) : "";
  const value = text.slice(2);
  if (type === "a") return readAttribute(text, value, codecs);
  const known = Object.hasOwn(types, type) ? types[type] : undefined;
  if (known === undefined) return { text, topic: "?", values: {}, source: "", key: text };
  const [source, read] = known;
  return { text, topic: type, values: read?.(value) ?? {}, source, key: type };
}

function readAttribute(text: string, attribute: string, codecs: ReadonlyMap<string, string>): SdpLine {
  const colon = attribute.indexOf(":");
  const name = colon < 0 ? attribute : attribute.slice(0, colon);
  const value = colon < 0 ? "" : attribute.slice(colon + 1);
  const known = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (known === undefined) return { text, topic: "a:?", values: { name }, source: "", key: text };
  const { topic = name, source, read, key } = known;
  return {
    text,
    topic: `a:${topic}`,
    values: read?.(value, codecs, name) ?? { value },
    source,
    key: key === "whole" ? text : key === "first" ? `a:${name}:${value.split(/[ /]/)[0]}` : `a:${topic}`,
  };
}

/** How a line stands to the other description: `own` is what each side always says for itself. */
export type Difference = "same" | "changed" | "only" | "own";

const owns =
  /^(?:o|c|a:(?:ice-ufrag|ice-pwd|fingerprint|ssrc|ssrc-group|msid|candidate|rtcp|cname|tls-id|end-of-candidates|msid-semantic))$/;

/** For each section and line of the one, how it stands to the other. Sections meet by their place, as in every answer (RFC 9429, section 5.3.1). */
export function differences(
  one: readonly SdpSection[],
  other: readonly SdpSection[],
): readonly (readonly Difference[])[] {
  return one.map(({ lines }, index) => {
    const there = other[index]?.lines ?? [];
    const texts = new Set(there.map(({ text }) => text));
    const keys = new Set(there.map(({ key }) => key));
    return lines.map(({ text, key, topic }) => {
      if (owns.test(topic)) return "own";
      if (texts.has(text)) return "same";
      return keys.has(key) ? "changed" : "only";
    });
  });
}

/** What offer and answer agreed on for one media description, seen from this side. */
export interface Agreement {
  readonly kind: string;
  readonly mid: string | undefined;
  readonly weSend: boolean;
  readonly theySend: boolean;
  readonly isRefused: boolean;
  /** Formats that both named, in the answer's order of preference. */
  readonly codecs: readonly string[];
}

/** What a pair of descriptions agrees on. A direction holds when both allow it (RFC 9429, sections 4.2.3 and 5.3.1). */
export function agreements(
  local: readonly SdpSection[],
  remote: readonly SdpSection[],
): readonly Agreement[] {
  const sends = (direction: Direction) => direction === "sendrecv" || direction === "sendonly";
  const takes = (direction: Direction) => direction === "sendrecv" || direction === "recvonly";
  return local.slice(1).map((ours, index) => {
    const theirs = remote[index + 1];
    const isRefused = ours.isRefused || theirs === undefined || theirs.isRefused;
    const names = ({ lines }: SdpSection) =>
      lines.filter(({ topic }) => topic === "a:rtpmap").map(({ values }) => values["codec"] ?? "");
    const known = new Set(names(ours));
    return {
      kind: ours.kind,
      mid: ours.mid,
      isRefused,
      weSend: !isRefused && sends(ours.direction) && takes(theirs.direction),
      theySend: !isRefused && sends(theirs.direction) && takes(ours.direction),
      codecs: theirs === undefined ? [] : [...new Set(names(theirs).filter((name) => known.has(name)))],
    };
  });
}

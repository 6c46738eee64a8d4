import { fromHex, isHidden, packAddress, readAddress, toHex, writeAddress } from "./address.ts";
import { fromLetters, toLetters } from "./letters.ts";
import type { Packer, Unpacker } from "./packing.ts";

/** One way to reach a page: a UDP candidate (RFC 8839, section 5.1) without what can be made up again. */
export interface Way {
  readonly kind: "host" | "srflx" | "relay";
  readonly address: string;
  readonly port: number;
}

/** What a connection with nothing but one data channel has to know of its other end. */
export interface Side {
  /** ICE credentials (RFC 8839, section 5.4). */
  readonly fragment: string;
  readonly password: string;
  /** SHA-256 of the certificate: 32 bytes (RFC 8122, section 5). */
  readonly fingerprint: Uint8Array<ArrayBuffer>;
  /** The best first. */
  readonly ways: readonly Way[];
}

/** Longest credentials that anybody sends (RFC 8839 allows 256). */
const credentialMost = 64;
const kinds = ["host", "srflx", "relay"] as const;
/** What is worth its place in a text, of each kind. */
const waysMost = { host: 6, srflx: 2, relay: 2 } as const;
/** What is read of a text. */
const waysRead = 16;
/** ICE's own letters (RFC 8839, section 5.1) are those of base64 with two others. */
const toIce = (letters: string): string => letters.replaceAll("-", "+").replaceAll("_", "/");
const fromIce = (letters: string): string => letters.replaceAll("+", "-").replaceAll("/", "_");

/** Takes from a description with its candidates what the other end needs; undefined when it is not of such a connection. */
export function sideOf(sdp: string): Side | undefined {
  const value = (name: string): string | undefined =>
    new RegExp(`^a=${name}:(\\S+(?: \\S+)?)\\s*$`, "m").exec(sdp)?.[1];
  const fragment = value("ice-ufrag");
  const password = value("ice-pwd");
  const hex = /^sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/i.exec(value("fingerprint") ?? "")?.[1];
  if (!isCredential(fragment) || !isCredential(password) || hex === undefined) return undefined;
  return { fragment, password, fingerprint: fromHex(hex.replaceAll(":", "")), ways: waysOf(sdp) };
}

function isCredential(text: string | undefined): text is string {
  return text !== undefined && text.length <= credentialMost && /^[A-Za-z0-9+/]+$/.test(text);
}

function waysOf(sdp: string): readonly Way[] {
  const found = [...sdp.matchAll(/^a=candidate:\S+ 1 udp (\d+) (\S+) (\d+) typ (host|srflx|relay)\b/gim)]
    .map(([, priority, address = "", port, kind]) => ({
      priority: Number(priority),
      way: { kind: kind as Way["kind"], address: address.toLowerCase(), port: Number(port) },
    }))
    // Addresses that are good on one wire alone (RFC 4291, section 2.5.6) say nothing without the wire's name.
    .filter(({ way }) => packAddress(way.address) !== undefined && !/^fe[89ab]/.test(way.address))
    .sort((a, b) => b.priority - a.priority)
    .map(({ way }) => way);
  const distinct = found.filter(
    (way, i) => found.findIndex((one) => one.address === way.address && one.port === way.port) === i,
  );
  return kinds.flatMap((kind) => distinct.filter((way) => way.kind === kind).slice(0, waysMost[kind]));
}

export function writeSide(pack: Packer, { fragment, password, fingerprint, ways }: Side): void {
  pack.bytes(fingerprint);
  for (const credential of [fragment, password])
    pack.number(credential.length, 1).bytes(fromLetters(fromIce(credential)) ?? []);
  const packed = ways.flatMap(({ kind, address, port }) => {
    const where = packAddress(address);
    return where ? [{ kind, where, port }] : [];
  });
  pack.number(packed.length, 1);
  for (const { kind, where, port } of packed) {
    pack.number((kinds.indexOf(kind) << 2) | where.form, 1).number(port, 2);
    writeAddress(pack, where);
  }
}

/** Undefined when these are no side's bytes; what follows them is left alone. */
export function readSide(unpack: Unpacker): Side | undefined {
  const fingerprint = unpack.bytes(32);
  const [fragment = "", password = ""] = [0, 1].map(() => {
    const length = unpack.number(1);
    return toIce(toLetters(unpack.bytes(Math.ceil((length * 6) / 8))).slice(0, length));
  });
  const count = unpack.number(1);
  if (fragment.length < 4 || password.length < 22 || count > waysRead) return undefined;
  const ways: Way[] = [];
  for (let i = 0; i < count; i++) {
    const head = unpack.number(1);
    const port = unpack.number(2);
    const kind = kinds[head >> 2];
    const address = readAddress(unpack, head & 3);
    if (kind === undefined || address === undefined) return undefined;
    ways.push({ kind, address, port });
  }
  return { fragment, password, fingerprint, ways };
}

/** The fingerprint as descriptions and cards say it. */
export function fingerprintText(fingerprint: Uint8Array): string {
  return `sha-256 ${(toHex(fingerprint).toUpperCase().match(/../g) ?? []).join(":")}`;
}

/** Priorities that keep the order (RFC 8445, section 5.1.2.1). */
const preference = { host: 126, srflx: 100, relay: 0 } as const;

/** A candidate as `addIceCandidate` takes it. */
export function candidateOf({ kind, address, port }: Way, place: number, fragment: string): string {
  const priority = preference[kind] * 2 ** 24 + (65_535 - place) * 2 ** 8 + 255;
  // What is behind the address is nobody's business, and the grammar wants something (RFC 8839, section 5.1).
  const related = kind === "host" ? "" : ` raddr ${address.includes(":") ? "::" : "0.0.0.0"} rport 9`;
  return `candidate:${place + 1} 1 udp ${priority} ${address} ${port} typ ${kind}${related} generation 0 ufrag ${fragment}`;
}

/** A description of that side for a connection with one data channel (RFC 8841), candidates included. */
export function descriptionOf(side: Side, type: "offer" | "answer"): string {
  const { fragment, password, fingerprint, ways } = side;
  return [
    "v=0",
    "o=- 1 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    `a=ice-ufrag:${fragment}`,
    `a=ice-pwd:${password}`,
    "a=ice-options:trickle",
    `a=fingerprint:${fingerprintText(fingerprint)}`,
    // DTLS is begun by who offered, unlike RFC 8842 recommends: who answered waits, for minutes perhaps, and a handshake that nobody
    // answers is repeated ever more seldom and then given up.
    `a=setup:${type === "offer" ? "active" : "passive"}`,
    "a=mid:0",
    "a=sctp-port:5000",
    "a=max-message-size:262144",
    ...ways.map((way, place) => `a=${candidateOf(way, place, fragment)}`),
    "",
  ].join("\r\n");
}

/** How far it can be reached: only where names ending in `.local` are found out, on its own networks, or from beyond them. */
export function reachOf({ ways }: Side): "nowhere" | "names" | "network" | "beyond" {
  if (ways.some(({ kind }) => kind !== "host")) return "beyond";
  if (ways.length === 0) return "nowhere";
  return ways.every(({ address }) => isHidden(address)) ? "names" : "network";
}

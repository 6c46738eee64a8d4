import { describe, expect, it } from "vitest";
import {
  type CandidateEvidence,
  candidatesOf,
  causeOf,
  type Evidence,
  refusedKindsOf,
  slowMs,
} from "./diagnosis.ts";

const host: CandidateEvidence = { kind: "host", protocol: "udp", family: "IPv4", isPrivate: true };
const open: CandidateEvidence = { ...host, isPrivate: false };
const six: CandidateEvidence = { ...open, family: "IPv6" };
const name: CandidateEvidence = { ...host, family: "mDNS" };
const mapped: CandidateEvidence = { ...open, kind: "srflx" };
const relay: CandidateEvidence = { ...open, kind: "relay" };
const [stun, turn, tcp] = ["stun:x:3478", "turn:x:3478", "turn:x:443?transport=tcp"];
const none = (url: string) => ({ url, code: 701, text: "timed out" });
const refused = (url: string) => ({ url, code: 401, text: "Unauthorized" });

/** Both gathered, relays on, and every pair failed. */
const failed: Evidence = {
  link: "closed",
  reason: "failed",
  forMs: 0,
  isOnline: true,
  isSignaling: true,
  presence: "here",
  servers: [stun, turn, tcp],
  isRelayOnly: false,
  isAnswered: true,
  isGathered: true,
  ice: "failed",
  dtls: "new",
  local: [host, mapped, relay],
  remote: [host, mapped, relay],
  errors: [],
  pairs: { tried: 9, failed: 9, answered: 0, asked: 0 },
  refusedKinds: [],
  bytesReceived: 0,
  badSignals: 0,
};
const recovering: Partial<Evidence> = {
  link: "recovering",
  forMs: slowMs,
  ice: "disconnected",
  bytesReceived: 1e6,
};
const silence: Partial<Evidence> = { ...recovering, reason: "silence", ice: "connected", dtls: "connected" };
const connected: Partial<Evidence> = { link: "connected", ice: "connected", dtls: "connected" };
const noRelay: Partial<Evidence> = { servers: [stun], local: [host, mapped], remote: [host, mapped] };

type Row = readonly [what: string, seen: Partial<Evidence>, cause: string | undefined];
const table: readonly Row[] = [
  ["their fingerprint was another", { reason: "wrong-fingerprint" }, "wrong-fingerprint"],
  ["they sent nonsense", { reason: "bad-signals" }, "bad-signals"],
  ["what they said made no sense", { isAnswered: false, remote: [], badSignals: 1 }, "bad-signals"],
  ["nor did it where the link had stood", { ...silence, badSignals: 1 }, "bad-signals"],
  ["and they are not there any more", { ...recovering, presence: "away", badSignals: 1 }, "silent there"],
  [
    "one signal made no sense, and there is no way",
    { link: "connecting", forMs: slowMs, ...noRelay, badSignals: 1 },
    "no-route",
  ],
  ["they sent too much", { reason: "flooded" }, "bad-signals"],
  ["too much waits for them", { reason: "signals-window-full" }, "signals-refused"],
  ["something was too large for them", { reason: "signals-too-large" }, "signals-refused"],
  ["the browser makes none", { reason: "connection-refused", isAnswered: false }, "connection-refused"],
  ["nothing comes, over a way that stands", { ...silence, ...noRelay }, "silent there"],
  ["nothing comes, and the server is silent too", { ...silence, isSignaling: false }, "no-signaling here"],
  ["they left", { reason: "left" }, undefined],
  ["they reloaded", { reason: "page" }, undefined],
  ["no network", { isOnline: false, isSignaling: false }, "offline here"],
  ["no server while recovering", { ...recovering, isSignaling: false }, "no-signaling here"],
  ["no answer", { isAnswered: false, remote: [] }, "silent there"],
  ["their page is silent", { ...recovering, presence: "silent" }, "silent there"],
  [
    "nothing comes, and they are there",
    { ...recovering, pairs: { tried: 1, failed: 0, answered: 1, asked: 1 } },
    "silent there",
  ],
  [
    "DTLS failed",
    { dtls: "failed", ice: "connected", pairs: { tried: 2, failed: 1, answered: 1, asked: 1 } },
    "dtls-failed",
  ],
  ["ICE failed, and DTLS with it", { dtls: "failed", ice: "failed" }, "no-route"],
  [
    "DTLS never ended",
    { dtls: "connecting", pairs: { tried: 2, failed: 1, answered: 1, asked: 1 } },
    "dtls-failed",
  ],
  [
    "DTLS failed, and what was looked at is let go of",
    {
      link: "closed",
      reason: "failed",
      dtls: "closed",
      pairs: { tried: 2, failed: 0, answered: 1, asked: 1 },
    },
    "dtls-failed",
  ],
  ["no address here", { servers: [], local: [] }, "no-candidate here"],
  ["no address there", { remote: [] }, "no-candidate there"],
  ["IPv4 here, IPv6 there, no relay", { servers: [], local: [open], remote: [six] }, "no-common-family"],
  ["a name may be either", { servers: [], local: [six], remote: [name] }, "local-only there"],
  [
    "the relay refuses",
    { local: [host, mapped], errors: [refused(turn), refused(tcp)] },
    "relay-unauthorised here",
  ],
  [
    "UDP goes nowhere, and TCP neither",
    { local: [host], errors: [none(stun), none(turn), none(tcp)] },
    "udp-blocked here",
  ],
  [
    "UDP goes nowhere, and there is no relay",
    { ...noRelay, local: [host], errors: [none(stun)] },
    "udp-blocked here",
  ],
  [
    "UDP goes nowhere, and the browser never says so",
    { ...noRelay, local: [host], errors: [], isGathered: false, forMs: 15_001 },
    "udp-blocked here",
  ],
  [
    "one address family of the server says nothing, the other does",
    { ...noRelay, errors: [none(stun)], pairs: { tried: 4, failed: 4, answered: 0, asked: 0 } },
    "no-route",
  ],
  [
    "the relay does not answer, STUN does",
    { local: [host, mapped], errors: [none(turn), none(tcp)] },
    "no-relay-candidate here",
  ],
  ["relays alone, and none", { isRelayOnly: true, local: [], errors: [] }, "no-relay-candidate here"],
  ["they have no relay", { remote: [host, mapped] }, "no-relay-candidate there"],
  ["private addresses here", { ...noRelay, local: [host] }, "only-private-addresses here"],
  ["private addresses there", { ...noRelay, remote: [host] }, "only-private-addresses there"],
  ["names of the local network here", { ...noRelay, local: [name] }, "local-only here"],
  ["they are heard, and hear nothing", { pairs: { tried: 4, failed: 4, answered: 0, asked: 1 } }, "one-way"],
  ["nothing helps", {}, "no-route"],
  ["nothing helps without a relay", noRelay, "no-route"],
  ["it has just begun", { link: "connecting", ice: "checking", forMs: slowMs - 1 }, undefined],
  ["it takes long", { link: "connecting", ice: "checking", forMs: slowMs, isGathered: false }, "slow"],
  ["the first try failed, and more may come", { link: "connecting", forMs: 3_000 }, undefined],
  ["the first try failed, a while ago", { link: "connecting", forMs: slowMs }, "no-route"],
  ["it has just been lost", { ...recovering, forMs: slowMs - 1 }, undefined],
  ["all is well", connected, undefined],
  ["well, over a relay", { ...connected, selected: { ...relay, relayProtocol: "udp" } }, undefined],
  [
    "over a relay by TCP",
    { ...connected, selected: { ...relay, relayProtocol: "tcp" } },
    "relayed-over-tcp here",
  ],
  [
    "over a relay by TLS",
    { ...connected, selected: { ...relay, relayProtocol: "tls" } },
    "relayed-over-tcp here",
  ],
  ["no codec for the picture", { ...connected, refusedKinds: ["video"] }, "no-common-codec"],
];

describe("the cause of a link's trouble", () => {
  it.each(table)("[D2][D3][D4][D6][D15] %s", (_, seen, expected) => {
    const cause = causeOf({ ...failed, ...seen });
    expect(cause && [cause.code, ...(cause.side ? [cause.side] : [])].join(" ")).toBe(expected);
  });
});

describe("evidence from descriptions", () => {
  const candidate = (protocol: string, address: string, kind: string) =>
    `a=candidate:1 1 ${protocol} 1 ${address} 9 typ ${kind} raddr 10.0.0.9 rport 9\r\n`;

  it("[D7] keeps kinds and families of candidates, no address, and at most 64", () => {
    const sdp = [
      candidate("udp", "192.168.1.5", "host"),
      candidate("UDP", "203.0.113.9", "srflx"),
      candidate("tcp", "2001:db8::1", "host"),
      candidate("udp", "fe80::1", "host"),
      candidate("udp", "0b1c.local", "host"),
      candidate("udp", "198.51.100.7", "relay"),
      "a=candidate:1 2 udp 1 192.0.2.1 9 typ host\r\n",
    ].join("");
    const found = candidatesOf(sdp + sdp);
    expect(found.map(({ kind, protocol, family, isPrivate }) => [kind, protocol, family, isPrivate])).toEqual(
      [
        ["host", "udp", "IPv4", true],
        ["srflx", "udp", "IPv4", false],
        ["host", "tcp", "IPv6", false],
        ["host", "udp", "IPv6", true],
        ["host", "udp", "mDNS", true],
        ["relay", "udp", "IPv4", false],
      ],
    );
    expect(JSON.stringify(found)).not.toMatch(/192\.168|203\.0|2001|fe80|0b1c|198\.51/);
    const many = Array.from({ length: 100 }, (_, i) => candidate("udp", `198.51.100.${i}`, "host")).join("");
    expect(candidatesOf(many)).toHaveLength(64);
  });

  it.each([
    "10.1.2.3",
    "172.20.0.1",
    "192.168.0.1",
    "169.254.1.1",
    "100.64.0.1",
    "127.0.0.1",
    "fd00::1",
    "fe80::2",
  ])("[D2] knows that %s is private", (address) =>
    expect(candidatesOf(candidate("udp", address, "host"))[0]?.isPrivate).toBe(true),
  );
  it.each(["172.32.0.1", "100.128.0.1", "11.0.0.1", "2a00::1"])("[D2] knows that %s is not", (address) =>
    expect(candidatesOf(candidate("udp", address, "host"))[0]?.isPrivate).toBe(false),
  );

  it("[D2] finds kinds of media that were refused, and not those that were taken once", () => {
    expect(refusedKindsOf("m=audio 9 x\r\nm=video 0 x\r\nm=application 9 x\r\n")).toEqual(["video"]);
    expect(refusedKindsOf("m=video 9 x\r\nm=video 0 x\r\n")).toEqual([]);
    // Firefox's offers.
    expect(refusedKindsOf("m=audio 9 x\r\nm=video 0 x\r\na=bundle-only\r\n")).toEqual([]);
  });
});

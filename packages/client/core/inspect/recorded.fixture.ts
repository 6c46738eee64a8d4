import type { Fact } from "./facts.ts";

/** A short description: enough of one for the story, and for what reads single lines. */
export const sdp = (ufrag: string, candidates: readonly string[] = []): string =>
  [
    "v=0",
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=group:BUNDLE 0 1",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "c=IN IP4 0.0.0.0",
    ...candidates.map((candidate) => `a=${candidate}`),
    `a=ice-ufrag:${ufrag}`,
    "a=ice-pwd:asd88fgpdd777uzjYhagZg",
    "a=fingerprint:sha-256 19:E2:1C:3B:4B:9F:81:E6:B8:5C:F4:A5:A8:D8:73:04:BB:05:2F:70:9F:04:A9:0E:05:E9:26:33:E8:70:88:A2",
    "a=setup:actpass",
    "a=mid:0",
    "a=sendrecv",
    "a=rtpmap:111 opus/48000/2",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 0.0.0.0",
    "a=mid:1",
    "a=sctp-port:5000",
    "a=max-message-size:262144",
    "",
  ].join("\r\n");

export const host = "candidate:1 1 udp 2122260223 192.168.1.7 50000 typ host generation 0 ufrag abcd";
export const reflexive =
  "candidate:2 1 udp 1686052607 203.0.113.9 61000 typ srflx raddr 192.168.1.7 rport 50000 generation 0 ufrag abcd";
export const relayed =
  "candidate:3 1 udp 41885439 198.51.100.4 49152 typ relay raddr 203.0.113.9 rport 61000 generation 0 ufrag abcd";

const t = 1_000_000;

/** A call that connects, loses its network, and comes back by an ICE restart. */
export const recorded: readonly Fact[] = [
  { at: t, kind: "connection", generation: 1 },
  { at: t + 1, kind: "setting", side: "local" },
  { at: t + 5, kind: "description", side: "local", type: "offer", sdp: sdp("abcd") },
  { at: t + 5, kind: "signal", way: "sent", type: "offer", bytes: 900 },
  { at: t + 6, kind: "state", of: "gathering", state: "gathering" },
  { at: t + 7, kind: "candidates", side: "local", candidates: [{ candidate: host, sdpMid: "0" }] },
  { at: t + 7, kind: "signal", way: "sent", type: "candidates", bytes: 120, count: 1 },
  { at: t + 20, kind: "candidates", side: "local", candidates: [{ candidate: reflexive, sdpMid: "0" }] },
  { at: t + 20, kind: "signal", way: "sent", type: "candidates", bytes: 130, count: 1 },
  { at: t + 30, kind: "signal", way: "received", type: "answer", bytes: 850 },
  { at: t + 30, kind: "setting", side: "remote" },
  { at: t + 33, kind: "description", side: "remote", type: "answer", sdp: sdp("wxyz") },
  { at: t + 34, kind: "state", of: "ice", state: "checking" },
  { at: t + 40, kind: "candidates", side: "remote", candidates: [{ candidate: host.replace("7 5", "8 6") }] },
  { at: t + 41, kind: "candidates", side: "local", candidates: [{ candidate: "" }] },
  { at: t + 60, kind: "state", of: "ice", state: "connected" },
  { at: t + 60, kind: "state", of: "dtls", state: "connecting" },
  { at: t + 95, kind: "state", of: "dtls", state: "connected" },
  { at: t + 95, kind: "state", of: "sctp", state: "connecting" },
  { at: t + 95, kind: "state", of: "connection", state: "connected" },
  { at: t + 95, kind: "state", of: "link", state: "connected" },
  {
    at: t + 97,
    kind: "pair",
    local: { type: "host", protocol: "udp", address: "192.168.1.7", port: 50000 },
    remote: { type: "host", protocol: "udp", address: "192.168.1.8", port: 60000 },
    rttMs: 1.5,
  },
  { at: t + 110, kind: "state", of: "sctp", state: "connected" },
  { at: t + 111, kind: "state", of: "channel", state: "open", name: "control" },
  { at: t + 111, kind: "state", of: "channel", state: "open", name: "bulk" },
  { at: t + 120, kind: "track", media: "audio", mid: "0", state: "flowing" },
  { at: t + 9_000, kind: "state", of: "ice", state: "disconnected" },
  { at: t + 11_000, kind: "recovery", rung: "restart", reason: "disconnected" },
  { at: t + 11_000, kind: "state", of: "link", state: "recovering", reason: "disconnected" },
  { at: t + 11_002, kind: "setting", side: "local" },
  { at: t + 11_004, kind: "description", side: "local", type: "offer", sdp: sdp("efgh") },
  { at: t + 11_300, kind: "state", of: "link", state: "connected" },
];

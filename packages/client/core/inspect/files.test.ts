import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pairRows } from "./candidates.ts";
import { readDump } from "./dump.ts";
import { masked } from "./mask.ts";
import { host, recorded, reflexive, sdp } from "./recorded.fixture.ts";
import { type LinkRecording, type Recording, readRecording } from "./recording.ts";
import { storyOf } from "./story.ts";

const link: LinkRecording = {
  peer: "k3v9",
  name: "Bo Baker",
  state: "connected",
  path: "direct",
  facts: recorded,
  dropped: 0,
  stats: [
    { id: "c", type: "certificate", fingerprint: "19:E2:1C", base64Certificate: "MIIB" },
    { id: "l", type: "local-candidate", address: "2001:db8::7", port: 9, usernameFragment: "abcd" },
  ],
  samples: [{ at: 1, link: { bytesSent: 5 }, tracks: {}, channels: {}, limits: {} }],
  channels: [
    { label: "bulk", id: 2, state: "open", isOrdered: true, maxRetransmits: null, bufferedAmount: 0 },
  ],
  sctp: { state: "connected", maxMessageSize: 262144, maxChannels: 1023 },
  servers: ["stun:meet.example.org:3478", "turn:[2001:db8::1]:3478?transport=tcp"],
  signalingThen: { signal: { framesSent: 1, framesReceived: 2, bytesSent: 3, bytesReceived: 4 } },
};
const recording: Recording = {
  format: "parlour-inspection",
  version: 1,
  at: 2_000_000,
  browser: "Chromium 156.0.0.0",
  isMasked: false,
  links: [link],
  log: [
    { at: 1, event: "connected", peer: "k3v9" },
    { at: 2, event: "said", peer: "k3v9", detail: "hello from Bo Baker" },
    { at: 3, event: "closed", peer: "k3v9", detail: "failed" },
  ],
  signaling: { signal: { framesSent: 9, framesReceived: 9, bytesSent: 9, bytesReceived: 9 } },
};
const again = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

describe("a saved recording", () => {
  it("[I10][I4] is the same when it is opened, and tells the same story", () => {
    const opened = readRecording(again(recording));
    expect(opened).toEqual(recording);
    expect(typeof opened === "object" && storyOf(opened.links[0]?.facts ?? [])).toEqual(storyOf(recorded));
  });

  it("[I10] that is none is refused with a reason, and what is malformed in one is left out", () => {
    for (const other of [null, 5, "x", [], {}, { format: "other" }])
      expect(readRecording(other)).toBe("unknown-format");
    expect(readRecording({ ...recording, version: 2 })).toBe("newer-version");
    const facts = [...recorded, { at: 1, kind: "description", side: "local" }, { kind: "?" }, 7, null];
    const opened = readRecording(
      again({ ...recording, links: [{ ...link, facts, channels: 3 }, "no"], log: {} }),
    );
    expect(opened).toMatchObject({ links: [{ facts: recorded, channels: [] }], log: [] });
  });

  it("[I10] may be anything", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (facts, stats, log) => {
        const links = [{ facts, stats, samples: facts, channels: stats, sctp: log }, facts];
        const opened = readRecording({
          format: "parlour-inspection",
          version: 1,
          links,
          log,
          signaling: stats,
        });
        if (typeof opened !== "object") throw new Error(opened);
        for (const one of opened.links) storyOf(one.facts);
        masked(opened);
      }),
    );
  });

  it("[I11] has no address, key or name in it when it is masked", () => {
    const text = JSON.stringify(masked(recording));
    for (const secret of [
      "192.168.1.7",
      "192.168.1.8",
      "203.0.113.9",
      "2001:db8",
      "abcd",
      "wxyz",
      "asd88fgpdd777uzjYhagZg",
      "19:E2:1C",
      "MIIB",
      "Bo Baker",
      "k3v9",
      "meet.example.org",
      "4611731400430051336",
    ])
      expect(text, secret).not.toContain(secret);
    expect(text).toContain("private-ipv4-1");
    expect(text).toContain("Chromium 156.0.0.0");
    expect(text).toContain("turn:server-2:3478?transport=tcp");
    expect(text).toContain('"detail":"failed"');
  });

  it("[I11][I4] tells the same story masked, step by step", () => {
    const steps = (facts: LinkRecording["facts"]) =>
      storyOf(facts).steps.map(({ kind, at, took, outcome, says }) => [
        kind,
        at,
        took,
        outcome,
        says["isRestart"],
      ]);
    const [first] = masked(recording).links;
    expect(steps(first?.facts ?? [])).toEqual(steps(recorded));
    // Opened again it is whole.
    expect(readRecording(again(masked(recording)))).toEqual(masked(recording));
  });
});

describe("a dump of chrome://webrtc-internals", () => {
  const update = (ms: number, type: string, value: unknown = "") => ({
    time: new Date(1_700_000_000_000 + ms).toISOString(),
    type,
    value,
  });
  const dump = {
    getUserMedia: [],
    UserAgent: "Mozilla/5.0",
    PeerConnections: {
      "12-3": {
        url: "https://meet.example.org/r/x",
        rtcConfiguration: "{ iceServers: [stun:a:3478, turns:b:443?transport=tcp], iceTransportPolicy: all }",
        updateLog: [
          update(0, "createOffer", "options: {}"),
          update(2, "setLocalDescription", `type: offer, sdp: ${sdp("abcd")}`),
          update(4, "setLocalDescriptionOnSuccess"),
          update(5, "icegatheringstatechange", "gathering"),
          update(
            6,
            "icecandidate",
            `sdpMid: 0, sdpMLineIndex: 0, candidate: ${host}, url: , relayProtocol: `,
          ),
          update(7, "icecandidate", JSON.stringify({ candidate: reflexive, sdpMid: "0", sdpMLineIndex: 0 })),
          update(9, "setRemoteDescription", JSON.stringify({ type: "answer", sdp: sdp("wxyz") })),
          update(11, "setRemoteDescriptionOnSuccess"),
          update(12, "iceconnectionstatechange", '"checking"'),
          update(20, "iceconnectionstatechange", "connected"),
          update(30, "connectionstatechange", "connected"),
        ],
        stats: {
          "CP1-state": { statsType: "candidate-pair", values: '["waiting","succeeded"]' },
          "CP1-nominated": { statsType: "candidate-pair", values: "[true]" },
          "CP1-[bytesSent_in_bits/s]": { statsType: "candidate-pair", values: "[1]" },
        },
      },
    },
  };

  it("[I12] is opened like a recording, each connection a link", () => {
    const opened = readDump(dump);
    if (typeof opened === "string") throw new Error(opened);
    const [one] = opened.links;
    expect(one).toMatchObject({
      name: "meet.example.org 12-3",
      state: "connected",
      servers: ["stun:a:3478", "turns:b:443?transport=tcp"],
      stats: [{ id: "CP1", type: "candidate-pair", state: "succeeded", nominated: true }],
    });
    expect(storyOf(one?.facts ?? []).steps.map(({ kind, took }) => [kind, took])).toEqual([
      ["connection", undefined],
      ["local-offer", 2],
      ["gathering", undefined],
      ["found-host", undefined],
      ["found-srflx", undefined],
      ["remote-answer", 2],
      ["checks", 8],
      ["dtls", undefined],
      ["connected", undefined],
    ]);
    expect(opened.log).toHaveLength(11);
  });

  it("[I12] that a real Chromium saved tells the whole handshake", () => {
    const packed = readFileSync(new URL("webrtc-internals.gz", import.meta.url));
    const opened = readDump(JSON.parse(gunzipSync(packed).toString()));
    if (typeof opened === "string") throw new Error(opened);
    const [offering, answering] = opened.links.map(({ facts }) => storyOf(facts).steps);
    const kinds = [
      "local-offer",
      "gathering",
      "found-host",
      "remote-answer",
      "taken",
      "checks",
      "dtls",
      "connected",
    ];
    expect(offering?.map(({ kind }) => kind).filter((kind) => kinds.includes(kind))).toEqual(kinds);
    // Chromium's times have fractions that nobody wants to read.
    expect(offering?.find(({ kind }) => kind === "connected")?.says).toMatchObject({ tookMs: 61 });
    expect(answering?.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["remote-offer", "local-answer", "tracks", "channels"]),
    );
    const [one] = opened.links;
    expect(one).toMatchObject({ state: "connected" });
    expect(pairRows(one?.facts ?? [], one?.stats ?? [])[0]).toMatchObject({
      isSelected: true,
      state: "succeeded",
    });
    expect(one?.samples.length).toBeGreaterThan(2);
    expect(one?.samples.at(-1)?.link).toMatchObject({ bytesSent: expect.any(Number) });
    const text = JSON.stringify(masked(opened));
    expect(text).not.toMatch(/2dd0794a|2A:97:C1|w3f3/);
  });

  it("[I12] that is none is refused", () => {
    for (const other of [null, {}, { PeerConnections: 5 }, []])
      expect(readDump(other)).toBe("unknown-format");
    expect(
      readDump({ PeerConnections: { a: 5, b: { updateLog: 7, stats: { "x-y": { values: "{" } } } } }),
    ).toMatchObject({
      links: [{ facts: [], stats: [] }],
    });
  });
});

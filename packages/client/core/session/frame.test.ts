import { parseServerFrame } from "@parlour/protocol";
import { mutated, runSeeds, sampleRoom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { readServerFrame } from "./frame.ts";

const id = "A".repeat(22);
const seat = { id, number: 1, epoch: "e".repeat(16), role: "host", presence: "here" };
const said = { type: "said", seq: 1, at: 5, id: "m", from: id, name: "Ada", text: "hi" };
const notice = { type: "notice", seq: 2, at: 5, event: "joined", text: "Ada joined" };
const refusal = { code: "too-many", detail: "d", hint: "h" };
const room = { ...sampleRoom, title: "Den" };
const frames: readonly Record<string, unknown>[] = [
  {
    type: "welcome",
    version: 1,
    at: 5,
    room,
    you: { ...seat, name: "Ada", country: "PT", capabilities: ["a"] },
    peers: [seat, { ...seat, card: "c", presence: "away", role: "member" }],
    token: "t",
    resumed: true,
    iceServers: [{ urls: ["stun:x"], username: "u", credential: "c" }, { urls: [] }],
    history: [said, { ...notice, name: "Ada" }],
    greeting: "hello",
    waiting: [{ id, name: "Bo" }, { id }],
  },
  { type: "ice-servers", iceServers: [{ urls: ["turn:x"], username: "u", credential: "c" }] },
  { type: "joined", peer: seat },
  { type: "changed", peer: { ...seat, presence: "silent" } },
  { type: "left", id, reason: "page" },
  { ...said, country: "PT" },
  notice,
  { type: "accepted", id: "m", seq: 1, at: 5 },
  { type: "refused", ...refusal, ref: "m" },
  { type: "whispered", at: 5, id: "m", from: id, name: "Ada", to: id, text: "hi", country: "PT" },
  { type: "done", ref: "set" },
  { type: "room", room },
  { type: "waiting" },
  { type: "knocking", peer: { id, card: "c" } },
  { type: "knocking", peer: { id, name: "Ada", country: "PT" } },
  { type: "knock-ended", id },
  { type: "asked", what: "mute", by: id, kind: "audio" },
  { type: "asked", what: "mute", by: id },
  { type: "closing", ...refusal, retryAfterMs: 5 },
  { type: "ping" },
  { type: "pong" },
];

describe("what a server sent", () => {
  it("[S1] is read as the protocol's schemas read it", () => {
    for (const frame of frames) {
      const text = JSON.stringify(frame);
      const parsed = parseServerFrame(text);
      expect(parsed.ok).toBe(true);
      expect(readServerFrame(text)).toEqual(frame);
    }
  });

  it("[S1] is refused wherever the schemas refuse it", () => {
    const junk = [
      null,
      0,
      -1,
      1.5,
      Number.POSITIVE_INFINITY,
      "",
      "x",
      id,
      true,
      [],
      {},
      [null],
      [{}],
      { type: "said" },
      "__proto__",
    ];
    let refused = 0;
    runSeeds({ seeds: 4_000, env: process.env }, (random) => {
      const text = JSON.stringify(mutated(random, random.pick(frames), junk));
      const { ok } = parseServerFrame(text);
      if (!ok) refused++;
      expect([text, readServerFrame(text) !== undefined]).toEqual([text, ok]);
    });
    expect(refused).toBeGreaterThan(1_000);
  });

  it("[S1] is nothing when it is not JSON, not an object, of no known type, or too long", () => {
    for (const text of [
      "",
      "{",
      "null",
      "7",
      '"ping"',
      "[]",
      "{}",
      '{"type":"hello"}',
      '{"type":"toString"}',
    ]) {
      expect(readServerFrame(text)).toBeUndefined();
    }
    expect(readServerFrame(`{"type":"ping","x":"${"x".repeat(16 * 1024 * 1024)}"}`)).toBeUndefined();
  });
});

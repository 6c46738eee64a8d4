import { fakeClock, fakeWorld, runUntil, seededRandom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { hasOnlyFingerprint } from "../../core/link/fingerprint.ts";
import type { JsonValue } from "../api.ts";
import type { Rest, RestSource } from "../later.ts";
import * as rest from "../rest.ts";
import "../rest.fixture.ts";
import type { LinkDriver, LinkPart, LinkSetup, Sealer } from "../seams.ts";
import { createTimedLink } from "./link.ts";
import { routeOf } from "./statistics.ts";

// The way of a connection is looked up by a module that is loaded beside: once it is there, at once.
await import("./watch.ts");

const flush = () => new Promise((resolve) => setImmediate(resolve));
const plain: Sealer = { seal: async (bytes) => bytes.slice(), open: async (bytes) => bytes.slice() };
const channel: LinkPart = {
  attach: (connection) => void connection.createDataChannel("control", { negotiated: true, id: 0 }),
  detach() {},
};

/** Two links on one clock; signals take 10 ms. */
function pair(options: { readonly [side in "a" | "b"]?: Partial<LinkSetup> } = {}, half?: RestSource) {
  const clock = fakeClock();
  const world = fakeWorld({ clock, random: seededRandom(1) });
  const logs: string[] = [];
  const sent: { readonly from: string; readonly at: number; readonly payload: Uint8Array }[] = [];
  const wire = { isUp: true };
  const links: { a?: LinkDriver; b?: LinkDriver } = {};
  const make = (side: "a" | "b"): LinkDriver => {
    const other = side === "a" ? "b" : "a";
    const link = createTimedLink(
      {
        isPolite: side === "a",
        makesFirstOffer: side === "b",
        iceServers: [],
        rtc: {},
        sealer: plain,
        parts: { channel },
        send(payload) {
          sent.push({ from: side, at: clock.now(), payload });
          if (wire.isUp) clock.after(10, () => links[other]?.receive(payload));
          return wire.isUp;
        },
        createConnection: (configuration) => world.connection(configuration) as unknown as RTCPeerConnection,
        ...options[side],
      },
      clock,
      half,
    );
    links[side] = link;
    link.on("log", (event, detail) =>
      logs.push(`${side} ${event}${detail === undefined ? "" : ` ${detail}`}`),
    );
    return link;
  };
  const a = make("a");
  const b = make("b");
  const until = (isDone: () => boolean, ms = 60_000) => runUntil(clock, flush, isDone, ms);
  const areConnected = () => a.state === "connected" && b.state === "connected";
  return { clock, world, logs, sent, wire, a, b, until, areConnected };
}

describe("link driver", () => {
  it("[L30][L37] connects, and says so, with path and round trip", async () => {
    const { a, b, until, areConnected } = pair();
    const changes: string[] = [];
    a.on("change", () => changes.push(`${a.state} ${a.path}`));
    expect([a.state, a.path, a.rttMs, b.state]).toEqual(["connecting", undefined, undefined, "connecting"]);
    expect(await until(() => areConnected() && a.path !== undefined)).toBe(true);
    expect([a.path, a.rttMs, a.connection?.connectionState]).toEqual(["direct", 4, "connected"]);
    expect(changes).toEqual(["connected undefined", "connected direct"]);
    expect(a.diagnosis).toBeUndefined();
  });

  it("[L130] connects without its other half; what takes that waits for it, in order, and a close does not", async () => {
    const asked: ((rest: Rest) => void)[] = [];
    const half = {
      there: undefined as Rest | undefined,
      need: (then: (rest: Rest) => void) => void asked.push(then),
    };
    const { a, b, logs, until, areConnected } = pair({}, half);
    expect(await until(areConnected)).toBe(true);
    expect(asked).toEqual([]);
    a.restart("network");
    a.rebuild("twice");
    await until(() => false, 30_000);
    expect([a.state, b.state, asked.length]).toEqual(["connected", "connected", 1]);
    expect(logs.filter((line) => /restart|rebuild/.test(line))).toEqual([]);
    half.there = rest;
    for (const then of asked) then(rest);
    expect(logs.filter((line) => /^a (restart|rebuild)/.test(line))).toEqual([
      "a restart network",
      "a rebuild twice",
    ]);
    expect(await until(areConnected)).toBe(true);
    half.there = undefined;
    b.restart("network");
    b.close("left");
    expect([b.state, b.connection]).toEqual(["closed", undefined]);
  });

  it("[P8] connects without a sealer, and its signals go as they are, at once", async () => {
    const { sent, until, areConnected } = pair({ a: { sealer: undefined }, b: { sealer: undefined } });
    expect(await until(areConnected)).toBe(true);
    expect(new TextDecoder().decode(sent[0]?.payload)).toContain('"type":"offer"');
  });

  it("[L131] reads its description for the end of its addresses, not for each that is found", async () => {
    const { a, until, areConnected } = pair();
    expect(await until(areConnected)).toBe(true);
    const connection = a.connection as RTCPeerConnection;
    const { localDescription } = connection;
    let reads = 0;
    Object.defineProperty(connection, "localDescription", {
      get() {
        reads++;
        return localDescription;
      },
    });
    const finds = (candidate: object | null) =>
      (connection as unknown as { dispatch(event: object): void }).dispatch({
        type: "icecandidate",
        candidate,
      });
    for (const n of [1, 2, 3])
      finds({ candidate: `candidate:${n} 1 udp 1 192.0.2.${n} 4000 typ host`, sdpMid: "0" });
    expect(reads).toBe(0);
    finds(null);
    expect(reads).toBe(1);
  });

  it("[L11] has its offer on the way within the one operation that it takes", async () => {
    const { sent, until, clock } = pair();
    await until(() => sent.length > 0);
    expect(sent[0]?.from).toBe("b");
    expect(clock.now()).toBeLessThanOrEqual(4);
  });

  it("[L19] hands what a part says to the same part, before the answer", async () => {
    const order: string[] = [];
    const part = (side: string): LinkPart => ({
      attach: (connection, role) => {
        order.push(`${side} attach ${role}`);
        if (role === "offerer") connection.addTransceiver("audio");
      },
      beforeAnswer: () => void order.push(`${side} beforeAnswer`),
      describe: (connection): JsonValue => {
        order.push(`${side} describe`);
        return { from: side, mids: connection.getTransceivers().map(({ mid }) => mid) };
      },
      described: (value) => void order.push(`${side} described ${JSON.stringify(value)}`),
      detach: () => void order.push(`${side} detach`),
    });
    const { a, until, areConnected } = pair({
      a: { parts: { x: part("a") } },
      b: { parts: { x: part("b") } },
    });
    await until(areConnected);
    a.close("left");
    expect(order).toEqual([
      "a attach answerer",
      "b attach offerer",
      "b describe",
      'a described {"from":"b","mids":["0"]}',
      "a beforeAnswer",
      "a describe",
      'b described {"from":"a","mids":["0"]}',
      "a detach",
    ]);
  });

  it("[L19] goes on when a part throws", async () => {
    const broken: LinkPart = {
      attach() {
        throw new Error("attach");
      },
      describe() {
        throw new Error("describe");
      },
      detach() {
        throw new Error("detach");
      },
    };
    const { a, logs, until, areConnected } = pair({ a: { parts: { broken, channel } } });
    expect(await until(areConnected)).toBe(true);
    a.close("left");
    expect(logs.filter((line) => line.startsWith("a part-failed")).length).toBeGreaterThanOrEqual(2);
  });

  it("[L4] waits for signaling to be back, and connects then", async () => {
    const { a, b, wire, until, areConnected } = pair();
    wire.isUp = false;
    expect(await until(areConnected, 30_000)).toBe(false);
    wire.isUp = true;
    a.resync();
    b.resync();
    expect(await until(areConnected, 2_000)).toBe(true);
  });

  it("[L8] keeps the order while sealing takes its time", async () => {
    const random = seededRandom(7);
    const slow = (clock: { after(ms: number, call: () => void): unknown }): Sealer => {
      const later = (bytes: Uint8Array) =>
        new Promise<Uint8Array<ArrayBuffer>>((resolve) =>
          clock.after(random.int(0, 30), () => resolve(bytes.slice())),
        );
      return { seal: later, open: later };
    };
    const clock: { after(ms: number, call: () => void): unknown } = { after: () => undefined };
    const made = pair({ a: { sealer: slow(clock) }, b: { sealer: slow(clock) } });
    clock.after = (ms, call) => made.clock.after(ms, call);
    expect(await made.until(made.areConnected)).toBe(true);
    const numbers = made.sent.filter(({ from }) => from === "b").map(({ payload }) => payload[8]);
    const bodies = numbers.filter((number) => number !== 0);
    expect(bodies.length).toBeGreaterThan(2);
    expect(bodies).toEqual([...bodies].sort());
  });

  it("[L8] takes a seal that fails for a lost packet, and one that does not open for a violation", async () => {
    let fails = 2;
    const flaky: Sealer = {
      ...plain,
      seal: async (bytes) => {
        if (fails-- > 0) throw new Error("no key yet");
        return bytes.slice();
      },
    };
    const { until, areConnected } = pair({ b: { sealer: flaky } });
    expect(await until(areConnected)).toBe(true);
    const deaf = pair({ a: { sealer: { ...plain, open: async () => undefined } } });
    await deaf.until(() => deaf.a.state === "closed", 600_000);
    expect(deaf.logs).toContain("a bad-signal seal");
    expect(deaf.a.diagnosis?.code).toBe("bad-signals");
  });

  it("[D16] says so of a few that do not open, too, where a link can't come back for want of them", async () => {
    let isDeaf = false;
    const deaf: Sealer = { ...plain, open: async (bytes) => (isDeaf ? undefined : bytes.slice()) };
    const { a, b, world, until, areConnected } = pair({ a: { sealer: deaf } });
    await until(areConnected);
    isDeaf = true;
    world.block();
    expect(await until(() => a.diagnosis !== undefined && b.diagnosis !== undefined, 60_000)).toBe(true);
    expect([a.state, a.diagnosis?.code]).toEqual(["recovering", "bad-signals"]);
    expect(b.diagnosis?.code).not.toBe("bad-signals");
  });

  it("[L16] ends on another fingerprint than the expected one, with a diagnosis", async () => {
    const { a, until, world } = pair({ a: { isTheirs: (sdp) => hasOnlyFingerprint(sdp, "sha-256 CC:DD") } });
    expect(await until(() => a.state === "closed")).toBe(true);
    expect(await until(() => a.diagnosis !== undefined)).toBe(true);
    expect(a.diagnosis).toMatchObject({ code: "wrong-fingerprint", isWorking: false });
    expect(world.connections[0]?.remoteDescription).toBeNull();
    const right = pair({ a: { isTheirs: (sdp) => hasOnlyFingerprint(sdp, "sha-256 aa:bb") } });
    expect(await right.until(right.areConnected)).toBe(true);
  });

  it("[L31][L32] helps a lost connection up again", async () => {
    const { a, b, world, logs, until, areConnected } = pair();
    await until(areConnected);
    world.block();
    expect(await until(() => a.state === "recovering" && b.state === "recovering")).toBe(true);
    world.unblock();
    expect(await until(areConnected)).toBe(true);
    expect(logs.filter((line) => line.includes("rebuild"))).toEqual([]);
  });

  it("[L32] replaces, and then ends, a connection that can't be helped", async () => {
    const { a, b, world, until } = pair();
    world.block();
    expect(await until(() => a.state === "closed" && b.state === "closed", 600_000)).toBe(true);
    expect(a.diagnosis).toMatchObject({ isWorking: false, evidence: { link: "closed", reason: "failed" } });
    expect(a.connection).toBeUndefined();
    expect(world.connections.length).toBeGreaterThanOrEqual(4);
  });

  it("[L34] replaces the connection on both sides, whoever asks", async () => {
    const { a, b, world, until, areConnected } = pair();
    for (const ask of [
      () => a.rebuild("test"),
      () => b.rebuild("test"),
      () => [a.rebuild("x"), b.rebuild("x")],
    ]) {
      await until(areConnected);
      const before = [a.connection, b.connection];
      ask();
      expect(
        await until(() => areConnected() && a.connection !== before[0] && b.connection !== before[1]),
      ).toBe(true);
    }
    expect(world.connections.length).toBe(8);
    expect(world.connections.filter(({ signalingState }) => signalingState !== "closed").length).toBe(2);
  });

  it("[S70] starts ICE again with the servers of now, not of the beginning", async () => {
    const iceServers = [{ urls: ["turn:first"] }];
    const { a, until, areConnected } = pair({
      a: { iceServers, rtc: { iceServers: [{ urls: "stun:own" }] } },
    });
    await until(areConnected);
    const { connection } = a;
    iceServers[0] = { urls: ["turn:second"] };
    a.restart("network");
    await until(() => a.state !== "connected");
    await until(areConnected);
    expect(a.connection).toBe(connection);
    expect(a.connection?.getConfiguration()).toMatchObject({
      bundlePolicy: "max-bundle",
      iceServers: [{ urls: ["turn:second"] }, { urls: "stun:own" }],
    });
  });

  it("[L36] leaves nothing behind when closed", async () => {
    const { a, b, clock, sent, until, areConnected } = pair();
    await until(areConnected);
    a.close("left");
    b.close("left");
    const before = sent.length;
    a.restart("late");
    a.rebuild("late");
    a.resync();
    a.receive(new Uint8Array(20));
    await until(() => clock.next === undefined);
    expect([a.state, a.connection, a.path, sent.length]).toEqual(["closed", undefined, undefined, before]);
    expect(clock.next).toBeUndefined();
  });

  it("[D3] ends when no connection can be made, without throwing", async () => {
    const { a, until } = pair({
      a: {
        createConnection: () => {
          throw new Error("too many");
        },
      },
    });
    await until(() => a.diagnosis !== undefined);
    expect([a.state, a.diagnosis?.code]).toEqual(["closed", "connection-refused"]);
  });
});

describe("route", () => {
  const report = (...entries: [string, Record<string, unknown>][]) =>
    new Map(entries) as unknown as RTCStatsReport;
  const ends: [string, Record<string, unknown>][] = [
    ["L", { type: "local-candidate", candidateType: "host" }],
    ["R", { type: "remote-candidate", candidateType: "relay" }],
    ["H", { type: "remote-candidate", candidateType: "host" }],
  ];
  const pairOf = (remote: string, more = {}) => ({
    type: "candidate-pair",
    localCandidateId: "L",
    remoteCandidateId: remote,
    currentRoundTripTime: 0.0126,
    ...more,
  });
  it("[L37] is of the pair that the transport names", () => {
    const stats = report(
      ["T", { type: "transport", selectedCandidatePairId: "P" }],
      ["O", pairOf("H")],
      ["P", pairOf("R")],
      ...ends,
    );
    expect(routeOf(stats)).toEqual({ path: "relayed", rttMs: 13 });
  });
  it("[L37] is of the selected pair where no transport names one", () => {
    expect(routeOf(report(["O", pairOf("R")], ["P", pairOf("H", { selected: true })], ...ends))).toEqual({
      path: "direct",
      rttMs: 13,
    });
  });
  it("[L37] is of unknown length where the browser says nothing, or 0 as Firefox does until it knows", () => {
    const after = (seconds?: number) =>
      routeOf(report(["P", pairOf("H", { selected: true, currentRoundTripTime: seconds })], ...ends))?.rttMs;
    expect([after(undefined), after(0), after(0.0004)]).toEqual([undefined, undefined, 0]);
  });
  it("is unknown without a pair", () => {
    expect(routeOf(report(...ends))).toBeUndefined();
  });
});

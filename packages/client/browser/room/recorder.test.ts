import { afterEach, describe, expect, it, vi } from "vitest";
import type { Fact } from "../../core/inspect/facts.ts";
import { storyOf } from "../../core/inspect/story.ts";
import type { LinkDriver } from "../seams.ts";
import { eventLog } from "./inspection.ts";
import type { Own, RoomPeers } from "./peers.ts";
import { record } from "./recorder.ts";

/** A connection that says what the test says. */
class Connection extends EventTarget {
  iceGatheringState = "new";
  iceConnectionState = "new";
  connectionState = "new";
  signalingState = "stable";
  sctp: unknown = null;
  stats = new Map<string, object>();
  getSenders = () => [];
  transceivers: object[] = [];
  getTransceivers = () => this.transceivers;
  getStats = async () => this.stats;
  turn(what: "iceGathering" | "iceConnection" | "connection" | "signaling", state: string): void {
    this[`${what}State`] = state;
    this.dispatchEvent(new Event(`${what.toLowerCase()}statechange`));
  }
}
const own = { iceServers: [{ urls: ["stun:here"] }], rtc: {} } as unknown as Own;

function stage() {
  const log = eventLog();
  const connection = new Connection();
  const driver = { state: "connecting", connection } as unknown as LinkDriver;
  const peers = { linked: () => [{ driver, peer: { id: "bo" } }] } as unknown as RoomPeers;
  const build = () =>
    log.add({ kind: "build", generation: 1 }, "bo", connection as unknown as RTCPeerConnection);
  const facts = async (): Promise<readonly Fact[]> =>
    (await record(log, peers, own).inspect()).links[0]?.facts ?? [];
  return { log, peers, connection, build, facts };
}

describe("the recorder", () => {
  it("[I1] misses nothing of what happened before it was loaded, and takes a connection as it finds it", async () => {
    const { log, connection, build, facts } = stage();
    build();
    const offer = { type: "offer", sdp: "v=0" } as const;
    log.add({ kind: "set-local" }, "bo");
    log.add({ kind: "negotiation", generation: 1, input: { kind: "done", local: offer } }, "bo");
    log.add({ kind: "send", signal: { ...offer, generation: 1 } }, "bo");
    connection.iceGatheringState = "gathering";
    expect((await facts()).map(({ at: _at, ...fact }) => fact)).toEqual([
      { kind: "connection", generation: 1 },
      { kind: "setting", side: "local" },
      { kind: "description", side: "local", ...offer },
      { kind: "signal", way: "sent", type: "offer", bytes: 43 },
      { kind: "state", of: "gathering", state: "gathering", isFound: true },
    ]);
    expect(log.notes).toEqual([]);
  });

  it("[I1] has the whole story when it is loaded after the connection was made", async () => {
    const { log, connection, build, facts } = stage();
    build();
    const dtls = Object.assign(new EventTarget(), { state: "connected", iceTransport: new EventTarget() });
    connection.sctp = Object.assign(new EventTarget(), { state: "connected", transport: dtls });
    connection.iceConnectionState = connection.connectionState = "connected";
    const [heard, still] = [false, true].map((muted) =>
      Object.assign(new EventTarget(), { kind: "audio", muted }),
    );
    connection.transceivers = [
      { mid: "0", currentDirection: "sendrecv", receiver: { track: heard } },
      { mid: "1", currentDirection: "recvonly", receiver: { track: still } },
      { mid: "2", currentDirection: "sendonly", receiver: { track: still } },
      { mid: null, currentDirection: null, receiver: { track: still } },
    ];
    log.add({ kind: "connection", generation: 1, state: "connected" }, "bo");
    log.add({ kind: "log", event: "connected" }, "bo");
    const said = (all: readonly Fact[]) =>
      all.map((fact) =>
        fact.kind === "state"
          ? `${fact.of} ${fact.state}${fact.isFound ? " found" : ""}`
          : fact.kind === "track"
            ? `${fact.mid} ${fact.state}`
            : fact.kind,
      );
    expect(said(await facts())).toEqual([
      "connection",
      "ice connected found",
      "dtls connected found",
      "connection connected",
      "link connected",
      "0 added",
      "0 flowing",
      "1 added",
      "sctp connected found",
    ]);
    still?.dispatchEvent(new Event("unmute"));
    expect(said(await facts()).at(-1)).toBe("1 flowing");
    const steps = storyOf(await facts()).steps.map(({ kind }) => kind);
    expect(steps).toEqual(["connection", "checks", "dtls", "connected", "tracks", "flowing", "sctp"]);
  });

  afterEach(() => void vi.useRealTimers());

  it("[I1] tells of a link whose connection was closed while it was asked, which Firefox never answers", async () => {
    vi.useFakeTimers();
    const { connection, build, facts } = stage();
    build();
    connection.getStats = () => new Promise(() => {});
    const told = facts();
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await told).map(({ kind }) => kind)).toEqual(["connection"]);
  });

  it("[I1] writes down what link and browser do from then on, and tells it only once", async () => {
    vi.useFakeTimers();
    const { log, connection, build, facts } = stage();
    expect(await facts()).toEqual([]);
    build();
    connection.stats.set("t", { type: "transport", selectedCandidatePairId: "p" });
    connection.stats.set("p", {
      localCandidateId: "l",
      remoteCandidateId: "r",
      currentRoundTripTime: 0.0021,
    });
    connection.stats.set("l", { candidateType: "host", protocol: "udp", address: "10.0.0.1", port: 5 });
    connection.stats.set("r", { candidateType: "relay", protocol: "udp", ip: "10.0.0.2", port: 6 });
    const dtls = Object.assign(new EventTarget(), { state: "connecting", iceTransport: new EventTarget() });
    const sctp = Object.assign(new EventTarget(), { state: "connecting", transport: dtls });
    connection.sctp = sctp;
    connection.turn("iceConnection", "checking");
    dtls.state = "connected";
    dtls.dispatchEvent(new Event("statechange"));
    sctp.state = "connected";
    sctp.dispatchEvent(new Event("statechange"));
    log.add({ kind: "connection", generation: 1, state: "connected" }, "bo");
    connection.turn("connection", "connected");
    log.add({ kind: "log", event: "connected" }, "bo");
    log.add({ kind: "signal", signal: { type: "candidates", generation: 1, candidates: [] } }, "bo");
    dtls.iceTransport.dispatchEvent(new Event("selectedcandidatepairchange"));
    // The browser's statistics come later; what they say stands where it happened.
    await vi.advanceTimersByTimeAsync(100);
    log.add({ kind: "signal", signal: { type: "candidates", generation: 1, candidates: [] } }, "bo");
    await vi.advanceTimersByTimeAsync(1_000);
    const told = (await facts()).map(({ kind, ...fact }) =>
      "of" in fact ? `${fact.of} ${fact.state}${fact.isFound ? " found" : ""}` : kind,
    );
    expect(told).toEqual([
      "connection",
      "ice checking",
      "dtls connecting found",
      "dtls connected",
      "sctp connecting",
      "sctp connected",
      "connection connected",
      "link connected",
      "signal",
      "pair",
      "signal",
    ]);
    expect((await facts()).at(-2)).toMatchObject({
      local: { type: "host", address: "10.0.0.1", port: 5 },
      remote: { type: "relay", address: "10.0.0.2" },
      rttMs: 2.1,
    });
    expect(storyOf(await facts()).steps.find(({ kind }) => kind === "dtls")?.outcome).toBe("fine");
  });

  it("[I1] writes down tracks, troubles of servers, and rungs of recovery", async () => {
    const { log, connection, build, facts } = stage();
    await facts();
    build();
    const track = Object.assign(new EventTarget(), { kind: "video", muted: true });
    const transceiver = { mid: "1", receiver: { track } };
    connection.dispatchEvent(Object.assign(new Event("track"), { track, transceiver }));
    track.dispatchEvent(new Event("unmute"));
    const error = { url: "turn:a", errorCode: 401, errorText: "Unauthorized" };
    connection.dispatchEvent(Object.assign(new Event("icecandidateerror"), error));
    log.add({ kind: "log", event: "restart", detail: "network" }, "bo");
    log.add({ kind: "log", event: "offer-ignored" }, "bo");
    expect((await facts()).slice(1).map(({ at: _at, ...fact }) => fact)).toEqual([
      { kind: "track", media: "video", mid: "1", state: "added" },
      { kind: "track", media: "video", mid: "1", state: "flowing" },
      { kind: "trouble", what: "server-error", detail: "turn:a 401 Unauthorized" },
      { kind: "recovery", rung: "restart", reason: "network" },
      { kind: "trouble", what: "offer-ignored", detail: "" },
    ]);
  });

  it("[I2] keeps how a link began and what was last, and counts what it let go of", async () => {
    const { log, peers, build, facts } = stage();
    await facts();
    build();
    for (let i = 0; i < 2_500; i++) log.add({ kind: "log", event: "bad-signal", detail: `${i}` }, "bo");
    for (let i = 0; i < 2_500; i++) log.add(`event ${i}`);
    const { links, events } = await record(log, peers, own).inspect();
    expect(links[0]).toMatchObject({ dropped: 501, servers: ["stun:here"] });
    const details = (links[0]?.facts ?? []).map((fact) =>
      fact.kind === "trouble" ? fact.detail : fact.kind,
    );
    expect([details.length, details[0], details[399], details[400], details.at(-1)]).toEqual([
      2_000,
      "connection",
      "398",
      "900",
      "2499",
    ]);
    expect([events.length, events.at(-1)?.event]).toEqual([2_000, "event 2499"]);
  });

  it("[I3] counts frames and bytes with the server by kind, and knows how much it was when the link was connected", async () => {
    const { log, peers, facts } = stage();
    log.add("sent hello", undefined, 100);
    log.add("received signal", undefined, 900);
    await facts();
    log.add({ kind: "log", event: "connected" }, "bo");
    log.add("received signal", undefined, 50);
    log.add({ kind: "log", event: "connected" }, "bo");
    const { links, signaling } = await record(log, peers, own).inspect();
    const none = { framesSent: 0, framesReceived: 0, bytesSent: 0, bytesReceived: 0 };
    expect(signaling).toEqual({
      framesSent: 1,
      framesReceived: 2,
      bytesSent: 100,
      bytesReceived: 950,
      kinds: {
        hello: { ...none, framesSent: 1, bytesSent: 100 },
        signal: { ...none, framesReceived: 2, bytesReceived: 950 },
      },
    });
    expect(links[0]?.signalingThen?.["signal"]).toEqual({ ...none, framesReceived: 1, bytesReceived: 900 });
  });
});

import { fakeClock } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { diagnosisCodes } from "../../core/link/diagnosis.ts";
import type { LinkInput } from "../../core/link/link.ts";
import type { Around, Observed } from "./evidence.ts";
import { sentenceOf } from "./sentences.ts";
import { type Findings, preferLast, watchLink } from "./watch.ts";

const flush = () => new Promise((resolve) => setImmediate(resolve));
const sdp = (...candidates: string[]) =>
  candidates.map((each) => `a=candidate:1 1 udp 1 ${each}\r\n`).join("");

type Entry = Record<string, unknown>;
/** What a browser tells of a connection, as far as it is looked at. */
function connection(more: object = {}, entries: Record<string, Entry> = {}): RTCPeerConnection {
  return {
    localDescription: { sdp: sdp("10.0.0.1 9 typ host") },
    remoteDescription: { sdp: sdp("10.0.1.1 9 typ host") },
    iceConnectionState: "checking",
    iceGatheringState: "complete",
    sctp: { transport: { state: "new" } },
    getSenders: () => [],
    getConfiguration: () => ({}),
    getStats: async () => new Map(Object.entries(entries)),
    ...more,
  } as unknown as RTCPeerConnection;
}

/** A link in the test's hands, watched. */
function watched(
  start: Partial<Observed> = {},
  situation: ReturnType<NonNullable<Around["situation"]>> = { isSignaling: true, presence: "here" },
) {
  const clock = fakeClock();
  const link = {
    status: { state: "connecting" } as Observed["status"],
    since: 0,
    connection: connection() as RTCPeerConnection | undefined,
    errors: [] as Observed["errors"],
    violations: 0,
    ...start,
  };
  const told: (string | undefined)[] = [];
  const fed: LinkInput[] = [];
  let last: Findings = {};
  const look = watchLink(
    { iceServers: link.errors.map(({ url }) => ({ urls: [url] })), rtc: {}, situation: () => situation },
    () => link,
    clock,
    (findings, isNews) => {
      last = findings;
      if (isNews) told.push(findings.diagnosis?.code ?? findings.route?.path);
    },
    () => {},
    (input) => fed.push(input),
  );
  return {
    link,
    told,
    fed,
    look,
    clock,
    last: () => last,
    async pass(ms: number) {
      for (let at = 0; at < ms; at += 500) {
        clock.advance(500);
        await flush();
      }
    },
  };
}

describe("a link that is watched", () => {
  it("[D1] has a sentence and a hint for every code, whichever side it lies with", () => {
    for (const code of diagnosisCodes)
      for (const side of [undefined, "here", "there"] as const) {
        const { sentence, hint } = sentenceOf({ code, ...(side && { side }) });
        expect([code, sentence]).toEqual([code, expect.stringMatching(/^[A-Z].*\.$/)]);
        expect([code, hint]).toEqual([code, expect.stringMatching(/^[A-Z].*\.$/)]);
      }
  });

  it("[D4] says nothing for 8 s, then what is seen every 2 s, and nothing once it is connected", async () => {
    const { link, told, look, last, pass } = watched();
    look();
    await pass(7_500);
    expect(told).toEqual([]);
    await pass(2_000);
    expect(told).toEqual(["only-private-addresses"]);
    expect(last().diagnosis).toMatchObject({ side: "here", isWorking: false });
    link.connection = connection({ remoteDescription: null });
    await pass(2_000);
    expect(told).toEqual(["only-private-addresses", "silent"]);
    link.status = { state: "connected" };
    look();
    await flush();
    expect([told.length, last().diagnosis]).toEqual([3, undefined]);
  });

  it("[D16] says that what the other page sent made no sense, and forgets it once the link is up", async () => {
    const { link, told, look, pass } = watched({ connection: connection({ remoteDescription: null }) });
    link.violations = 2;
    await pass(10_000);
    expect(told).toEqual(["bad-signals"]);
    link.status = { state: "connected" };
    look();
    await flush();
    Object.assign(link, { status: { state: "recovering" }, since: link.since + 10_000 });
    await pass(20_000);
    expect(told).toEqual(["bad-signals", undefined, "silent"]);
    link.violations = 3;
    await pass(2_000);
    expect(told.at(-1)).toBe("bad-signals");
  });

  it("[D3] keeps what it saw of a connection that is gone", async () => {
    const { link, told, look, last } = watched({
      connection: connection({ iceConnectionState: "failed", remoteDescription: { sdp: "m=x\r\n" } }),
      since: -10_000,
    });
    look();
    await flush();
    Object.assign(link, { status: { state: "closed", reason: "failed" }, connection: undefined });
    look();
    expect(told).toEqual(["no-candidate"]);
    expect(last().diagnosis?.evidence).toMatchObject({ link: "closed", reason: "failed", ice: "failed" });
  });

  it("[D3] has the last of a connection that failed between two looks, and says nothing older meanwhile", async () => {
    const dead = connection(
      { sctp: { transport: { state: "failed" } } },
      { P: { type: "candidate-pair", state: "succeeded", responsesReceived: 1 } },
    );
    const { link, told, look } = watched({ connection: connection({ remoteDescription: null }) });
    await flush();
    link.connection = dead;
    // What a link does that gives up: it is in its new state, lets what watches look, and has no connection then.
    link.status = { state: "closed", reason: "failed" };
    look();
    link.connection = undefined;
    look();
    await flush();
    expect(told).toEqual(["dtls-failed"]);
  });

  it.each([
    ["are refused", () => Promise.reject(new DOMException("closed", "InvalidStateError"))],
    ["never come", () => new Promise<never>(() => {})],
  ])("[D3] concludes from what it met where the statistics of one that failed %s", async (_, getStats) => {
    const { link, told, look, pass } = watched({ connection: connection({ remoteDescription: null }) });
    await flush();
    const sctp = { transport: { state: "failed" } };
    link.connection = connection({ iceConnectionState: "connected", sctp, getStats });
    link.status = { state: "closed", reason: "failed" };
    look();
    link.connection = undefined;
    look();
    await pass(500);
    expect(told).toEqual(["dtls-failed"]);
  });

  it("[D3] says nothing of one that was ended on purpose, and stops", async () => {
    const { link, told, look, clock } = watched();
    look();
    Object.assign(link, { status: { state: "closed", reason: "left" }, connection: undefined });
    look();
    await flush();
    expect([told, clock.next]).toEqual([[], undefined]);
  });

  it("[D6] tells when a link that works could do better", async () => {
    const relayed = connection(
      { iceConnectionState: "connected" },
      {
        T: { type: "transport", selectedCandidatePairId: "P" },
        P: { type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", responsesReceived: 3 },
        L: {
          type: "local-candidate",
          candidateType: "relay",
          protocol: "udp",
          relayProtocol: "tcp",
          address: "192.0.2.1",
        },
        R: { type: "remote-candidate", candidateType: "host" },
      },
    );
    const { look, last } = watched({ status: { state: "connected" }, connection: relayed });
    look();
    await flush();
    expect(last()).toMatchObject({
      route: { path: "relayed" },
      diagnosis: { code: "relayed-over-tcp", side: "here", isWorking: true },
    });
    expect(JSON.stringify(last())).not.toContain("192.0.2.1");
  });

  it("[L140] asks for another way, once for each connection, when it goes over TCP to a relay that answers over UDP, too", async () => {
    const overTcp = (others: Record<string, Entry>) =>
      connection(
        { iceConnectionState: "connected" },
        {
          T: { type: "transport", selectedCandidatePairId: "P" },
          P: { type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", responsesReceived: 3 },
          L: { type: "local-candidate", candidateType: "relay", protocol: "udp", relayProtocol: "tcp" },
          R: { type: "remote-candidate", candidateType: "relay" },
          ...others,
        },
      );
    const andUdp = () =>
      overTcp({ U: { type: "local-candidate", candidateType: "relay", relayProtocol: "udp" } });
    const asked = [{ kind: "restart", reason: "detour" }];
    const { link, fed, look, pass } = watched({ status: { state: "connected" }, connection: andUdp() });
    look();
    await pass(3_000);
    // Browsers begin with the first way that works.
    expect(fed).toEqual([]);
    await pass(30_000);
    expect(fed).toEqual(asked);
    // Nothing says that UDP gets through.
    link.connection = overTcp({});
    await pass(30_000);
    expect(fed).toEqual(asked);
    link.connection = andUdp();
    await pass(30_000);
    // Gathering ended before the relay's answer came; an address that the world knows says that it would have.
    const localDescription = { sdp: sdp("2001:db8::1 9 typ host") };
    link.connection = Object.assign(overTcp({}), { localDescription });
    await pass(30_000);
    expect(fed).toEqual([...asked, ...asked, ...asked]);
  });

  it("[D12] sees what this side refused in its own answer", async () => {
    const answering = connection({
      iceConnectionState: "connected",
      localDescription: { sdp: "m=audio 9 x\r\nm=video 0 x\r\n" },
      remoteDescription: { sdp: "m=audio 9 x\r\nm=video 9 x\r\n" },
    });
    const { look, last } = watched({ status: { state: "connected" }, connection: answering });
    look();
    await flush();
    expect(last().diagnosis).toMatchObject({
      code: "no-common-codec",
      evidence: { refusedKinds: ["video"] },
    });
  });

  it("[D10] counts pairs on which the other side asked, and sees that connections are to go over relays alone", async () => {
    const asked = connection(
      { iceConnectionState: "failed", getConfiguration: () => ({ iceTransportPolicy: "relay" }) },
      { P: { type: "candidate-pair", state: "failed", requestsReceived: 3, responsesReceived: 0 } },
    );
    const { look, last } = watched({ since: -10_000, connection: asked });
    look();
    await flush();
    expect(last().diagnosis).toMatchObject({
      code: "one-way",
      evidence: { isRelayOnly: true, pairs: { tried: 1, failed: 1, answered: 0, asked: 1 } },
    });
  });

  it("[D7] keeps what the browser reported about ICE servers short", async () => {
    const error = { url: "turn:x", errorCode: 401, errorText: "x".repeat(10_000) };
    const { look, last } = watched({
      connection: connection({ iceConnectionState: "failed" }),
      since: -10_000,
      errors: [error as RTCPeerConnectionIceErrorEvent],
    });
    look();
    await flush();
    expect(last().diagnosis).toMatchObject({ code: "relay-unauthorised", evidence: { servers: ["turn:x"] } });
    expect(last().diagnosis?.evidence.errors[0]?.text).toHaveLength(100);
  });
});

describe("a connection that nothing can help", () => {
  const broken = (sctp: object) => connection({ connectionState: "failed", sctp });
  const ended = broken({ state: "closed", transport: { state: "connected" } });
  const failed = broken({ state: "connected", transport: { state: "failed" } });
  const whole = broken({ state: "connected", transport: { state: "connected" } });
  const lost = { state: "recovering", reason: "failed" } as const;
  const situations = [
    { isSignaling: true, presence: "here" },
    { isSignaling: false, presence: "here" },
    { isSignaling: true, presence: "silent" },
  ] as const;

  it.each([
    ["its DTLS failed", failed],
    ["its channels ended", ended],
  ])("[L136] is replaced when %s: now, or as soon as the other side can be told", async (_, connection) => {
    const pages = situations.map((situation) => watched({ status: lost, connection }, situation));
    for (const { look } of pages) look();
    await flush();
    expect(pages.map(({ fed }) => fed[0])).toEqual(
      ["rebuild", "spent", "spent"].map((kind) => ({ kind, reason: "dtls-failed" })),
    );
  });

  it("[L136] is one that stood, and none where ICE alone failed, or whose successor is being made", async () => {
    const fresh = watched({ connection: failed });
    fresh.look();
    const mendable = watched({ status: lost, connection: whole });
    mendable.look();
    const replaced = watched({ status: lost, connection: failed });
    // What the link does when the other side begins another connection: it says that it changed, and then makes it.
    await flush();
    replaced.fed.length = 0;
    replaced.look();
    replaced.link.connection = whole;
    await flush();
    expect([fresh.fed, mendable.fed, replaced.fed]).toEqual([[], [], []]);
  });
});

describe("candidates of the other side", () => {
  const line = "candidate:1 1 udp 2122260223 192.0.2.7 4000 typ host";
  const of = (usernameFragment: string) => ({ candidate: line, usernameFragment });
  const described = (ufrag: string) =>
    connection({ remoteDescription: { sdp: `v=0\r\na=ice-ufrag:${ufrag}\r\n` } });

  it("[L90] those of a restart rank higher, also when it is the first of which this is asked, and a new connection begins anew", () => {
    const link = { connection: described("a") as RTCPeerConnection | undefined };
    const preferred = preferLast(() => link as Observed);
    link.connection = undefined;
    const next = described("c");
    link.connection = next;
    expect(preferred(of("c"))).toEqual(of("c"));
    expect(preferred(of("d")).candidate).toBe(
      line.replace("2122260223", String(0x7f010000 + (2122260223 >>> 15))),
    );
    const waiting = preferLast(() => ({ connection: described("a") }) as Observed);
    expect(waiting(of("a"))).toEqual(of("a"));
    const met = { connection: described("a") };
    const restarted = preferLast(() => met as Observed);
    expect(restarted(of("b")).candidate).not.toBe(line);
    expect(restarted(of("b")).candidate).toBe(restarted(of("b")).candidate);
  });
});

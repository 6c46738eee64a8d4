import { fakeClock } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { diagnosisCodes } from "../../core/link/diagnosis.ts";
import type { Observed } from "./evidence.ts";
import { sentenceOf } from "./sentences.ts";
import { type Findings, watchLink } from "./watch.ts";

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
    getStats: async () => new Map(Object.entries(entries)),
    ...more,
  } as unknown as RTCPeerConnection;
}

/** A link in the test's hands, watched. */
function watched(start: Partial<Observed> = {}) {
  const clock = fakeClock();
  const link = {
    status: { state: "connecting" } as Observed["status"],
    since: 0,
    connection: connection() as RTCPeerConnection | undefined,
    errors: [] as Observed["errors"],
    ...start,
  };
  const told: (string | undefined)[] = [];
  let last: Findings = {};
  const watcher = watchLink(
    { iceServers: link.errors.map(({ url }) => ({ urls: [url] })), rtc: {} },
    () => link,
    clock,
    (findings, isNews) => {
      last = findings;
      if (isNews) told.push(findings.diagnosis?.code ?? findings.route?.path);
    },
  );
  return {
    link,
    told,
    watcher,
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
    const { link, told, watcher, last, pass } = watched();
    watcher.look();
    await pass(7_500);
    expect(told).toEqual([]);
    await pass(2_000);
    expect(told).toEqual(["only-private-addresses"]);
    expect(last().diagnosis).toMatchObject({ side: "here", isWorking: false });
    link.connection = connection({ remoteDescription: null });
    await pass(2_000);
    expect(told).toEqual(["only-private-addresses", "silent"]);
    link.status = { state: "connected" };
    watcher.look();
    await flush();
    expect([told.length, last().diagnosis]).toEqual([3, undefined]);
  });

  it("[D3] keeps what it saw of a connection that is gone", async () => {
    const { link, told, watcher, last } = watched({
      connection: connection({ iceConnectionState: "failed", remoteDescription: { sdp: "m=x\r\n" } }),
      since: -10_000,
    });
    watcher.look();
    await flush();
    Object.assign(link, { status: { state: "closed", reason: "failed" }, connection: undefined });
    watcher.look();
    expect(told).toEqual(["no-candidate"]);
    expect(last().diagnosis?.evidence).toMatchObject({ link: "closed", reason: "failed", ice: "failed" });
  });

  it("[D3] says nothing of one that was ended on purpose, and stops", async () => {
    const { link, told, watcher, clock } = watched();
    watcher.look();
    Object.assign(link, { status: { state: "closed", reason: "left" }, connection: undefined });
    watcher.look();
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
    const { watcher, last } = watched({ status: { state: "connected" }, connection: relayed });
    watcher.look();
    await flush();
    expect(last()).toMatchObject({
      route: { path: "relayed" },
      diagnosis: { code: "relayed-over-tcp", side: "here", isWorking: true },
    });
    expect(JSON.stringify(last())).not.toContain("192.0.2.1");
  });

  it("[D7] keeps what the browser reported about ICE servers short", async () => {
    const error = { url: "turn:x", errorCode: 401, errorText: "x".repeat(10_000) };
    const { watcher, last } = watched({
      connection: connection({ iceConnectionState: "failed" }),
      since: -10_000,
      errors: [error as RTCPeerConnectionIceErrorEvent],
    });
    watcher.look();
    await flush();
    expect(last().diagnosis).toMatchObject({ code: "relay-unauthorised", evidence: { servers: ["turn:x"] } });
    expect(last().diagnosis?.evidence.errors[0]?.text).toHaveLength(100);
  });
});

import { describe, expect, it } from "vitest";
import type { Fact } from "./facts.ts";
import { recorded } from "./recorded.fixture.ts";
import { stepKinds } from "./steps.ts";
import { storyOf } from "./story.ts";

const told = (facts: readonly Fact[]) =>
  storyOf(facts).steps.map(
    ({ kind, from, to, via, at, took, outcome }) =>
      `${at - (facts[0]?.at ?? 0)} ${kind} ${from}>${via ? `${via}>` : ""}${to}${took === undefined ? "" : ` ${took}ms`}${outcome === "fine" ? "" : ` ${outcome}`}`,
  );
const at = 5_000;

describe("the story of a link", () => {
  it("[I5] says who does what towards whom, when, and what it took", () => {
    expect(told(recorded)).toEqual([
      "0 connection you>you",
      "1 local-offer you>you 4ms",
      "5 offer-sent you>server>other",
      "6 gathering you>you 35ms",
      "7 found-host you>you",
      "7 candidates-sent you>server>other 13ms",
      "20 found-srflx relay>you",
      "30 answer-received other>server>you",
      "30 remote-answer you>you 3ms",
      "34 checks you>other 26ms",
      "40 taken you>you",
      "60 dtls you>other 35ms",
      "95 sctp you>other 15ms",
      "95 connected you>other",
      "97 pair you>other",
      "111 channels you>other 0ms",
      "120 flowing other>you",
      "9000 unheard you>other bad",
      "11000 restart you>you",
      "11000 recovering you>you bad",
      "11002 local-offer you>you 2ms",
      "11300 connected you>other",
    ]);
    const steps = storyOf(recorded).steps;
    const of = (kind: string) => steps.filter((step) => step.kind === kind);
    expect(of("candidates-sent")[0]?.says).toMatchObject({ count: 2, bytes: 250 });
    expect(of("channels")[0]?.says).toMatchObject({ count: 2, what: "control, bulk" });
    expect(of("connected").map(({ says }) => says["tookMs"])).toEqual([95, 300]);
    expect(of("local-offer").map(({ says }) => says["isRestart"])).toEqual([undefined, 1]);
    expect(of("checks")[0]?.sources.join()).toContain("RFC 8445");
    expect(of("local-offer")[0]?.facts.map((index) => recorded[index]?.kind)).toEqual([
      "setting",
      "description",
    ]);
  });

  it("[I4] of the same recording is the same, also after it was JSON", () => {
    expect(storyOf(JSON.parse(JSON.stringify(recorded)) as Fact[])).toEqual(storyOf(recorded));
    for (let length = 0; length <= recorded.length; length++) {
      const part = storyOf(recorded.slice(0, length));
      expect(part.steps.every(({ kind }) => (stepKinds as readonly string[]).includes(kind))).toBe(true);
      // What was told once stays told: the story grows, it does not jump.
      expect(part.steps.map(({ at: when }) => when)).toEqual(
        storyOf(recorded)
          .steps.slice(0, part.steps.length)
          .map(({ at: when }) => when),
      );
    }
  });

  it("[I5] knows keys and checks that nobody saw begin, without a duration", () => {
    const facts: Fact[] = [
      { at, kind: "connection", generation: 1 },
      { at: at + 50, kind: "state", of: "ice", state: "connected", isFound: true },
      { at: at + 60, kind: "state", of: "connection", state: "connected" },
    ];
    expect(told(facts)).toEqual(["0 connection you>you", "50 checks you>other", "60 dtls you>other"]);
  });

  it("[I5] leads through the relay when the pair does, and has the relay in it only then", () => {
    expect(storyOf(recorded.slice(0, 5)).actors).toEqual(["you", "server", "other"]);
    const facts: Fact[] = [
      { at, kind: "connection", generation: 1 },
      {
        at: at + 1,
        kind: "pair",
        local: { type: "relay", protocol: "udp", relayProtocol: "tls" },
        remote: { type: "host", protocol: "udp" },
      },
      { at: at + 2, kind: "track", media: "video", state: "flowing" },
    ];
    const story = storyOf(facts);
    expect(story.actors).toEqual(["you", "server", "relay", "other"]);
    expect(told(facts).slice(1)).toEqual(["1 pair you>relay>other", "2 flowing other>relay>you"]);
    expect(story.steps[1]?.says["protocol"]).toBe("tls");
  });

  it("[I5] ends what a new connection cut off, and tells of failures", () => {
    const facts: Fact[] = [
      { at, kind: "connection", generation: 1 },
      { at: at + 1, kind: "state", of: "ice", state: "checking" },
      { at: at + 5, kind: "trouble", what: "server-error", detail: "turn:x 401 Unauthorized" },
      { at: at + 9, kind: "recovery", rung: "rebuild", reason: "failed" },
      { at: at + 9, kind: "connection", generation: 2 },
      { at: at + 10, kind: "state", of: "ice", state: "checking" },
      { at: at + 90, kind: "state", of: "ice", state: "failed" },
      { at: at + 91, kind: "state", of: "connection", state: "failed" },
      { at: at + 92, kind: "state", of: "link", state: "closed", reason: "failed" },
    ];
    expect(told(facts)).toEqual([
      "0 connection you>you",
      "1 checks you>other bad",
      "5 trouble relay>you bad",
      "9 rebuild you>you",
      "9 connection you>you",
      "10 checks you>other 80ms bad",
      "91 failed you>other bad",
      "92 closed you>you bad",
    ]);
  });

  it("[I4] of nothing is empty", () => {
    expect(storyOf([])).toEqual({ from: 0, steps: [], actors: ["you", "server", "other"] });
  });
});

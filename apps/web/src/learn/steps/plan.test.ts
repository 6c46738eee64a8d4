import { describe, expect, it } from "vitest";
import { learnDe } from "../../words/learn-de.ts";
import { learnEn } from "../../words/learn-en.ts";
import { experiments } from "../experiments/experiments.ts";
import { termIds, termsOf } from "../terms.ts";
import { plan, type StepId, stages } from "./plan.ts";

const flat = (value: unknown, place: string): readonly (readonly [string, string])[] => {
  if (typeof value === "string") return [[place, value]];
  if (typeof value === "function") return [[`${place}()`, String(value("2", "3", "4"))]];
  return Object.entries(value as object).flatMap(([key, inner]) => flat(inner, `${place}.${key}`));
};

describe("the plan of the workbench", () => {
  it("[B9] has the steps of the handshake in their order, in five stages", () => {
    const ids = (side: string) =>
      plan.filter((step) => step.side === side && !step.isExtra).map(({ id }) => id as string);
    expect(stages).toHaveLength(5);
    expect(plan.map(({ stage }) => stages.indexOf(stage))).toEqual(
      plan.map(({ stage }) => stages.indexOf(stage)).toSorted((a, b) => a - b),
    );
    expect(ids("offerer")).toEqual([
      ...["create-connection", "create-channel", "create-offer", "set-local-offer", "send-offer"],
      ...["send-candidates", "set-remote-answer", "add-candidates"],
    ]);
    expect(ids("answerer")).toEqual([
      ...["create-connection-b", "listen", "set-remote-offer", "add-candidates-b", "create-answer"],
      ...["set-local-answer", "send-answer", "send-candidates-b"],
    ]);
    expect(ids("both").slice(-2)).toEqual(["close-channel", "close-connection"]);
  });

  it("[B9] names for each step where it is written down", () => {
    for (const { id, reference } of plan) {
      expect(reference.href, id).toMatch(
        /^https:\/\/www\.(rfc-editor\.org\/rfc\/rfc\d+#section-[\d.]+|w3\.org\/TR\/webrtc\/#[\w-]+)$/,
      );
      // RFC 8829 is obsolete.
      expect(reference.href, id).not.toContain("8829");
    }
  });

  it("[B17] has a glossary whose terms are the same in each language, and which steps refer to", () => {
    for (const { terms } of [learnEn.glossary, learnDe.glossary]) {
      expect(terms.map(({ id }) => id)).toEqual([...termIds]);
      expect(new Set(terms.map(({ term }) => term)).size).toBe(terms.length);
    }
    const known: readonly string[] = termIds;
    for (const [step, terms] of Object.entries(termsOf)) {
      expect(terms.length, step).toBeGreaterThan(0);
      expect(
        terms.filter((term) => !known.includes(term)),
        step,
      ).toEqual([]);
    }
  });

  it("[B10] every experiment uses steps that there are, and shows those that are not usual", () => {
    const ids = plan.map(({ id }) => id);
    for (const { id, moves, extras } of experiments) {
      const used = moves.flatMap((move) => ("step" in move ? [move.step] : []));
      expect(used.length, id).toBeGreaterThan(3);
      expect(
        used.filter((step) => !ids.includes(step)),
        id,
      ).toEqual([]);
      const unusual = plan.filter(({ isExtra }) => isExtra).map((step): StepId => step.id);
      expect(new Set(used.filter((step) => unusual.includes(step))), id).toEqual(new Set(extras));
    }
  });

  it("[B18] everything it says is there in German, and nothing is left in English", () => {
    const english = new Map(flat(learnEn, ""));
    const german = flat(learnDe, "");
    expect(german.map(([place]) => place)).toEqual([...english.keys()]);
    expect(german.filter(([, text]) => text.trim() === "")).toEqual([]);
    // Names of protocols and of the browser's own things, and words that German has taken over.
    const taken =
      /^(?:ICE|DTLS|SDP|STUN|TURN|NAT|SRTP|SCTP|BUNDLE|Trickle ICE|Glare|Rollback|Transceiver|Perfect Negotiation|negotiationneeded|–|2 ms|[a-z-]+)$/;
    const same = german.filter(([place, text]) => english.get(place) === text && !place.endsWith(".id"));
    expect(same.filter(([, text]) => !taken.test(text))).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import {
  bestOf,
  type Candidate,
  type Election,
  type ElectionEffect,
  type ElectionInput,
  elected,
  election,
  holderOf,
  nextTick,
  patienceMs,
  repeatMs,
  startElection,
} from "./election.ts";

const ada: Candidate = { id: "ada", fitness: 0, seat: 1 };
const bo: Candidate = { id: "bo", fitness: 0, seat: 2 };
const cy: Candidate = { id: "cy", fitness: 0, seat: 3 };

/** One page's election, and what it did last, in words. */
function page(self: string) {
  let state: Election = startElection(self, 0);
  const wordsOf = (effect: ElectionEffect): string =>
    effect.type === "say"
      ? `says ${effect.claim.holder} ${effect.claim.term}`
      : `holder ${effect.holder ?? "nobody"} ${effect.term}`;
  const put = (input: ElectionInput, now: number): string[] => {
    const step = election(state, input, now);
    state = step.state;
    return step.effects.map(wordsOf);
  };
  return {
    sees: (candidates: readonly Candidate[], now = 0) => put({ type: "candidates", candidates }, now),
    hears: (from: string, term: unknown, now = 0, holder: unknown = from) =>
      put({ type: "heard", from, claim: { term, holder } }, now),
    hearsRaw: (from: string, claim: unknown) => put({ type: "heard", from, claim }, 0),
    waits: (now: number) => put({ type: "tick" }, now),
    get holder() {
      return holderOf(state);
    },
    get due() {
      return nextTick(state);
    },
  };
}

describe("an election", () => {
  it("[E12] whoever is alone holds it at once; who comes later hears of it and follows", () => {
    const one = page("ada");
    expect(one.sees([ada])).toEqual(["holder ada 1", "says ada 1"]);
    expect(one.sees([ada, bo])).toEqual(["says ada 1"]);
    const other = page("bo");
    expect(other.sees([ada, bo])).toEqual([]);
    expect(other.hears("ada", 1)).toEqual(["holder ada 1"]);
    expect(other.hears("ada", 1, 100)).toEqual([]);
  });

  it("[E12] the holder keeps it although somebody better comes", () => {
    const one = page("ada");
    one.sees([ada]);
    one.sees([ada, { ...bo, fitness: 10 }]);
    expect(one.holder).toBe("ada");
    const other = page("bo");
    other.sees([ada, { ...bo, fitness: 10 }]);
    expect(other.waits(patienceMs - 1)).toEqual([]);
    other.hears("ada", 1, patienceMs - 1);
    expect(other.holder).toBe("ada");
  });

  it("[E12] when the holder is gone the best of the others claims it under the next term", () => {
    const [two, three] = [page("bo"), page("cy")];
    for (const one of [two, three]) {
      one.sees([ada, bo, cy]);
      one.hears("ada", 4);
    }
    expect(three.sees([bo, cy], 50)).toEqual(["holder nobody 4"]);
    expect(two.sees([bo, cy], 60)).toEqual(["holder bo 5", "says bo 5"]);
    expect(three.hears("bo", 5, 70)).toEqual(["holder bo 5"]);
    // What was still under way from the one who left.
    expect(three.hears("ada", 6, 80)).toEqual([]);
    expect(bestOf([cy, { ...ada, fitness: -1 }, bo])).toBe("bo");
  });

  it("[E12] a holder that is not heard is passed over, and follows when it is heard again", () => {
    const [one, two, three] = [page("ada"), page("bo"), page("cy")];
    one.sees([ada]);
    for (const each of [one, two, three]) each.sees([ada, bo, cy]);
    for (const each of [two, three]) each.hears("ada", 1);
    expect(two.due).toBe(patienceMs);
    expect(two.waits(patienceMs)).toEqual(["holder bo 2", "says bo 2"]);
    expect(three.waits(patienceMs)).toEqual(["holder nobody 1"]);
    // The next best is silent as well.
    expect(three.waits(2 * patienceMs)).toEqual(["holder cy 2", "says cy 2"]);
    expect(one.hears("cy", 2)).toEqual(["holder cy 2"]);
    // Two under one term: the better one's counts for everybody.
    expect(three.hears("bo", 2)).toEqual(["holder bo 2"]);
    expect(one.hears("bo", 2)).toEqual(["holder bo 2"]);
    expect(two.hears("cy", 2)).toEqual(["says bo 2"]);
  });

  it("[E12] a holder says so again and again, since claims may be lost", () => {
    const one = page("ada");
    one.sees([ada]);
    expect(one.due).toBe(repeatMs);
    expect(one.waits(repeatMs - 1)).toEqual([]);
    expect(one.waits(repeatMs)).toEqual(["says ada 1"]);
    expect(one.due).toBe(2 * repeatMs);
    // Who claims it under an older term is told.
    expect(one.sees([ada, bo], repeatMs)).toEqual(["says ada 1"]);
    expect(one.hears("bo", 1)).toEqual(["says ada 1"]);
    expect(one.sees([bo])).toEqual(["holder nobody 1"]);
  });

  it("[E12] where several hold it they keep it as well, and the best of the others come after them", () => {
    const all = [{ ...ada, fitness: 1 }, { ...bo, fitness: 3 }, cy];
    expect(elected(all, [], 2)).toEqual(["bo", "ada"]);
    expect(elected(all, ["cy"], 2)).toEqual(["cy", "bo"]);
    expect(elected(all, ["gone", "cy", "ada"], 1)).toEqual(["cy"]);
    expect(elected([], ["cy"], 3)).toEqual([]);
  });

  it("[E12] believes no claim that is none, or for somebody else", () => {
    const one = page("ada");
    one.sees([ada, bo]);
    for (const term of [0, -1, 1.5, "2", 1e12, Number.NaN, undefined])
      expect(one.hears("bo", term)).toEqual([]);
    expect(one.hears("bo", 3, 0, "cy")).toEqual([]);
    expect(one.hears("bo", 3, 0, 7)).toEqual([]);
    for (const claim of [null, "bo", 7, []]) expect(one.hearsRaw("bo", claim)).toEqual([]);
    expect(one.holder).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { exchange, goodUntil, takeAnswer, takeInvitation } from "./exchange.ts";
import { writeIntroduction } from "./introduction.ts";
import { sampleAnswer, sampleAt, sampleInvitation, sampleRoom, sampleSide } from "./sample.fixture.ts";

const minutes = 60_000;
const open = exchange(sampleInvitation());
const answer = writeIntroduction(sampleAnswer());

describe("one invitation", () => {
  it("[O6] is answered once", () => {
    const taken = takeAnswer(open, answer, sampleAt);
    if (typeof taken === "string") throw new Error(taken);
    expect(taken.answer).toEqual(sampleAnswer());
    expect(taken.exchange.state).toBe("answered");
    expect(takeAnswer(taken.exchange, answer, sampleAt)).toBe("text-used");
  });

  it("[O6] tells apart what else may be pasted, and stays open", () => {
    const theirs = sampleInvitation(sampleSide(), sampleRoom(9));
    const pasted = [
      writeIntroduction(sampleInvitation()),
      writeIntroduction(theirs),
      writeIntroduction(sampleAnswer(sampleSide(), sampleRoom(9))),
      answer.slice(0, -3),
    ];
    expect(pasted.map((text) => takeAnswer(open, text, sampleAt))).toEqual([
      "text-own",
      "text-invitation",
      "text-other",
      "text-cut",
    ]);
    expect(typeof takeAnswer(open, answer, sampleAt)).toBe("object");
  });

  it("[O6] is good for half an hour", () => {
    expect(goodUntil(sampleInvitation()) - sampleAt).toBe(30 * minutes);
    expect(typeof takeAnswer(open, answer, sampleAt + 30 * minutes)).toBe("object");
    expect(takeAnswer(open, answer, sampleAt + 30 * minutes + 1)).toBe("text-stale");
    expect(takeAnswer({ ...open, state: "over" }, answer, sampleAt)).toBe("text-stale");
  });

  it("[O7] is taken by who is invited for as long, and what clocks may differ", () => {
    const text = writeIntroduction(sampleInvitation());
    expect(takeInvitation(text, sampleAt)).toEqual(sampleInvitation());
    // A clock that is behind is no reason against it.
    expect(takeInvitation(text, sampleAt - 600 * minutes)).toEqual(sampleInvitation());
    expect(takeInvitation(text, sampleAt + 40 * minutes)).toEqual(sampleInvitation());
    expect(takeInvitation(text, sampleAt + 40 * minutes + 1)).toBe("text-stale");
    expect(takeInvitation(answer, sampleAt)).toBe("text-answer");
    expect(takeInvitation("tea at four", sampleAt)).toBe("text-unknown");
  });
});

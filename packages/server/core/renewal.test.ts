import { describe, expect, it } from "vitest";
import { afterFailure, nextAttempt, noFailures, type RenewalRecord, renewalDue } from "./renewal.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const ninety = { from: 0, until: 90 * day };

function failed(times: number, every = minute): RenewalRecord {
  let record = noFailures;
  for (let count = 0; count < times; count++) record = afterFailure(record, count * every, undefined);
  return record;
}

describe("when a certificate is asked for", () => {
  it("[H30] at once when there is none, else with a third of its life left", () => {
    expect(nextAttempt(noFailures, undefined, 5, false)).toBe(5);
    expect(renewalDue(ninety)).toBe(60 * day);
    expect(renewalDue({ from: 0, until: 6 * day })).toBe(4 * day);
    expect(nextAttempt(noFailures, ninety, day, true)).toBe(60 * day);
  });

  it("[H33] after failures ever more rarely, at most every six hours", () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 20].map((times) => {
      const record = failed(times);
      const last = record.failures.at(-1) ?? 0;
      return (nextAttempt(record, undefined, last, false) - last) / minute;
    });
    expect(waits).toEqual([1, 5, 15, 60, 180, 360, 360, 360]);
  });

  it("[H33] a start tries at once, unless the last hour saw four failures", () => {
    const now = 10 * minute;
    expect(nextAttempt(failed(3), undefined, now, true)).toBe(now);
    expect(nextAttempt(failed(4), undefined, now, true)).toBe(3 * minute + 60 * minute);
    expect(nextAttempt(failed(4), undefined, 3 * 60 * minute, true)).toBe(3 * 60 * minute);
  });

  it("[H33] not before the authority wants to hear of it again, not even at a start", () => {
    const record = afterFailure(noFailures, 0, 2 * day);
    expect(nextAttempt(record, undefined, minute, true)).toBe(2 * day);
    // What is told once does not outlive the next answer.
    expect(afterFailure(record, 3 * day, undefined).notBefore).toBeUndefined();
  });

  it("[H33] what was noted by a clock that was wrong holds nothing up", () => {
    const wrong = afterFailure(noFailures, 1000 * day, 5 * day);
    expect(nextAttempt({ failures: wrong.failures }, undefined, day, false)).toBe(day);
    expect(nextAttempt(wrong, undefined, day, false)).toBe(8 * day);
  });

  it("keeps a record of bounded length", () => {
    expect(failed(1000).failures.length).toBeLessThan(10);
  });
});

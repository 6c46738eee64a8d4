import { describe, expect, it } from "vitest";
import { stage, tracksOf } from "./engine-stage.fixture.ts";

describe("an offer to the forwarder that is larger than a signal", () => {
  it("[X220] connects with places for 25 pictures, however much its browser says of each", async () => {
    const codecs = Array.from(
      { length: 120 },
      (_, at) => `a=rtcp-fb:${at} a word that is said of each codec\r\n`,
    );
    const page = stage({ processors: 8, lines: () => codecs.join("") });
    page.say(tracksOf(0, ...Array.from({ length: 25 }, (_, at) => String.fromCharCode(65 + at).repeat(22))));
    await page.pass(500);
    expect(page.last("wants")?.pictures).toHaveLength(25);
    expect(page.added.filter(({ kind }) => kind === "video")).toHaveLength(25);
    expect(page.made[0]?.localDescription?.sdp.length).toBeGreaterThan(200_000);
    expect(Math.max(...page.payloads)).toBeLessThan(16_384);
    expect([page.driver.isUp, page.made.length, page.offers().length]).toEqual([true, 1, 1]);
    await page.pass(30_000);
    expect([page.made.length, page.offers().length]).toEqual([1, 1]);
  });

  it("[X222] does with fewer pictures when its offer is too large all the same, and says so with a code", async () => {
    // Nothing repeats itself.
    const page = stage({
      processors: 8,
      lines: (line) => `a=x:${line} ${crypto.randomUUID().repeat(50)}\r\n`,
    });
    const all = Array.from({ length: 25 }, (_, at) => String.fromCharCode(65 + at).repeat(22));
    page.say(tracksOf(0, ...all));
    await page.pass(10_000);
    expect(page.logged).toContain("forwarder-failed too-large");
    expect(page.facts).toContainEqual({ kind: "trouble", what: "forwarder-failed", detail: "too-large" });
    expect([page.driver.isUp, page.last("wants")?.pictures.length]).toEqual([true, 12]);
    expect(page.driver.leavesOut?.(all[24] as never, "camera")).toBe(12);
    expect(Math.max(...page.payloads)).toBeLessThanOrEqual(65_532);
  });

  it("[X222] does with fewer pictures when the engine finds its offer too large", async () => {
    const page = stage({ processors: 8, answers: false });
    const all = Array.from({ length: 25 }, (_, at) => String.fromCharCode(65 + at).repeat(22));
    page.say(tracksOf(0, ...all));
    await page.pass(200);
    const { connection, n } = page.last("offer") ?? {};
    page.say({ type: "failed", connection, n, code: "too-large", detail: "Too large.", again: false });
    await page.pass(16_000);
    page.say(tracksOf(1, ...all));
    expect([page.last("wants")?.pictures.length, page.made.length]).toEqual([12, 2]);
  });
});

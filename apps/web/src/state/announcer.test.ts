import { describe, expect, it } from "vitest";
import { Announcer } from "./announcer.ts";

describe("the live regions", () => {
  it("[W37] say a thing for a moment, say the same again as news, and keep errors longer", () => {
    const timers: { at: number; run: () => void }[] = [];
    const announcer = new Announcer((ms, run) => {
      timers.push({ at: ms, run });
      return () => {};
    });
    announcer.say("Bo joined");
    const first = announcer.polite.value;
    announcer.say("Bo joined");
    expect(announcer.polite.value?.text).toBe("Bo joined");
    expect(announcer.polite.value?.number).not.toBe(first?.number);
    // The time of what was said first is not that of its news.
    timers[0]?.run();
    expect(announcer.lines.polite.value).toHaveLength(1);
    announcer.warn("Not sent.");
    expect(timers[2]?.at).toBeGreaterThan(timers[1]?.at ?? 0);
    timers[1]?.run();
    expect(announcer.polite.value).toBeUndefined();
    expect(announcer.urgent.value?.text).toBe("Not sent.");
  });

  it("[W37] says the next thing beside the last one, which keeps its time, and a few at most", () => {
    const timers: (() => void)[] = [];
    const announcer = new Announcer((_, run) => {
      timers.push(run);
      return () => {};
    });
    const standing = () => announcer.lines.polite.value.map(({ text }) => text);
    announcer.say("Bo joined");
    announcer.mention("Bo reacts");
    expect(standing()).toEqual(["Bo joined", "Bo reacts"]);
    timers[0]?.();
    expect(standing()).toEqual(["Bo reacts"]);
    for (let number = 1; number <= 9; number++) announcer.say(`Guest ${number} joined`);
    expect(standing()).toEqual([4, 5, 6, 7, 8, 9].map((number) => `Guest ${number} joined`));
    timers[1]?.();
    expect(standing()).toHaveLength(6);
  });

  it("[W37] mentions what is shown elsewhere, and hushes with its screen", () => {
    const announcer = new Announcer(() => () => {});
    announcer.mention("Bo knocks");
    expect(announcer.polite.value).toMatchObject({ text: "Bo knocks", isShown: false });
    announcer.warn("Muted");
    announcer.hush();
    expect([announcer.polite.value, announcer.urgent.value]).toEqual([undefined, undefined]);
  });
});

import { describe, expect, it } from "vitest";
import { Announcer } from "./announcer.ts";

describe("the live regions", () => {
  it("[W37] say a thing for a moment, say the same again as news, and keep errors longer", () => {
    const timers: { at: number; run: () => void; isOff: boolean }[] = [];
    const announcer = new Announcer((ms, run) => {
      const timer = { at: ms, run, isOff: false };
      timers.push(timer);
      return () => {
        timer.isOff = true;
      };
    });
    announcer.say("Bo joined");
    const first = announcer.polite.value;
    announcer.say("Bo joined");
    expect(announcer.polite.value?.text).toBe("Bo joined");
    expect(announcer.polite.value?.number).not.toBe(first?.number);
    expect(timers[0]?.isOff).toBe(true);
    announcer.warn("Not sent.");
    expect(timers[2]?.at).toBeGreaterThan(timers[1]?.at ?? 0);
    timers[1]?.run();
    expect(announcer.polite.value).toBeUndefined();
    expect(announcer.urgent.value?.text).toBe("Not sent.");
  });

  it("[W37] mentions what is shown elsewhere, and hushes with its screen", () => {
    const forgotten: string[] = [];
    const announcer = new Announcer((ms) => () => forgotten.push(`${ms}`));
    announcer.mention("Bo knocks");
    expect(announcer.polite.value).toMatchObject({ text: "Bo knocks", isShown: false });
    announcer.warn("Muted");
    announcer.hush();
    expect([announcer.polite.value, announcer.urgent.value]).toEqual([undefined, undefined]);
    expect(forgotten).toEqual(["4000", "8000"]);
  });
});

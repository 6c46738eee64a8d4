import { describe, expect, it } from "vitest";
import { Speaking } from "./speaking.ts";

const at = (levels: Record<string, number>) => new Map(Object.entries(levels));

describe("who speaks", () => {
  it("[W41] is whose level is high, also through a short pause", () => {
    const speaking = new Speaking();
    speaking.sample(at({ ada: 0.2, bo: 0.001 }), 0);
    expect([...speaking.ids.value]).toEqual(["ada"]);
    speaking.sample(at({ ada: 0, bo: 0 }), 600);
    expect([...speaking.ids.value]).toEqual(["ada"]);
    speaking.sample(at({ ada: 0, bo: 0 }), 900);
    expect([...speaking.ids.value]).toEqual([]);
  });

  it("[W41] is nobody who is muted, from that moment on", () => {
    const speaking = new Speaking();
    speaking.sample(at({ ada: 0.2, bo: 0.2 }), 0);
    speaking.sample(
      new Map([
        ["ada", undefined],
        ["bo", 0],
      ]),
      100,
    );
    expect([...speaking.ids.value]).toEqual(["bo"]);
  });

  it("[W41] changes the foremost one calmly, and keeps them through silence", () => {
    const speaking = new Speaking();
    speaking.sample(at({ ada: 0.2, bo: 0.1 }), 0);
    expect(speaking.foremost.value).toBe("ada");
    speaking.sample(at({ ada: 0, bo: 0.3 }), 500);
    expect(speaking.foremost.value).toBe("ada");
    speaking.sample(at({ ada: 0, bo: 0.3 }), 1_600);
    expect(speaking.foremost.value).toBe("bo");
    speaking.sample(at({ ada: 0, bo: 0 }), 60_000);
    expect(speaking.foremost.value).toBe("bo");
  });

  it("lets go of who left at once", () => {
    const speaking = new Speaking();
    speaking.sample(at({ ada: 0.2, bo: 0 }), 0);
    speaking.sample(at({ bo: 0 }), 100);
    expect(speaking.foremost.value).toBeUndefined();
    expect(speaking.ids.value.size).toBe(0);
    speaking.sample(at({ bo: 0.2 }), 200);
    expect(speaking.foremost.value).toBe("bo");
  });

  it("is the same set while nothing changes, so that nothing is drawn again", () => {
    const speaking = new Speaking();
    speaking.sample(at({ ada: 0.2 }), 0);
    const before = speaking.ids.value;
    speaking.sample(at({ ada: 0.3 }), 200);
    expect(speaking.ids.value).toBe(before);
  });
});

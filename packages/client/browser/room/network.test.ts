import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clearStage, join, links, record, seat, settle, socket, welcome } from "./stage.fixture.ts";

clearStage();

/** The page's own events, which no test outside of a browser has. */
const page = new EventTarget();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("another network", () => {
  const happenings = {
    "the browser says that it is back": () => void page.dispatchEvent(new Event("online")),
    "the page slept": () => {
      vi.setSystemTime(Date.now() + 40_000);
      vi.advanceTimersByTime(1_000);
    },
  };
  for (const [what, happens] of Object.entries(happenings))
    it(`[S71] (${what}): signaling is made anew, links look for another way, and nobody is seen to leave`, async () => {
      const room = await join({ peers: [seat("b", 1)] });
      const seen = record(room);
      const before = socket();
      await settle();
      happens();
      await settle();
      expect(links.map(({ did }) => did.at(-1))).toEqual(["restart network"]);
      expect(socket()).not.toBe(before);
      expect(room.state).toBe("recovering");
      socket().open();
      socket().say(welcome({ peers: [seat("b", 1)], resumed: true }));
      await settle();
      expect(links.map(({ did }) => did.at(-1))).toEqual(["resync"]);
      expect(seen.filter((event) => /^(state|peer)/.test(event))).toEqual(["state recovering", "state live"]);
    });

  it("[S71] is not seen in timers that are a little late", async () => {
    await join({ peers: [seat("b", 1)] });
    const before = socket();
    for (let i = 0; i < 30; i++) {
      vi.setSystemTime(Date.now() + 5_000);
      vi.advanceTimersByTime(1_000);
    }
    await settle();
    expect(socket()).toBe(before);
    expect(links[0]?.did).toEqual([]);
  });
});

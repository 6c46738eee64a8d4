import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { beginPlaying } from "./player.ts";

/** A frame whose document has a film in it or not yet, and what became of each try to play it. */
function frameWith(outcomes: readonly (string | undefined)[]) {
  let tries = 0;
  const video = {
    play(): Promise<void> {
      const outcome = outcomes[tries];
      tries += 1;
      return outcome === undefined ? Promise.resolve() : Promise.reject(new DOMException("no", outcome));
    },
  };
  let isThere = false;
  return {
    tries: () => tries,
    arrive(): void {
      isThere = true;
    },
    frame: {
      get contentDocument() {
        return { querySelector: () => (isThere ? video : null) } as unknown as Document;
      },
    },
  };
}

describe("a film in its frame", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("[W87] is started when it is there, once, whether or not the frame says that it has loaded", async () => {
    const { frame, arrive, tries } = frameWith([]);
    beginPlaying(frame);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(tries()).toBe(0);
    arrive();
    await vi.advanceTimersByTimeAsync(5_000);
    // Who pauses it afterwards is not talked over.
    expect(tries()).toBe(1);
  });

  it("[W87] is started again when it was loaded anew meanwhile", async () => {
    const { frame, arrive, tries } = frameWith(["AbortError", "AbortError"]);
    arrive();
    beginPlaying(frame);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(tries()).toBe(3);
  });

  it.each(["NotAllowedError", "NotSupportedError"])(
    "[W87] is left to its own button after %s",
    async (outcome) => {
      const { frame, arrive, tries } = frameWith([outcome]);
      arrive();
      beginPlaying(frame);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(tries()).toBe(1);
    },
  );

  it("[W87] is not started any more when nobody looks at it", async () => {
    const { frame, arrive, tries } = frameWith([]);
    const end = beginPlaying(frame);
    end();
    arrive();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(tries()).toBe(0);
  });
});

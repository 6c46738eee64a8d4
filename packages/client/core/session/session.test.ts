import { refusal } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { delayBefore, firstDelayMs, longestDelayMs } from "./delay.ts";
import { drive, idOf, introduction, said, seat, welcome } from "./session.fixture.ts";
import { nextDeadline, quietMs } from "./session.ts";

describe("going in", () => {
  it("[S2] says hello once the connection is open: room, epoch, and the token if there is one", () => {
    const run = drive("token-0");
    expect(run.types()).toEqual(["connect"]);
    run.put({ type: "opened" });
    expect(run.took()).toEqual([
      { type: "send", frame: { type: "hello", ...introduction, token: "token-0" } },
    ]);
    expect(drive().put({ type: "opened" }).took().at(-1)).toEqual({
      type: "send",
      frame: { type: "hello", ...introduction },
    });
  });

  it("[S3] is live with the first welcome, and says who is there without calling them newcomers", () => {
    const run = drive().live({ peers: [seat("b", 2), seat("c", 3)], history: [said(4, "x")] });
    const effects = run.took().slice(2);
    expect(effects.map(({ type }) => type)).toEqual(["welcome", "joined", "joined", "said", "live"]);
    expect(effects[0]).toMatchObject({ isFirst: true, isNewSeat: false });
    expect(effects[1]).toMatchObject({ isNew: false });
    expect(effects[3]).toMatchObject({ isHistory: true });
  });

  it("[S4] tries for about ten seconds, then gives up as unreachable", () => {
    const run = drive();
    let tries = 0;
    while (run.state.stage.at !== "left") {
      run.time();
      tries += run.types().filter((type) => type === "connect").length;
      if (run.state.stage.at === "connecting") run.later(5).put({ type: "lost" });
    }
    expect(run.now).toBeGreaterThan(5_000);
    expect(run.now).toBeLessThan(11_000);
    expect(tries).toBeGreaterThan(3);
    const stuck = drive();
    while (stuck.state.stage.at !== "left") stuck.time();
    expect(stuck.now).toBeLessThan(13_000);
    expect(stuck.took().at(-1)).toEqual({ type: "ended", refusal: "unreachable" });
  });

  it("[S5] ends at once when the server says no for good, with what it said", () => {
    const codes = [
      "no-such-room",
      "room-full",
      "wrong-passcode",
      "wrong-key",
      "removed",
      "locked",
      "too-old",
      "room-ended",
      "forbidden-origin",
    ] as const;
    for (const code of codes) {
      for (const type of ["refused", "closing"] as const) {
        const run = drive().put({ type: "opened" });
        run.frame({ type, ...refusal(code) });
        expect(run.took().at(-1)).toEqual({ type: "ended", refusal: refusal(code) });
        expect(nextDeadline(run.state)).toBeUndefined();
      }
    }
  });

  it("[S6] tries again when what ended it passes, and waits for as long as it is asked to", () => {
    const run = drive().put({ type: "opened" });
    run.frame({ type: "closing", ...refusal("draining"), retryAfterMs: 2_000 });
    expect(run.state.stage).toMatchObject({ at: "waiting" });
    expect(nextDeadline(run.state)).toBeGreaterThanOrEqual(2_000);
    // Told so until there is no more time, it ends with what was said, not with "unreachable".
    const busy = drive();
    while (busy.state.stage.at !== "left") {
      if (busy.state.stage.at === "connecting") {
        busy.put({ type: "opened" }).frame({ type: "closing", ...refusal("too-many") });
      } else busy.time();
    }
    expect(busy.took().at(-1)).toEqual({ type: "ended", refusal: refusal("too-many") });
  });

  it("[S7] forgets token and keys when the seat is another page's, and says hello afresh", () => {
    const run = drive("token-0").put({ type: "opened" });
    run.took();
    run.frame({ type: "closing", ...refusal("seat-taken") });
    expect(run.types()).toEqual(["disconnect", "renew"]);
    run.put({ type: "renewed", introduction: { ...introduction, id: idOf("z") } }).put({ type: "opened" });
    expect(run.took().at(-1)).toEqual({
      type: "send",
      frame: { type: "hello", ...introduction, id: idOf("z") },
    });
  });
});

describe("staying in", () => {
  it("[S8] connects again by itself: at once at first, then ever more slowly, spread by chance", () => {
    expect(delayBefore(0, 0.99)).toBeLessThanOrEqual(firstDelayMs);
    for (const chance of [0, 0.5, 0.999]) {
      for (let tries = 0; tries < 40; tries++) {
        const delay = delayBefore(tries, chance);
        expect(delay).toBeGreaterThanOrEqual(Math.min(longestDelayMs, firstDelayMs * 2 ** tries) * 0.75);
        expect(delay).toBeLessThanOrEqual(longestDelayMs);
      }
    }
    expect(delayBefore(3, 0.1)).not.toBe(delayBefore(3, 0.9));
    const run = drive().live();
    run.took();
    run.put({ type: "lost" });
    expect(run.types()).toEqual(["disconnect", "recovering"]);
    for (let i = 0; i < 200; i++) run.time().put({ type: "lost" });
    expect(run.state.stage.at).toBe("waiting");
  });

  it("[S9] does not wait when the network is back or the page is looked at", () => {
    const run = drive().live().put({ type: "lost" });
    for (let i = 0; i < 5; i++) run.time().put({ type: "lost" });
    run.took();
    run.put({ type: "wake" });
    expect(run.types()).toEqual(["connect"]);
    // A try that hangs since before is given up for a new one; one that has just begun is not.
    run.put({ type: "wake" });
    expect(run.types()).toEqual([]);
    run.later(4_000).put({ type: "wake" });
    expect(run.types()).toEqual(["connect"]);
  });

  it("[S71] connects anew at once when the network is another, and has links look for another way", () => {
    const run = drive().live();
    run.took();
    run.put({ type: "network" });
    expect(run.types()).toEqual(["network", "recovering", "connect"]);
    // Another word of it on the way: what is under way may be on the network that is no more.
    run.put({ type: "network" });
    expect(run.types()).toEqual(["network", "connect"]);
    run.put({ type: "lost" }).took();
    run.put({ type: "network" });
    expect(run.types()).toEqual(["network", "connect"]);
  });

  it("[S10] asks for a sign of life after 15 s of silence, and connects again when none comes", () => {
    const run = drive().live();
    run.took();
    expect(nextDeadline(run.state)).toBe(quietMs);
    run.time();
    expect(run.took()).toEqual([{ type: "send", frame: { type: "ping" } }]);
    run.later(100).frame({ type: "pong" });
    expect(nextDeadline(run.state)).toBe(run.now + quietMs);
    run.time().time();
    expect(run.types()).toEqual(["send", "disconnect", "recovering"]);
    const woken = drive().live().later(60_000);
    woken.took();
    woken.put({ type: "wake" });
    expect(woken.took()).toEqual([{ type: "send", frame: { type: "ping" } }]);
    woken.time();
    expect(woken.now).toBeLessThan(63_000);
    expect(woken.state.stage.at).toBe("waiting");
  });

  it("[S72] does not wait for an answer that is late when there is doubt again", () => {
    const run = drive().live().later(60_000).put({ type: "wake" });
    run.later(150).put({ type: "wake" });
    expect(run.state.stage.at).toBe("live");
    run.took();
    run.later(100).put({ type: "wake" });
    expect(run.types()).toEqual(["network", "recovering", "connect"]);
    // Heard of meanwhile, it is asked anew.
    const heard = drive().live().later(60_000).put({ type: "wake" }).put({ type: "heard" });
    heard.took();
    heard.later(300).put({ type: "wake" });
    expect(heard.types()).toEqual(["send"]);
  });

  it("[S73] guesses ever more rarely that the network is another, and asks the server in between", () => {
    const run = drive().live();
    const slept = (afterMs: number): string[] => {
      run.later(afterMs).frame({ type: "pong" });
      run.took();
      run.put({ type: "slept" });
      return run.types();
    };
    const anew = ["network", "recovering", "connect"];
    expect(slept(60_000)).toEqual(anew);
    run.live();
    expect(slept(19_000)).toEqual(["send"]);
    // An answer that is late while there is doubt is no more than a guess, either.
    run.later(300).put({ type: "wake" });
    expect(run.types()).toEqual(["send"]);
    expect(slept(1_000)).toEqual(anew);
    run.live();
    expect(slept(39_000)).toEqual(["send"]);
    run.took();
    // What the browser says is none.
    run.put({ type: "network" });
    expect(run.types()).toEqual(anew);
    run.live();
    expect(slept(1_000_000)).toEqual(anew);
    run.live();
    expect(slept(19_000)).toEqual(["send"]);
    expect(slept(1_500)).toEqual(anew);
  });

  it("[S10] answers the server's own question, and takes any signal for a sign of life", () => {
    const run = drive().live();
    run.took();
    run.frame({ type: "ping" });
    expect(run.took()).toEqual([{ type: "send", frame: { type: "pong" } }]);
    run.later(10_000).put({ type: "heard" });
    expect(nextDeadline(run.state)).toBe(10_000 + quietMs);
  });

  it("[S11] tells what changed while it was away as if it happened now", () => {
    const run = drive().live({ peers: [seat("b", 2), seat("c", 3), seat("d", 4), seat("f", 6)] });
    run.took();
    run.again({
      peers: [
        seat("b", 2),
        seat("c", 3, { epoch: "x".repeat(16) }),
        seat("d", 4, { presence: "silent" }),
        seat("f", 9),
        seat("g", 10),
      ],
    });
    const changes = run.took().filter(({ type }) => ["joined", "left", "changed"].includes(type));
    expect(changes).toMatchObject([
      { type: "changed", peer: { id: idOf("c") }, isNewPage: true },
      { type: "changed", peer: { id: idOf("d"), presence: "silent" }, isNewPage: false },
      { type: "left", id: idOf("f"), reason: "missed" },
      { type: "joined", peer: { id: idOf("f"), number: 9 }, isNew: true },
      { type: "joined", peer: { id: idOf("g") }, isNew: true },
    ]);
    run.again({ peers: [] });
    expect(run.took().filter(({ type }) => type === "left")).toHaveLength(5);
  });

  it("[S11] says so when this page has another seat than before", () => {
    const run = drive().live();
    run.again();
    run.again({ you: seat("a", 7), resumed: false });
    const welcomes = run.took().filter((effect) => effect.type === "welcome");
    expect(welcomes.map(({ isNewSeat }) => isNewSeat)).toEqual([false, false, true]);
  });

  it("[S12] comes back when told that it was replaced: only an older connection of this very page, or one that took over while it hung, can have done that", () => {
    const run = drive().live();
    run.frame({ type: "closing", ...refusal("replaced") });
    expect(run.state.stage.at).toBe("waiting");
  });

  it("[S13] is put away with the page, waits for nothing, and comes back with it", () => {
    const run = drive().live();
    run.took();
    run.put({ type: "hide" });
    expect(run.took()[0]).toEqual({ type: "disconnect", why: "page" });
    expect(nextDeadline(run.state)).toBeUndefined();
    run.put({ type: "wake" });
    expect(run.types()).toEqual(["connect"]);
  });

  it("[S14] leaves at once, and nothing brings it back", () => {
    const run = drive().live();
    run.took();
    run.put({ type: "leave" });
    expect(run.took()).toEqual([
      { type: "send", frame: { type: "leave" } },
      { type: "disconnect", why: "silent" },
      { type: "ended", refusal: "left" },
    ]);
    run.put({ type: "wake" }).put({ type: "lost" }).frame(welcome());
    expect(run.types()).toEqual([]);
  });
});

describe("what is said", () => {
  it("[S15] is sent again with the same id until it is acknowledged, and is shown once", () => {
    const run = drive().live();
    run.took();
    run.put({ type: "say", id: "id-of-one", text: "one" }).put({ type: "say", id: "id-of-two", text: "two" });
    run.frame({ type: "accepted", id: "id-of-one", seq: 5, at: 9 });
    expect(run.types()).toEqual(["send", "send", "said", "say-accepted"]);
    run.again();
    expect(run.took().at(-1)).toEqual({ type: "send", frame: { type: "say", id: "id-of-two", text: "two" } });
    run.frame({ type: "accepted", id: "id-of-two", seq: 6, at: 9 });
    run.frame({ type: "accepted", id: "id-of-two", seq: 6, at: 9 });
    run.frame(said(6, "two", { from: idOf("a") }));
    expect(run.types()).toEqual(["said", "say-accepted"]);
  });

  it("[S15] counts as acknowledged when it comes back in the history", () => {
    const run = drive().live();
    run.put({ type: "say", id: "id-of-one", text: "one" });
    run.took();
    run.again({ history: [said(5, "one", { from: idOf("a") })] });
    const effects = run.took();
    expect(effects.map(({ type }) => type).slice(-3)).toEqual(["said", "say-accepted", "live"]);
    expect(run.state.unacknowledged).toEqual([]);
  });

  it("[S15] waits when there is no connection", () => {
    const run = drive().live().put({ type: "lost" });
    run.took();
    run.put({ type: "say", id: "id-of-one", text: "one" });
    expect(run.types()).toEqual([]);
    run.time().live({ resumed: true });
    expect(run.took().at(-1)).toMatchObject({ frame: { type: "say", id: "id-of-one" } });
  });

  it("[S16] is over when the server does not take it, for the sender alone", () => {
    const run = drive().live();
    run.put({ type: "say", id: "id-of-one", text: "one" });
    run.took();
    run.frame({ type: "refused", ...refusal("profanity"), ref: "id-of-one" });
    expect(run.took()).toEqual([{ type: "say-refused", id: "id-of-one", refusal: refusal("profanity") }]);
    run.again();
    expect(run.took().some((effect) => effect.type === "send" && effect.frame.type === "say")).toBe(false);
  });

  it("[S17] is asked for from the last entry on, and entries seen before are not shown again", () => {
    const run = drive().live({ history: [said(1, "one"), said(2, "two")] });
    run.frame(said(3, "three"));
    run.took();
    run.put({ type: "lost" }).time().put({ type: "opened" });
    expect(run.took().at(-1)).toMatchObject({ frame: { type: "hello", since: 3, token: "token-1" } });
    run.frame(welcome({ resumed: true, history: [said(2, "two"), said(3, "three"), said(4, "four")] }));
    run.frame(said(4, "four"));
    expect(run.took().filter(({ type }) => type === "said")).toMatchObject([{ entry: { seq: 4 } }]);
  });

  it("[S18] is shown from another room of the same name, although that counts from the start again", () => {
    const run = drive().live({ history: [said(40, "old")] });
    run.took();
    run.again({ resumed: false, history: [said(1, "new")] });
    run.frame(said(2, "newer"));
    const shown = run.took().filter((effect) => effect.type === "said");
    expect(shown.map(({ entry }) => entry.text)).toEqual(["new", "newer"]);
  });

  it("[S19] shows notices once, with what the server said", () => {
    const run = drive().live();
    run.took();
    const notice = { type: "notice", seq: 7, at: 5, event: "joined", name: "b", text: "b joined" } as const;
    run.frame(notice).frame(notice);
    expect(run.took()).toEqual([notice]);
  });
});

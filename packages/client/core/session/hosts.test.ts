import { refusal, type ServerFrame } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { drive, idOf, introduction, seat, welcome } from "./session.fixture.ts";
import { quietMs, type SessionEffect } from "./session.ts";

/** The frames among what was done: "set", "hello". */
const sent = (effects: readonly SessionEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.type === "send" ? [effect.frame.type] : []));
const closing = (code: "denied" | "room-ended" | "draining"): ServerFrame => ({
  type: "closing",
  ...refusal(code),
});

describe("waiting at the door", () => {
  const knocking = () => {
    const run = drive();
    run.put({ type: "opened" }).frame({ type: "waiting" });
    return run;
  };

  it("[S21] says so once, and lasts until the welcome", () => {
    const run = knocking();
    expect(run.types()).toEqual(["connect", "send", "waiting"]);
    for (let minutes = 0; minutes < 60; minutes++) {
      for (let n = 0; n < 12; n++) run.later(5_000).frame({ type: "ping" });
      expect(new Set(sent(run.took()))).toEqual(new Set(["pong"]));
    }
    run.frame(welcome());
    expect(run.state.stage.at).toBe("live");
    expect(run.types()).toEqual(["welcome", "live"]);
  });

  it("[S21] ends with the host's no, and with giving up", () => {
    const denied = knocking().frame(closing("denied"));
    expect(denied.took().at(-1)).toMatchObject({ type: "ended", refusal: { code: "denied" } });
    const given = knocking().put({ type: "leave" });
    expect(given.took().at(-1)).toEqual({ type: "ended", refusal: "left" });
  });

  it("[S21] knocks again when the connection is lost, silent or drained, for as long as it takes", () => {
    const run = knocking();
    run.later(60 * 60_000).frame({ type: "ping" });
    for (const end of [
      () => run.put({ type: "lost" }),
      () => run.later(quietMs).put({ type: "time" }),
      () => run.frame(closing("draining")),
    ]) {
      run.took();
      end();
      expect(run.state.stage.at).toBe("waiting");
      for (let tries = 0; tries < 20; tries++) {
        run.time();
        expect(run.state.stage.at).toBe("connecting");
        run.put({ type: "lost" });
      }
      run.time().put({ type: "opened" }).frame({ type: "waiting" });
      expect(run.state.stage.at).toBe("knocking");
      expect(sent(run.took())).toEqual(["hello"]);
    }
  });

  it("[S21] is told to nobody who did not just say hello", () => {
    const run = drive().live();
    run.took();
    run.frame({ type: "waiting" });
    expect(run.state.stage.at).toBe("live");
    expect(run.took()).toEqual([]);
  });
});

describe("hosts", () => {
  it("[S23] is told as the server says it: who knocks, what the room is, what this page is asked", () => {
    const run = drive().live();
    run.took();
    const frames: readonly ServerFrame[] = [
      { type: "knocking", peer: { id: idOf("c"), name: "c" } },
      { type: "knock-ended", id: idOf("c") },
      { type: "room", room: welcome().room },
      { type: "asked", what: "mute", by: idOf("b") },
      { type: "done", ref: "set" },
    ];
    for (const frame of frames) run.frame(frame);
    expect(run.took()).toEqual(frames);
    run.frame({ type: "refused", ...refusal("not-host"), ref: "set" });
    expect(run.took()).toEqual([{ type: "refused", refusal: refusal("not-host"), ref: "set" }]);
  });

  it("[S24] takes no room back: after handing over, the host token is not sent again", () => {
    const run = drive();
    run.put({ type: "opened" });
    const owner = drive();
    Object.assign(owner.state, { introduction: { ...introduction, hostToken: "token" } });
    const you = seat("a", 1, { role: "host" });
    owner.live({ you });
    expect(owner.took()).toContainEqual({
      type: "send",
      frame: { type: "hello", ...introduction, hostToken: "token" },
    });
    // While it is host it may have to prove that again.
    owner.again({ you });
    expect(JSON.stringify(owner.took())).toContain("hostToken");
    owner.frame({ type: "changed", peer: seat("a", 1) });
    owner.took();
    owner.again();
    expect(JSON.stringify(owner.took())).not.toContain("hostToken");
  });
});

describe("a private message", () => {
  const whispered = (more: object = {}): ServerFrame => ({
    type: "whispered",
    at: 9,
    id: "message-1",
    from: idOf("a"),
    name: "a",
    to: idOf("b"),
    text: "psst",
    ...more,
  });

  it("[S25] says whom it is for, and is acknowledged by coming back, once", () => {
    const run = drive().live();
    run.took();
    run.put({ type: "say", id: "message-1", text: "psst", to: idOf("b") });
    expect(run.took()).toEqual([
      { type: "send", frame: { type: "say", id: "message-1", text: "psst", to: idOf("b") } },
    ]);
    run.frame(whispered());
    expect(run.took()).toEqual([
      { type: "say-accepted", id: "message-1", at: 9 },
      { type: "said", entry: whispered(), isHistory: false },
    ]);
    run.frame(whispered());
    expect(run.took()).toEqual([]);
  });

  it("[S25] is said again after a lost connection, and refused to its author alone", () => {
    const run = drive().live();
    run.put({ type: "say", id: "message-1", text: "psst", to: idOf("b") });
    run.took();
    run.again();
    expect(sent(run.took())).toEqual(["hello", "say"]);
    run.frame({ type: "refused", ...refusal("no-such-peer"), ref: "message-1" });
    expect(run.took()).toEqual([{ type: "say-refused", id: "message-1", refusal: refusal("no-such-peer") }]);
  });

  it("[S25] of another is shown, and moves no mark", () => {
    const run = drive().live();
    run.took();
    run.frame(whispered({ from: idOf("b"), to: idOf("a") }));
    expect(run.types()).toEqual(["said"]);
    expect(run.state.mark).toBeUndefined();
  });
});

import { refusal } from "@parlour/protocol";
import { sampleRoom } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import type { AskedEvent, RoomEvents } from "../api.ts";
import {
  clearStage,
  join,
  joinRoom,
  listened,
  mutes,
  seat,
  settle,
  socket,
  welcome,
} from "./stage.fixture.ts";

clearStage();

const host = { you: seat("m", 5, { role: "host" }) };

describe("a host's page", () => {
  it("[S61] resolves what is done and rejects what is refused, in order", async () => {
    const room = await join({ ...host, peers: [seat("b", 1)] });
    const bo = [...room.peers.values()][0] as NonNullable<ReturnType<typeof room.peers.get>>;
    const answers: string[] = [];
    const note = (what: string, asked: Promise<void>) =>
      asked.then(
        () => answers.push(`${what} done`),
        (error) => answers.push(`${what} ${error.code}: ${error.hint}`),
      );
    void note("set", room.host.set({ title: "Club", isLocked: true, passcode: null }));
    void note("hand-over", room.host.handOver(bo));
    void note("mute", room.host.mute(bo, "audio"));
    await settle();
    expect(socket().frames.at(-1)).toEqual({ type: "set", title: "Club", locked: true, passcode: null });
    socket().say({ type: "done", ref: "set" });
    socket().say({ type: "refused", ...refusal("no-such-peer"), ref: "hand-over" });
    socket().say({ type: "done", ref: "mute" });
    await settle();
    expect(answers).toEqual(["set done", "hand-over no-such-peer: They may have left.", "mute done"]);
    expect(socket().frames.slice(-2)).toEqual([
      { type: "hand-over", id: bo.id },
      { type: "mute", id: bo.id, kind: "audio" },
    ]);
  });

  it("[S61] that ended the room has what it asked for, and nothing else", async () => {
    const room = await join(host);
    const locked = room.host.set({ isLocked: true });
    const ended = room.host.end();
    await settle();
    socket().say({ type: "closing", ...refusal("room-ended") });
    await expect(locked).rejects.toMatchObject({ code: "room-ended" });
    await ended;
    await expect(room.host.end()).rejects.toMatchObject({ code: "left" });
  });

  it("[S61] may not let too much wait for the server", async () => {
    const room = await join(host);
    const asked = Array.from({ length: 65 }, () => room.host.set({ knock: true }));
    await expect(asked.pop()).rejects.toMatchObject({ code: "too-many" });
    const others = Promise.allSettled(asked);
    await room.leave();
    expect((await others).every(({ status }) => status === "rejected")).toBe(true);
  });

  it("[S23] knows who waits for as long as it is host", async () => {
    const c = { id: "c".repeat(22), name: "Cy", country: "PT" };
    const room = await join({ ...host, waiting: [c] });
    await settle();
    expect([...room.waiting.values()]).toEqual([c]);
    let changes = 0;
    room.on("waiting", () => changes++);
    socket().say({ type: "knocking", peer: { id: "d".repeat(22), name: "Di" } });
    socket().say({ type: "knock-ended", id: c.id });
    socket().say({ type: "knock-ended", id: c.id });
    await settle();
    expect([...room.waiting.values()]).toEqual([{ id: "d".repeat(22), name: "Di" }]);
    expect(changes).toBe(2);
    socket().say({ type: "changed", peer: seat("m", 5) });
    await settle();
    expect(room.waiting.size).toBe(0);
    expect(changes).toBe(3);
  });
});

describe("everyone's page", () => {
  it("[S60] knows what the room is, and tells when that is another", async () => {
    const room = await join();
    expect([room.title, room.isLocked, room.isKnocking, room.hasPasscode]).toEqual([
      undefined,
      false,
      false,
      false,
    ]);
    let changes = 0;
    room.on("room", () => changes++);
    socket().say({
      type: "room",
      room: { ...sampleRoom, title: "Club", locked: true, knock: true, hasPasscode: true },
    });
    await settle();
    expect([room.title, room.isLocked, room.isKnocking, room.hasPasscode]).toEqual([
      "Club",
      true,
      true,
      true,
    ]);
    socket().say({ type: "room", room: sampleRoom });
    await settle();
    expect(room.title).toBeUndefined();
    expect(changes).toBe(2);
    const before = socket();
    room.simulate("signal-lost");
    await listened(before);
    socket().open();
    socket().say(welcome({ resumed: true }));
    await settle();
    expect(changes).toBe(2);
  });

  it("[S57] is quiet when the host asks, says who asked, and may go on", async () => {
    const room = await join({ peers: [seat("b", 1, { role: "host" })] });
    const asked: AskedEvent[] = [];
    room.on("asked", (...[event]: RoomEvents["asked"]) => asked.push(event));
    socket().say({ type: "asked", what: "mute", kind: "audio", by: "b".repeat(22) });
    socket().say({ type: "asked", what: "mute", by: "b".repeat(22) });
    socket().say({ type: "asked", what: "mute", by: "x".repeat(22) });
    await settle();
    expect(mutes).toEqual(["camera audio", "screen audio", "camera undefined", "screen undefined"]);
    const by = room.peers.get("b".repeat(22));
    expect(asked).toEqual([
      { what: "mute", kind: "audio", by },
      { what: "mute", by },
    ]);
  });

  it("[S25] shows a private message once, with its receiver", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const bo = room.peers.get("b".repeat(22));
    const said = room.say("psst", bo ? { to: bo } : {});
    await settle();
    const { id } = socket().frames.at(-1) as { id: string };
    expect(socket().frames.at(-1)).toMatchObject({ type: "say", text: "psst", to: bo?.id });
    const frame = { type: "whispered", at: 7, name: "x", country: "PT" } as const;
    const own = { ...frame, id, from: room.self.id, to: "b".repeat(22), text: "psst" };
    const theirs = { ...frame, id: "message-9", from: "b".repeat(22), to: room.self.id, text: "what?" };
    for (const each of [own, own, theirs, theirs]) socket().say(each);
    expect(await said).toEqual({ id, at: 7 });
    await settle();
    expect(room.messages.map(({ text, isOwn, to }) => [text, isOwn, to])).toEqual([
      ["psst", true, "b".repeat(22)],
      ["what?", false, room.self.id],
    ]);
  });
});

describe("a page at the door", () => {
  /** Says hello and is told to wait. */
  const knock = async (more: Parameters<typeof joinRoom>[1] = {}) => {
    const before = socket();
    const told = { waits: 0 };
    const joining = joinRoom("https://x.org/r/den", {
      remember: "none",
      onWaiting: () => void told.waits++,
      ...more,
    });
    const outcome = joining.then(
      ({ state }) => state,
      ({ code }) => code,
    );
    await listened(before);
    socket().open();
    socket().say({ type: "waiting" });
    await settle();
    expect(told.waits).toBe(1);
    return { joining, outcome };
  };

  it("[S58] is told that it waits, and comes in when it is let in", async () => {
    const { joining, outcome } = await knock();
    expect(await Promise.race([outcome, settle()])).toBeUndefined();
    socket().say(welcome());
    expect(await outcome).toBe("live");
    await (await joining).leave();
  });

  it("[S58] is rejected when the host says no, and when it gives up", async () => {
    const { outcome } = await knock();
    socket().say({ type: "closing", ...refusal("denied") });
    expect(await outcome).toBe("denied");
    const patience = new AbortController();
    const given = await knock({ signal: patience.signal });
    patience.abort();
    expect(await given.outcome).toBe("aborted");
    expect(socket().readyState).toBe(3);
  });
});

import { encodeSignal } from "@parlour/protocol";
import { sampleRoom } from "@parlour/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Rest, RestSource } from "../later.ts";
import * as rest from "../rest.ts";
import { seat, TestSocket, welcome } from "../room/stage.fixture.ts";
import { type RoomEffect, startSessionDriver } from "./session-driver.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A session whose other half comes when the test says so. */
async function start() {
  const effects: RoomEffect[] = [];
  /** What reached the room, in order. */
  const heard: (string | number)[] = [];
  const asked: { then: (rest: Rest) => void; isWanted: () => boolean }[] = [];
  const source = {
    there: undefined as Rest | undefined,
    need: (then, isWanted) => void asked.push({ then, isWanted }),
  } satisfies RestSource;
  const driver = startSessionDriver(
    {
      open: () => new TestSocket("wss://x.org/v1") as unknown as WebSocket,
      introduction: { room: "den", epoch: "e".repeat(16), name: "me" },
      token: undefined,
      onEffects(some) {
        effects.push(...some);
        heard.push(...some.map(({ type }) => type));
      },
      onSignal: (number, payload) => heard.push(number, ...payload),
      log: () => {},
    },
    source,
  );
  await Promise.resolve();
  return {
    driver,
    asked,
    heard,
    types: () => effects.splice(0).map(({ type }) => type),
    live() {
      TestSocket.last.open();
      TestSocket.last.say(welcome());
    },
    comes() {
      source.there = rest;
      for (const { then } of asked.splice(0)) then(rest);
    },
  };
}
const lose = (): void => {
  TestSocket.last.readyState = 3;
  TestSocket.last.onclose?.({ code: 1006 });
};

describe("a session whose other half is not there", () => {
  it("[S131] asks for it a second after it has a seat, not before", async () => {
    const { asked, live } = await start();
    live();
    vi.advanceTimersByTime(999);
    expect(asked).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(asked.length).toBe(1);
  });

  it("[S130] keeps what takes that half, and all that follows, and goes on in order when it is there", async () => {
    const { comes, driver, live, types } = await start();
    live();
    expect(types()).toEqual(["welcome", "live"]);
    TestSocket.last.say({ type: "joined", peer: seat("b", 1) });
    expect(types()).toEqual(["joined"]);
    TestSocket.last.say({ type: "refused", code: "profanity", detail: "", hint: "", ref: "none" });
    TestSocket.last.say({ type: "left", id: seat("b", 1).id, reason: "left" });
    lose();
    driver.put({ type: "say", id: "one", text: "still here" });
    expect(types()).toEqual([]);
    expect(driver.signalTo(1, new Uint8Array(4))).toBe(false);
    const before = TestSocket.last;
    comes();
    expect(types()).toEqual(["refused", "left", "recovering"]);
    expect(driver.unacknowledged).toBe(1);
    vi.advanceTimersByTime(300);
    expect(TestSocket.last).not.toBe(before);
    TestSocket.last.open();
    TestSocket.last.say(welcome({ resumed: true }));
    expect(TestSocket.last.frames.map(({ type }) => type)).toEqual(["hello", "say"]);
  });

  it("[S130] signals of somebody whose coming waits wait with it", async () => {
    const { comes, heard, live } = await start();
    live();
    const signal = (number: number, byte: number): void => {
      const { buffer } = encodeSignal(number, Uint8Array.of(byte));
      TestSocket.last.onmessage?.({ data: buffer });
    };
    signal(1, 10);
    expect(heard.splice(0)).toEqual(["welcome", "live", 1, 10]);
    TestSocket.last.say({ type: "room", room: sampleRoom });
    TestSocket.last.say({ type: "joined", peer: seat("b", 2) });
    signal(2, 20);
    signal(2, 21);
    expect(heard).toEqual([]);
    comes();
    expect(heard.splice(0)).toEqual(["room", "joined", 2, 20, 2, 21]);
    signal(2, 22);
    expect(heard).toEqual([2, 22]);
  });

  it("[S130] leaves at once all the same", async () => {
    const { driver, live, types } = await start();
    live();
    lose();
    types();
    driver.put({ type: "leave" });
    expect(types()).toEqual(["ended"]);
  });

  it("[S130] gives up with unreachable after ten seconds when it never came in", async () => {
    const { asked, types } = await start();
    lose();
    expect(asked[0]?.isWanted()).toBe(true);
    expect(types()).toEqual([]);
    vi.advanceTimersByTime(10_000);
    expect(asked[0]?.isWanted()).toBe(false);
    expect(types()).toEqual(["ended"]);
  });

  it("[S130] lets go of a server that goes on talking meanwhile, and comes back to it", async () => {
    const { comes, live, types } = await start();
    live();
    const { last } = TestSocket;
    for (let n = 0; n < 1_000; n++) last.say({ type: "room", room: sampleRoom });
    expect(last.readyState).toBe(3);
    types();
    comes();
    expect(types().at(-1)).toBe("recovering");
    vi.advanceTimersByTime(300);
    expect(TestSocket.last).not.toBe(last);
  });
});

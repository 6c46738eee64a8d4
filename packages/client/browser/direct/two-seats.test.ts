import { decodeSignal, encodeSignal, limits } from "@parlour/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readServerFrame } from "../../core/session/index.ts";
import type { Carrier } from "./carrier.ts";
import { type Greeting, readHello, sayHello, twoSeats } from "./two-seats.ts";

const greeting = (letter: string): Greeting => ({
  id: letter.repeat(22),
  epoch: letter.repeat(16),
  card: letter.repeat(40),
});
const [ada, bo] = [greeting("a"), greeting("b")];

/** One page's seats, its carrier in the test's hands. */
function stage(isInviter = true) {
  const sent: (string | Uint8Array)[] = [];
  let isClosed = false;
  const carrier: Carrier = {
    offer: () => Promise.reject(),
    meet: () => Promise.reject(),
    answer: () => Promise.reject(),
    opened: Promise.resolve(),
    send(data) {
      sent.push(data);
      return true;
    },
    onData: () => {},
    onConnected: () => {},
    onClosed: () => {},
    close() {
      isClosed = true;
    },
  };
  const seats = twoSeats({ room: "direct-x", own: ada, other: bo, isInviter, carrier });
  const heard: (string | ArrayBuffer)[] = [];
  const open = () => {
    const socket = seats.openSocket();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => heard.push(data);
    socket.send(JSON.stringify({ type: "hello" }));
    return socket;
  };
  return {
    carrier,
    sent,
    open,
    heard,
    /** Frames as the session reads them, since the last look. */
    async frames() {
      await Promise.resolve();
      const all = heard.splice(0);
      return all.map((data) =>
        typeof data === "string" ? readServerFrame(data) : decodeSignal(new Uint8Array(data)),
      );
    },
    get isClosed() {
      return isClosed;
    },
  };
}

describe("a room of two, served in the page", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("[O10] welcomes with the other's seat: who invited came first, and both say the same", async () => {
    const [one, other] = [stage(true), stage(false)];
    one.open();
    other.open();
    const [welcome] = await one.frames();
    expect(welcome).toMatchObject({
      type: "welcome",
      room: { visibility: "private", capacity: 2 },
      you: { ...ada, number: 1, role: "member" },
      peers: [{ ...bo, number: 2, presence: "here" }],
      iceServers: [],
    });
    expect(await other.frames()).toMatchObject([{ you: { number: 2 }, peers: [{ number: 1 }] }]);
  });

  it("passes signals on, those from before the welcome after it", async () => {
    const { carrier, sent, open, frames } = stage();
    carrier.onData(Uint8Array.of(7));
    const socket = open();
    expect((await frames()).slice(1)).toEqual([{ peer: 2, payload: Uint8Array.of(7) }]);
    carrier.onData(Uint8Array.of(8));
    expect(await frames()).toEqual([{ peer: 2, payload: Uint8Array.of(8) }]);
    socket.send(encodeSignal(2, Uint8Array.of(9)));
    expect(sent).toEqual([Uint8Array.of(9)]);
  });

  it("answers for itself whether it lives, and that nobody is host", async () => {
    const { open, frames } = stage();
    const socket = open();
    await frames();
    socket.send(JSON.stringify({ type: "ping" }));
    socket.send(JSON.stringify({ type: "end" }));
    expect(await frames()).toMatchObject([
      { type: "pong" },
      { type: "refused", code: "not-host", ref: "end" },
    ]);
  });

  it("[O12] tells of one that leaves at once, and says so when this page does", async () => {
    const one = stage();
    const socket = one.open();
    await one.frames();
    socket.send(JSON.stringify({ type: "leave" }));
    expect([one.sent, one.isClosed]).toEqual([['{"bye":"left"}'], true]);
    const other = stage();
    other.open();
    await other.frames();
    other.carrier.onData('{"bye":"left"}');
    expect(await other.frames()).toEqual([{ type: "left", id: bo.id, reason: "left" }]);
    other.carrier.onClosed();
    expect(await other.frames()).toEqual([]);
  });

  it("[O12] a page that closes is away, and gone after a while, unless it comes back", async () => {
    const one = stage();
    const socket = one.open();
    await one.frames();
    socket.close(4024);
    expect(one.sent).toEqual(['{"presence":"away"}']);
    one.open();
    expect(one.sent).toEqual(['{"presence":"away"}', '{"presence":"here"}']);
    expect(await one.frames()).toMatchObject([{ type: "welcome", resumed: true }]);

    const { carrier, frames, open } = stage();
    open();
    await frames();
    carrier.onData('{"presence":"away"}');
    carrier.onConnected(false);
    expect(await frames()).toMatchObject([{ type: "changed", peer: { presence: "away" } }]);
    vi.advanceTimersByTime(limits.seatAfterPageGoneMs - 1);
    carrier.onData('{"presence":"here"}');
    vi.advanceTimersByTime(60_000);
    expect(await frames()).toMatchObject([{ type: "changed", peer: { presence: "here" } }]);
    carrier.onData('{"presence":"away"}');
    vi.advanceTimersByTime(limits.seatAfterPageGoneMs);
    expect((await frames()).at(-1)).toEqual({ type: "left", id: bo.id, reason: "page" });
    vi.advanceTimersByTime(0);
    carrier.onClosed();
    expect(await frames()).toEqual([]);
  });

  it("[O13] one that is not reached is silent, comes back, or is gone after a minute", async () => {
    const { carrier, frames, open } = stage();
    open();
    await frames();
    carrier.onConnected(true);
    expect(await frames()).toEqual([]);
    carrier.onConnected(false);
    expect(await frames()).toMatchObject([{ type: "changed", peer: { presence: "silent" } }]);
    vi.advanceTimersByTime(limits.seatAfterSilenceMs - 1);
    carrier.onConnected(true);
    expect(await frames()).toMatchObject([{ type: "changed", peer: { presence: "here" } }]);
    carrier.onConnected(false);
    vi.advanceTimersByTime(limits.seatAfterSilenceMs);
    expect((await frames()).at(-1)).toEqual({ type: "left", id: bo.id, reason: "timeout" });
    carrier.onData(Uint8Array.of(7));
    expect(await frames()).toEqual([]);
  });

  it("[O16] drops what is too large or no word of it", async () => {
    const { carrier, frames, open } = stage();
    open();
    await frames();
    carrier.onData(new Uint8Array(limits.signalBytes + 1));
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"bye":"banned"}',
      '{"presence":"host"}',
      `{"bye":"left","x":"${"x".repeat(20_000)}"}`,
    ])
      carrier.onData(text);
    expect(await frames()).toEqual([]);
    const { carrier: early, open: openLate, frames: late } = stage();
    for (let i = 0; i < 100; i++) early.onData(Uint8Array.of(i));
    openLate();
    expect(await late()).toHaveLength(1 + 64);
  });

  it("[O16] reads greetings, and nothing that is none", () => {
    expect(readHello(sayHello(ada))).toEqual(ada);
    const withMore = { ...ada, capabilities: ["no-media"] };
    expect(readHello(sayHello(withMore))).toEqual(withMore);
    const bad = [
      { id: "x" },
      { epoch: "x" },
      { card: "x".repeat(3_000) },
      { capabilities: Array(9).fill("a") },
      { card: 1 },
    ];
    for (const change of bad)
      expect(readHello(JSON.stringify({ hello: { ...ada, ...change } }))).toBeUndefined();
    expect(readHello(Uint8Array.of(1))).toBeUndefined();
    expect(readHello('{"hello":null}')).toBeUndefined();
  });
});

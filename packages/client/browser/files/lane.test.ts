import { describe, expect, it, vi } from "vitest";
import type { Peer } from "../api.ts";
import { type Lane, laneCarrier } from "./lane.ts";

/** A data channel as the lane uses it. */
class FakeChannel {
  readyState = "connecting";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  onopen: (() => void) | undefined;
  onclose: (() => void) | undefined;
  onbufferedamountlow: (() => void) | undefined;
  onmessage: ((event: { data: unknown }) => void) | undefined;
  sent = 0;
  open(): void {
    this.readyState = "open";
    this.onopen?.();
  }
  close(): void {
    this.readyState = "closed";
    this.onclose?.();
  }
  send(frame: Uint8Array): void {
    if (this.readyState !== "open") throw new Error("closed");
    this.sent++;
    this.bufferedAmount += frame.length;
  }
  /** The browser got rid of so much. */
  drain(bytes: number): void {
    const before = this.bufferedAmount;
    this.bufferedAmount = Math.max(0, before - bytes);
    if (before > this.bufferedAmountLowThreshold && this.bufferedAmount <= this.bufferedAmountLowThreshold)
      this.onbufferedamountlow?.();
  }
}

function setup(
  pace: () => Promise<void> | undefined = () => undefined,
  lanes?: Parameters<typeof laneCarrier>[1]["lanes"],
) {
  const channel = new FakeChannel();
  const peer = {
    link: { connection: { sctp: { maxMessageSize: 262_144 }, getConfiguration: () => undefined } },
  } as unknown as Peer;
  const lane: Lane = { peer, channel: channel as unknown as RTCDataChannel, onChange() {} };
  const told: boolean[] = [];
  const frames: number[] = [];
  const carrier = laneCarrier(lane, {
    control: () => {},
    onOpen: (isOpen) => told.push(isOpen),
    onFrame: (bytes) => frames.push(bytes.length),
    pace,
    ...(lanes && { lanes }),
  });
  return { channel, lane, told, frames, carrier };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const frame = new Uint8Array(128 * 1024);

describe("the lane of files", () => {
  it("[F13] tells of each connection, and hands over what comes on the present one alone", async () => {
    const { channel, lane, told, frames, carrier } = setup();
    expect(await carrier.send(frame)).toBe(false);
    channel.open();
    channel.onmessage?.({ data: new ArrayBuffer(5) });
    channel.onmessage?.({ data: "text is none of ours" });
    const next = new FakeChannel();
    lane.channel = next as unknown as RTCDataChannel;
    lane.onChange();
    channel.onmessage?.({ data: new ArrayBuffer(6) });
    next.open();
    next.close();
    expect(told).toEqual([true, false, true, false]);
    expect(frames).toEqual([5]);
    expect(await carrier.send(frame)).toBe(false);
  });

  it("[F7] never lets more than 2 MiB wait in the browser, and goes on when there is room", async () => {
    const { channel, carrier } = setup();
    channel.open();
    let sent = 0;
    const sending = (async () => {
      for (let i = 0; i < 100; i++) if (await carrier.send(frame)) sent++;
    })();
    for (let turn = 0; turn < 400 && sent < 100; turn++) {
      await settled();
      expect(channel.bufferedAmount).toBeLessThanOrEqual(2 * 1024 * 1024);
      channel.drain(256 * 1024);
    }
    await sending;
    expect(channel.sent).toBe(100);
  });

  it("[F13] who waits for room hears that the connection is gone", async () => {
    const { channel, lane, carrier } = setup();
    channel.open();
    channel.bufferedAmount = 4 * 1024 * 1024;
    const sending = carrier.send(frame);
    await settled();
    lane.channel = undefined;
    lane.onChange();
    expect(await sending).toBe(false);
  });

  it("[F27] small frames and little in the browser while a call goes on, and a large one still passes", async () => {
    let isCalling = false;
    const { channel, carrier } = setup(() => (isCalling ? Promise.resolve() : undefined));
    channel.open();
    expect(carrier.frameBytes).toBe(128 * 1024);
    isCalling = true;
    expect(carrier.frameBytes).toBe(16 * 1024);
    // Cut before the call began.
    expect(await carrier.send(frame)).toBe(true);
    const sending = carrier.send(frame.subarray(0, 16 * 1024));
    await settled();
    expect(channel.sent).toBe(1);
    channel.drain(100 * 1024);
    expect(await sending).toBe(true);
  });

  /** The page's side of a distance that a test sets; `pass` lets time go by. */
  const timed = () => {
    let now = 0;
    const said: unknown[] = [];
    const due: { readonly at: number; run(): void }[] = [];
    return {
      said,
      lanes: {
        isOfferer: true,
        say: (message: unknown) => void said.push(message),
        now: () => now,
        after(ms: number, run: () => void) {
          const one = { at: now + ms, run };
          due.push(one);
          return () => void due.splice(due.indexOf(one), 1);
        },
      },
      pass(ms: number) {
        now += ms;
        for (const one of due.filter(({ at }) => at <= now)) {
          due.splice(due.indexOf(one), 1);
          one.run();
        }
      },
    };
  };
  const small = new Uint8Array(64 * 1024);

  it("[F116] has 256 KiB under way until it knows how far the other page is, and no bound once that is near", async () => {
    const time = timed();
    const { channel, carrier } = setup(undefined, time.lanes);
    channel.open();
    expect(time.said).toEqual([{ lanes: "ping" }]);
    const sending = (async () => {
      for (let i = 0; i < 8; i++) await carrier.send(small);
    })();
    await settled();
    expect(channel.sent).toBe(4);
    for (let i = 0; i < 3; i++) {
      time.pass(2);
      carrier.heardOfLanes({ lanes: "pong" });
    }
    await sending;
    expect(channel.sent).toBe(8);
  });

  it("[F116] over a distance sends on as the other page says what came", async () => {
    const time = timed();
    const { channel, carrier } = setup(undefined, time.lanes);
    channel.open();
    for (let i = 0; i < 3; i++) {
      time.pass(40);
      carrier.heardOfLanes({ lanes: "pong" });
    }
    const sending = (async () => {
      for (let i = 0; i < 8; i++) await carrier.send(small);
    })();
    await vi.waitFor(() => expect(channel.sent).toBe(4));
    time.pass(40);
    carrier.heardOfLanes({ lanes: "arrived", bytes: 128 * 1024 });
    await vi.waitFor(() => expect(channel.sent).toBe(6));
    carrier.heardOfLanes({ lanes: "arrived", bytes: 256 * 1024 });
    await sending;
    carrier.close();
  });

  it("[F116] is not held up for longer than a second by a page that says nothing at all", async () => {
    const time = timed();
    const { channel, carrier } = setup(undefined, time.lanes);
    channel.open();
    const sending = (async () => {
      for (let i = 0; i < 8; i++) await carrier.send(small);
    })();
    await settled();
    expect(channel.sent).toBe(4);
    time.pass(1_000);
    await sending;
    expect(channel.sent).toBe(8);
  });
});

import { describe, expect, it } from "vitest";
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

function setup(pace: () => Promise<void> | undefined = () => undefined) {
  const channel = new FakeChannel();
  const peer = { link: { connection: { sctp: { maxMessageSize: 262_144 } } } } as unknown as Peer;
  const lane: Lane = { peer, channel: channel as unknown as RTCDataChannel, onChange() {} };
  const told: boolean[] = [];
  const frames: number[] = [];
  const carrier = laneCarrier(lane, {
    control: () => {},
    onOpen: (isOpen) => told.push(isOpen),
    onFrame: (bytes) => frames.push(bytes.length),
    pace,
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
});

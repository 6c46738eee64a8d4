import type { Carrier } from "@parlour/transfer/core";
import type { Peer } from "../api.ts";

/** One peer's channel for pieces, replaced with each connection. */
export interface Lane {
  readonly peer: Peer;
  channel: RTCDataChannel | undefined;
  /** The channel is another one, or gone. */
  onChange: () => void;
}

/**
 * Bytes that wait in the browser: enough to keep a distant connection busy, little enough that what is paused or called
 * off stops within a moment.
 */
const highWater = 2 * 1024 * 1024;
/** Frames of this size were the fastest in both browsers; none takes more than it says (RFC 8841, section 6.1). */
const largestFrame = 128 * 1024;
/** While a call goes on, small ones: nothing of the call waits long behind one. */
const callFrame = 16 * 1024;
const callWater = 128 * 1024;

/** The way to one peer, over whatever connection there is. */
export function laneCarrier(
  lane: Lane,
  setup: {
    readonly control: (message: object) => void;
    readonly onOpen: (isOpen: boolean) => void;
    readonly onFrame: (bytes: Uint8Array<ArrayBuffer>) => void;
    /** Waits before more is sent, for the sake of a call; undefined: no call goes on. */
    readonly pace: (bytes: number) => Promise<void> | undefined;
  },
): Carrier & { close(): void } {
  let channel: RTCDataChannel | undefined;
  let isTold = false;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const all = waiting;
    waiting = [];
    for (const one of all) one();
  };
  const tell = (isOpen: boolean): void => {
    if (isOpen === isTold) return;
    isTold = isOpen;
    setup.onOpen(isOpen);
  };
  const isOpen = (): boolean => channel?.readyState === "open";
  const change = (): void => {
    if (lane.channel === channel) return;
    tell(false);
    channel = lane.channel;
    wake();
    if (!channel) return;
    const mine = channel;
    mine.onopen = () => mine === channel && tell(true);
    mine.onclose = () => {
      if (mine !== channel) return;
      tell(false);
      wake();
    };
    mine.onbufferedamountlow = wake;
    mine.onmessage = ({ data }) => {
      if (mine === channel && data instanceof ArrayBuffer) setup.onFrame(new Uint8Array(data));
    };
    if (isOpen()) tell(true);
  };
  lane.onChange = change;
  change();

  return {
    control: (message) => setup.control(message as object),
    get isOpen() {
      return isOpen();
    },
    get frameBytes() {
      const most = lane.peer.link.connection?.sctp?.maxMessageSize ?? 65_536;
      return Math.min(most, setup.pace(0) ? callFrame : largestFrame);
    },
    async send(frame) {
      const mine = channel;
      const slow = setup.pace(frame.length);
      if (slow) await slow;
      const high = slow ? callWater : highWater;
      if (mine) mine.bufferedAmountLowThreshold = high / 2;
      // Never below the threshold: the browser would not say so again.
      const most = Math.max(high / 2, high - frame.length);
      while (mine && mine === channel && isOpen() && mine.bufferedAmount > most)
        await new Promise<void>((resolve) => void waiting.push(resolve));
      if (!mine || mine !== channel || !isOpen()) return false;
      try {
        mine.send(frame);
        return true;
      } catch {
        // It closed under our hands.
        return false;
      }
    },
    close() {
      lane.onChange = () => {};
      if (channel) channel.onmessage = null;
      channel = undefined;
      wake();
    },
  };
}

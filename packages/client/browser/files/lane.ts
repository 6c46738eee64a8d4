import type { Carrier } from "@parlour/transfer/core";
import type { Peer } from "../api.ts";
import { createArrivals, createFlight, flightLimits } from "./flight.ts";
import { gainOf } from "./gain.ts";
import { createLanes, type LanesSetup } from "./lanes.ts";
import { readLanesMessage } from "./lanes-messages.ts";

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
/** With several ways each has less, in smaller frames: what waits for the slowest holds a whole piece up. */
const sharedWater = 512 * 1024;
const sharedFrame = 64 * 1024;
/** What is over sooner is not worth another connection. */
const enough = 1024 * 1024;
/** Nearer than this one way carries all that there is. */
const farMs = 8;

/** The way to one peer, over whatever connection there is. */
export function laneCarrier(
  lane: Lane,
  setup: {
    readonly control: (message: object) => void;
    readonly onOpen: (isOpen: boolean) => void;
    readonly onFrame: (bytes: Uint8Array<ArrayBuffer>) => void;
    /** Waits before more is sent, for the sake of a call; undefined: no call goes on. */
    readonly pace: (bytes: number) => Promise<void> | undefined;
    /** Undefined: never more than this one. */
    readonly lanes?: Pick<LanesSetup, "isOfferer" | "say" | "now" | "after" | "create">;
  },
): Carrier & { close(): void; heardOfLanes(message: unknown): void } {
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
  const heard = (bytes: Uint8Array<ArrayBuffer>): void => {
    setup.onFrame(bytes);
    // Who gives may find it farther than we do.
    arrivals?.came(bytes.length, distance() * 2 >= farMs);
    // Not every browser says how much waits in it: who takes asks as well as who gives.
    if ((arrivals?.all ?? 0) > enough && !setup.pace(0) && isFar()) lanes?.want();
  };
  const lanes =
    setup.lanes &&
    createLanes({
      ...setup.lanes,
      configuration() {
        const given = lane.peer.link.connection?.getConfiguration();
        return (
          given && {
            iceServers: given.iceServers ?? [],
            iceTransportPolicy: given.iceTransportPolicy ?? "all",
          }
        );
      },
      onFrame: heard,
      onRoom: wake,
      onLost() {
        // What was on it is lost: both sides begin anew, as with another connection.
        flight?.giveUp();
        if (!isTold) return;
        tell(false);
        tell(isOpen());
      },
    });
  const gain = setup.lanes && gainOf(setup.lanes.now);
  /** The shortest round trip so far: a busy machine has long ones now and then. */
  let leastMs = Number.POSITIVE_INFINITY;
  /** Infinite as long as nobody knows. */
  const distance = (): number => {
    leastMs = Math.min(leastMs, lane.peer.link.rttMs ?? lanes?.roundTripMs() ?? leastMs);
    return leastMs;
  };
  const isFar = (): boolean => distance() >= farMs && leastMs < Number.POSITIVE_INFINITY;
  const flight = setup.lanes && createFlight(setup.lanes.now, () => (isFar() ? leastMs : 0));
  const arrivals =
    setup.lanes &&
    createArrivals(
      (bytes) => setup.lanes?.say({ lanes: "arrived", bytes }),
      setup.lanes.now,
      setup.lanes.after,
    );
  const change = (): void => {
    if (lane.channel === channel) return;
    tell(false);
    lanes?.reset();
    leastMs = Number.POSITIVE_INFINITY;
    flight?.reset();
    arrivals?.reset();
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
      if (mine === channel && data instanceof ArrayBuffer) heard(new Uint8Array(data));
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
      const best = lanes && lanes.open.length > 0 ? sharedFrame : largestFrame;
      return Math.min(most, setup.pace(0) ? callFrame : best);
    },
    async send(frame) {
      const mine = channel;
      const slow = setup.pace(frame.length);
      if (slow) await slow;
      while (mine && mine === channel && isOpen()) {
        const more = slow ? [] : (lanes?.open ?? []);
        const high = slow ? callWater : more.length > 0 ? sharedWater : highWater;
        // Never below the threshold: the browser would not say so again.
        const most = Math.max(high / 2, high - frame.length);
        let way = mine;
        let sum = 0;
        for (const one of [mine, ...more]) {
          one.bufferedAmountLowThreshold = high / 2;
          sum += one.bufferedAmount;
          if (one.bufferedAmount < way.bufferedAmount) way = one;
        }
        const isFull = !slow && distance() >= farMs && flight?.isFull(frame.length);
        if (isFull || way.bufferedAmount > most) {
          if (!slow && isFar()) lanes?.want();
          const stop = isFull && setup.lanes?.after(flightLimits.silentMs, wake);
          await new Promise<void>((resolve) => void waiting.push(resolve));
          if (stop) stop();
          continue;
        }
        try {
          way.send(frame);
        } catch {
          // It closed under our hands.
          if (way === mine) return false;
          lanes?.reset();
          continue;
        }
        flight?.sent(frame.length);
        if (way !== mine) lanes?.used();
        if (gain?.note(frame.length, sum + frame.length, more.length > 0) === "none") lanes?.giveUp();
        return true;
      }
      return false;
    },
    heardOfLanes(value) {
      const message = readLanesMessage(value);
      if (message?.lanes === "arrived") {
        flight?.arrived(message.bytes);
        wake();
      } else if (message) lanes?.receive(message);
    },
    close() {
      lane.onChange = () => {};
      arrivals?.reset();
      lanes?.close();
      if (channel) channel.onmessage = null;
      channel = undefined;
      wake();
    },
  };
}

import type { Carrier } from "@parlour/transfer/core";
import type { Peer } from "../api.ts";
import { loaded } from "../later.ts";
import { beginning, createDistance, farMs } from "./distance.ts";
import type { Far } from "./far.ts";
import type { LanesSetup } from "./lanes.ts";
import { type LanesMessage, readLanesMessage } from "./lanes-messages.ts";

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
/** What the other page says before what it is for is loaded. */
const earlyMost = 64;

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
  let isClosed = false;
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
  const over = setup.lanes;
  const distance = over && createDistance(over.say, over.now);
  let far: Far | undefined;
  let isLoading = false;
  let early: LanesMessage[] = [];
  /** Bytes over this connection, and since when. */
  let sent = 0;
  let sentSince = 0;
  let received = 0;
  /** The shortest round trip so far: a busy machine has long ones now and then. */
  let leastMs = Number.POSITIVE_INFINITY;
  /** Infinite as long as nobody knows. */
  const roundTripMs = (): number => {
    for (const ms of [lane.peer.link.rttMs, distance?.leastMs()]) leastMs = Math.min(leastMs, ms ?? leastMs);
    return leastMs;
  };
  const isFrom = (ms: number): boolean => roundTripMs() >= ms && leastMs < Number.POSITIVE_INFINITY;
  const isFar = (): boolean => isFrom(farMs);

  const heard = (bytes: Uint8Array<ArrayBuffer>): void => {
    setup.onFrame(bytes);
    received += bytes.length;
    far?.arrivals.came(bytes.length);
    // Who gives may find it farther than we do.
    if (isFrom(farMs / 2)) load();
    // Not every browser says how much waits in it: who takes asks as well as who gives.
    if (received > enough && !setup.pace(0) && isFar()) far?.lanes.want();
  };
  const load = (): void => {
    if (isLoading || !over) return;
    isLoading = true;
    loaded(() => import("./far.ts")).then(
      ({ createFar }) => {
        if (isClosed) return;
        far = createFar({
          ...over,
          beginning,
          roundTripMs: () => (isFar() ? leastMs : 0),
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
            far?.flight.giveUp();
            if (!isTold) return;
            tell(false);
            tell(isOpen());
          },
        });
        if (sent > 0) far.flight.sent(sent);
        far.arrivals.came(received);
        for (const message of early) far.heard(message);
        early = [];
        wake();
      },
      // Files go on without it.
      () => wake(),
    );
  };
  const isFull = (bytes: number): boolean => {
    if (!over || roundTripMs() < farMs) return false;
    if (isFar()) load();
    if (far) return far.flight.isFull(bytes);
    return sent > 0 && sent + bytes > beginning.bytes && over.now() - sentSince < beginning.ms;
  };
  const change = (): void => {
    if (lane.channel === channel) return;
    tell(false);
    far?.reset();
    distance?.reset();
    leastMs = Number.POSITIVE_INFINITY;
    sent = 0;
    received = 0;
    early = [];
    channel = lane.channel;
    wake();
    if (!channel) return;
    const mine = channel;
    mine.onopen = () => mine === channel && start();
    mine.onclose = () => {
      if (mine !== channel) return;
      tell(false);
      wake();
    };
    mine.onbufferedamountlow = wake;
    mine.onmessage = ({ data }) => {
      if (mine === channel && data instanceof ArrayBuffer) heard(new Uint8Array(data));
    };
    if (isOpen()) start();
  };
  const start = (): void => {
    // Asked before anything is under way, which would make it seem farther.
    distance?.ask();
    tell(true);
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
      if (setup.pace(0)) return Math.min(most, callFrame);
      const best = far && far.lanes.open.length > 0 ? sharedFrame : largestFrame;
      return Math.min(most, best, far && isFar() ? far.flight.frameBytes : best);
    },
    async send(frame) {
      const mine = channel;
      const slow = setup.pace(frame.length);
      if (slow) await slow;
      while (mine && mine === channel && isOpen()) {
        const more = slow ? [] : (far?.lanes.open ?? []);
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
        const isBound = !slow && isFull(frame.length);
        if (isBound || way.bufferedAmount > most) {
          if (!slow && isFar()) far?.lanes.want();
          const stop = isBound && over?.after(beginning.ms, wake);
          await new Promise<void>((resolve) => void waiting.push(resolve));
          if (stop) stop();
          continue;
        }
        try {
          way.send(frame);
        } catch {
          // It closed under our hands.
          if (way === mine) return false;
          far?.lanes.reset();
          continue;
        }
        if (sent === 0) sentSince = over?.now() ?? 0;
        sent += frame.length;
        far?.flight.sent(frame.length);
        if (way !== mine) far?.lanes.used();
        if (far?.gain.note(frame.length, sum + frame.length, more.length > 0) === "none") far.lanes.giveUp();
        return true;
      }
      return false;
    },
    heardOfLanes(value) {
      const message = readLanesMessage(value);
      if (!message || !over || isClosed) return;
      if (message.lanes === "ping" || message.lanes === "pong") distance?.heard(message);
      else if (far) far.heard(message);
      else if (early.length < earlyMost) {
        early.push(message);
        load();
      }
      if (message.lanes === "arrived" || message.lanes === "pong") wake();
    },
    close() {
      lane.onChange = () => {};
      isClosed = true;
      far?.close();
      if (channel) channel.onmessage = null;
      channel = undefined;
      wake();
    },
  };
}

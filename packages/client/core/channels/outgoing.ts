import { channelCount, cost, largeBytes, largePartialBytes, partialBytes, waitingBytes } from "./bounds.ts";
import {
  type Carrier,
  type Delivery,
  type EndCode,
  encodeAnnounce,
  encodePart,
  type Kind,
  nextNumber,
  numberDifference,
} from "./frames.ts";

/**
 * What became of a message that was given to `send`. Each is told once.
 *
 * - `handed`: its last byte was given to the browser (`ordered`, `lossy`);
 * - `taken`: the receiving page has it (`exactly-once`);
 * - `dropped`: a lossy message that found no room, no connection, or no page any more;
 * - `mismatch`: the other page has this channel with another delivery;
 * - `too-many`: more channels than one page may announce;
 * - `ended`: the channels to this page were ended, by a rule or because it is gone.
 */
export type Outcome = "handed" | "taken" | "dropped" | "mismatch" | "too-many" | "ended";
export interface Settled {
  readonly type: "settled";
  readonly id: number;
  readonly outcome: Outcome;
}

/** A message's way: waiting → begun → (unacknowledged →) settled; back to waiting when its connection is lost. */
interface Message {
  readonly id: number;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  /** Undefined until it begins for the first time: until then it can be withdrawn and leaves no gap. */
  number?: number;
}

interface OutgoingChannel {
  readonly number: number;
  readonly name: string;
  readonly delivery: Delivery;
  /** On the present connection. */
  isAnnounced: boolean;
  isRefused: boolean;
  /** How much more the other page keeps of this channel; without bound once it listens. */
  credit: number;
  waiting: Message[];
  /** How much of the first waiting message went over this connection; undefined when it has not begun on it. */
  offset: number | undefined;
  /** Exactly-once: handed, oldest first. */
  unacknowledged: Message[];
  /** Number of the next message that begins. */
  next: number;
  /** One past the highest number that was ever handed whole: nothing from there on can be acknowledged. */
  handed: number;
}

export interface Output<Given = void> {
  readonly frame: Uint8Array<ArrayBuffer>;
  /** To be called once the carrier has the frame; without it, the frame counts as never made. */
  given(): Given;
}

/** The sending half: what waits, what is under way, what may go again. Tells `emit` what became of messages. */
export interface Outgoing {
  send(name: string, delivery: Delivery, kind: Kind, bytes: Uint8Array, id: number): void;
  withdraw(id: number): boolean;
  attach(): void;
  detach(): void;
  pull(carrier: Carrier): Output | undefined;
  /** The other page listens to the channel and has taken every message before `next`. A code when that can't be. */
  taken(channel: number, next: number): EndCode | undefined;
  refused(channel: number): EndCode | undefined;
  end(): void;
}

export function createOutgoing(emit: (effect: Settled) => void): Outgoing {
  const channels: OutgoingChannel[] = [];
  let isAttached = false;
  /** Where the next look for something to send begins: the round robin. */
  let turn = 0;

  const settle = (messages: readonly Message[], outcome: Outcome): void => {
    for (const { id } of messages) emit({ type: "settled", id, outcome });
  };
  const drop = (channel: OutgoingChannel, outcome: Outcome): void => {
    const dropped = [...channel.unacknowledged, ...channel.waiting];
    channel.unacknowledged = [];
    channel.waiting = [];
    channel.offset = undefined;
    settle(dropped, outcome);
  };

  /** Whether the channel's first waiting message may begin now. */
  const mayBegin = (channel: OutgoingChannel, message: Message): boolean => {
    const { bytes } = message;
    if (channel.delivery === "lossy") return true;
    if (channel.credit < cost([message])) return false;
    let total = bytes.length;
    for (const { delivery, offset, waiting } of channels)
      if (offset !== undefined && delivery !== "lossy") total += waiting[0]?.bytes.length ?? 0;
    return total <= (bytes.length > largeBytes ? largePartialBytes : partialBytes);
  };

  const part = (channel: OutgoingChannel): Output | undefined => {
    const { delivery } = channel;
    const [message] = channel.waiting;
    if (!message || (channel.offset === undefined && !mayBegin(channel, message))) return undefined;
    if (message.number === undefined) {
      message.number = channel.next;
      channel.next = nextNumber(message.number);
    }
    channel.offset ??= 0;
    const { bytes, kind, number } = message;
    const { frame, offset } = encodePart(
      delivery === "lossy",
      channel.number,
      { kind, number },
      bytes,
      channel.offset,
    );
    return {
      frame,
      given() {
        channel.offset = offset;
        if (offset < bytes.length) return;
        channel.offset = undefined;
        channel.waiting.shift();
        channel.credit -= cost([message]);
        if (numberDifference(number, channel.handed) >= 0) channel.handed = nextNumber(number);
        if (delivery === "exactly-once") channel.unacknowledged.push(message);
        else settle([message], "handed");
      },
    };
  };

  const announce = (channel: OutgoingChannel): Output => ({
    frame: encodeAnnounce(channel.number, channel.delivery, channel.name),
    given() {
      channel.isAnnounced = true;
    },
  });

  return {
    send(name, delivery, kind, bytes, id) {
      const message: Message = { id, kind, bytes };
      let channel = channels.find((other) => other.name === name);
      if (!channel) {
        if (channels.length === channelCount) return settle([message], "too-many");
        channel = {
          number: channels.length,
          name,
          delivery,
          isAnnounced: false,
          isRefused: false,
          credit: waitingBytes,
          waiting: [],
          offset: undefined,
          unacknowledged: [],
          next: 0,
          handed: 0,
        };
        channels.push(channel);
      }
      if (channel.isRefused) return settle([message], "mismatch");
      const { waiting } = channel;
      waiting.push(message);
      if (delivery !== "lossy") return;
      if (!isAttached) return drop(channel, "dropped");
      const first = channel.offset === undefined ? 0 : 1;
      while (waiting.length > first + 1 && cost(waiting.slice(first)) > waitingBytes)
        settle(waiting.splice(first, 1), "dropped");
    },

    withdraw: (id) =>
      channels.some(({ waiting }) => {
        const at = waiting.findIndex((message) => message.id === id && message.number === undefined);
        return at >= 0 && waiting.splice(at, 1).length > 0;
      }),

    attach() {
      isAttached = true;
    },

    detach() {
      isAttached = false;
      for (const channel of channels) {
        channel.isAnnounced = false;
        channel.offset = undefined;
        if (channel.delivery === "lossy") drop(channel, "dropped");
        if (channel.delivery !== "exactly-once") continue;
        channel.waiting = [...channel.unacknowledged, ...channel.waiting];
        channel.unacknowledged = [];
        // What the other page kept of it is not kept twice.
        if (channel.credit < waitingBytes) channel.credit = waitingBytes;
      }
    },

    pull(carrier) {
      for (let i = 0; i < channels.length; i++) {
        const at = (turn + i) % channels.length;
        const channel = channels[at] as OutgoingChannel;
        const { delivery, isAnnounced, isRefused, next, waiting } = channel;
        const isLossy = delivery === "lossy";
        if (carrier === "control") {
          if (isLossy && !isAnnounced && !isRefused && (next || waiting.length)) return announce(channel);
          continue;
        }
        if (isLossy !== (carrier === "lossy") || !waiting.length) continue;
        // Also one whose messages wait for the other page's word: the announcement asks for it.
        const output = isLossy || isAnnounced ? part(channel) : announce(channel);
        if (!output) continue;
        turn = at + 1;
        return output;
      }
      return undefined;
    },

    taken(number, next) {
      const channel = channels[number];
      if (!channel || channel.delivery === "lossy" || numberDifference(next, channel.handed) > 0)
        return "bad-frame";
      channel.credit = Number.POSITIVE_INFINITY;
      const isTaken = (message: Message | undefined): boolean =>
        message?.number !== undefined && numberDifference(message.number, next) < 0;
      const { unacknowledged, waiting } = channel;
      while (isTaken(unacknowledged[0])) settle(unacknowledged.splice(0, 1), "taken");
      // One that is under way again goes on to its end, and is acknowledged again then.
      while (channel.offset === undefined && isTaken(waiting[0])) settle(waiting.splice(0, 1), "taken");
      return undefined;
    },

    refused(number) {
      const channel = channels[number];
      if (!channel) return "bad-frame";
      channel.isRefused = true;
      drop(channel, "mismatch");
      return undefined;
    },

    end() {
      for (const channel of channels) drop(channel, channel.delivery === "lossy" ? "dropped" : "ended");
    },
  };
}

import {
  channelCount,
  keptBytes,
  keptMessages,
  largeBytes,
  largePartialBytes,
  lossyWaitingBytes,
  lossyWaitingMessages,
  partialBytes,
} from "./bounds.ts";
import {
  type Delivery,
  encodeAnnounce,
  encodePart,
  encodePiece,
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

/** A message's way: waiting → active → (unacknowledged →) settled; back to waiting when its connection is lost. */
interface Message {
  readonly id: number;
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  /** Undefined until its first byte is asked for: until then it can be withdrawn and leaves no gap. */
  number?: number;
}

interface OutgoingChannel {
  readonly number: number;
  readonly name: string;
  readonly delivery: Delivery;
  /** On the present connection. */
  isAnnounced: boolean;
  isRefused: boolean;
  /** The other page listens and takes without bound. Until then `credit` says how much it keeps. */
  isOpen: boolean;
  credit: { messages: number; bytes: number };
  waiting: Message[];
  active: { readonly message: Message; offset: number } | undefined;
  unacknowledged: Message[];
  /** Number of the next message that begins. */
  next: number;
  /** One past the highest number that was ever handed whole: nothing from there on can be acknowledged. */
  handed: number;
}

export interface Output {
  readonly frame: Uint8Array<ArrayBuffer>;
  /** To be called once the carrier has the frame; without it, the frame counts as never made. */
  given(): readonly Settled[];
}

/** The sending half: what waits, what is under way, what may go again. */
export interface Outgoing {
  send(name: string, delivery: Delivery, kind: Kind, bytes: Uint8Array, id: number): Settled[];
  withdraw(id: number): boolean;
  attach(): void;
  detach(): Settled[];
  pull(carrier: "control" | "lossy" | "bulk"): Output | undefined;
  /** The other page listens to the channel and has taken every message before `next`; undefined when that can't be. */
  taken(channel: number, next: number): Settled[] | undefined;
  refused(channel: number): Settled[] | undefined;
  end(): Settled[];
}

export function createOutgoing(): Outgoing {
  const channels: OutgoingChannel[] = [];
  const byName = new Map<string, OutgoingChannel>();
  let isAttached = false;
  /** Bytes of the messages that are active on the ordered carrier. */
  let activeBytes = 0;
  /** Where the next look for something to send begins: the round robin. */
  const turn = { lossy: 0, bulk: 0 };

  const settle = ({ id }: Message, outcome: Outcome): Settled[] => [{ type: "settled", id, outcome }];

  const drop = (channel: OutgoingChannel, outcome: Outcome): Settled[] => {
    const { active, unacknowledged, waiting } = channel;
    if (active && channel.delivery !== "lossy") activeBytes -= active.message.bytes.length;
    channel.active = undefined;
    channel.waiting = [];
    channel.unacknowledged = [];
    return [...unacknowledged, ...(active ? [active.message] : []), ...waiting].flatMap((message) =>
      settle(message, outcome),
    );
  };

  const charge = (channel: OutgoingChannel, message: Message, sign: 1 | -1): void => {
    channel.credit.messages -= sign;
    channel.credit.bytes -= sign * message.bytes.length;
  };

  /** Makes the channel's first waiting message the active one, when it may begin now. */
  const begin = (channel: OutgoingChannel): boolean => {
    const message = channel.waiting[0];
    if (!message) return false;
    const size = message.bytes.length;
    if (channel.delivery !== "lossy") {
      const { credit } = channel;
      if (!channel.isOpen && (credit.messages < 1 || credit.bytes < size)) return false;
      if (activeBytes + size > (size > largeBytes ? largePartialBytes : partialBytes)) return false;
      charge(channel, message, 1);
      activeBytes += size;
    }
    channel.waiting.shift();
    if (message.number === undefined) {
      message.number = channel.next;
      channel.next = nextNumber(channel.next);
    }
    channel.active = { message, offset: 0 };
    return true;
  };

  const part = (channel: OutgoingChannel): Output | undefined => {
    if (!channel.active && !begin(channel)) return undefined;
    if (!channel.active) return undefined;
    const { active, delivery } = channel;
    const { message } = active;
    const { kind, number = 0, bytes } = message;
    const encode = delivery === "lossy" ? encodePiece : encodePart;
    const { frame, offset } = encode(channel.number, { kind, number }, bytes, active.offset);
    const given = (): Settled[] => {
      active.offset = offset;
      if (offset < bytes.length) return [];
      channel.active = undefined;
      if (delivery === "lossy") return settle(message, "handed");
      activeBytes -= bytes.length;
      if (numberDifference(nextNumber(number), channel.handed) > 0) channel.handed = nextNumber(number);
      if (delivery === "ordered") return settle(message, "handed");
      channel.unacknowledged.push(message);
      return [];
    };
    return { frame, given };
  };

  const announce = (channel: OutgoingChannel): Output => ({
    frame: encodeAnnounce(channel.number, channel.delivery, channel.name),
    given() {
      channel.isAnnounced = true;
      return [];
    },
  });

  return {
    send(name, delivery, kind, bytes, id) {
      const message: Message = { id, kind, bytes };
      if (delivery === "lossy" && !isAttached) return settle(message, "dropped");
      let channel = byName.get(name);
      if (!channel) {
        if (channels.length === channelCount) return settle(message, "too-many");
        channel = {
          number: channels.length,
          name,
          delivery,
          isAnnounced: false,
          isRefused: false,
          isOpen: false,
          credit: { messages: keptMessages, bytes: keptBytes },
          waiting: [],
          active: undefined,
          unacknowledged: [],
          next: 0,
          handed: 0,
        };
        channels.push(channel);
        byName.set(name, channel);
      }
      if (channel.isRefused) return settle(message, "mismatch");
      const { waiting } = channel;
      waiting.push(message);
      if (delivery !== "lossy") return [];
      let total = waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const effects: Settled[] = [];
      while (waiting.length > lossyWaitingMessages || (total > lossyWaitingBytes && waiting.length > 1)) {
        const oldest = waiting.shift() as Message;
        total -= oldest.bytes.length;
        effects.push(...settle(oldest, "dropped"));
      }
      return effects;
    },

    withdraw(id) {
      for (const { waiting } of channels) {
        const at = waiting.findIndex((message) => message.id === id);
        if (at < 0) continue;
        if (waiting[at]?.number !== undefined) return false;
        waiting.splice(at, 1);
        return true;
      }
      return false;
    },

    attach() {
      isAttached = true;
    },

    detach() {
      isAttached = false;
      return channels.flatMap((channel) => {
        channel.isAnnounced = false;
        if (channel.delivery === "lossy") return drop(channel, "dropped");
        const { active, unacknowledged, waiting } = channel;
        if (active) activeBytes -= active.message.bytes.length;
        const again = active ? [...unacknowledged, active.message] : unacknowledged;
        for (const message of again) charge(channel, message, -1);
        channel.active = undefined;
        channel.unacknowledged = [];
        channel.waiting = [...again, ...waiting];
        return [];
      });
    },

    pull(carrier) {
      if (carrier === "control") {
        const channel = channels.find(
          ({ delivery, isAnnounced, isRefused, next, waiting }) =>
            delivery === "lossy" && !isAnnounced && !isRefused && (next || waiting.length),
        );
        return channel && announce(channel);
      }
      for (let i = 0; i < channels.length; i++) {
        const at = (turn[carrier] + i) % channels.length;
        const channel = channels[at] as OutgoingChannel;
        if ((channel.delivery === "lossy") !== (carrier === "lossy")) continue;
        if (!channel.active && !channel.waiting.length) continue;
        // Also one whose messages wait for the other page's word: the announcement asks for it.
        const output = carrier === "bulk" && !channel.isAnnounced ? announce(channel) : part(channel);
        if (!output) continue;
        return {
          frame: output.frame,
          given() {
            turn[carrier] = at + 1;
            return output.given();
          },
        };
      }
      return undefined;
    },

    taken(number, next) {
      const channel = channels[number];
      if (!channel || channel.delivery === "lossy") return undefined;
      if (channel.delivery === "ordered") {
        channel.isOpen = true;
        return next === 0 ? [] : undefined;
      }
      if (numberDifference(next, channel.handed) > 0) return undefined;
      channel.isOpen = true;
      const effects: Settled[] = [];
      const take = (message: Message | undefined): boolean => {
        if (message?.number === undefined || numberDifference(message.number, next) >= 0) return false;
        effects.push(...settle(message, "taken"));
        return true;
      };
      // The active one goes on to its end, and is acknowledged again then.
      for (const list of [channel.unacknowledged, channel.waiting]) while (take(list[0])) list.shift();
      return effects;
    },

    refused(number) {
      const channel = channels[number];
      if (!channel) return undefined;
      channel.isRefused = true;
      return drop(channel, "mismatch");
    },

    end: () =>
      channels.flatMap((channel) => drop(channel, channel.delivery === "lossy" ? "dropped" : "ended")),
  };
}

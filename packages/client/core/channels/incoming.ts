import { cost, lossyPartials, overtakingFrames, partialBytes, waitingBytes } from "./bounds.ts";
import {
  type Delivery,
  type EndCode,
  encodeRefuse,
  encodeTaken,
  type Frame,
  type Heading,
  type Kind,
  nextNumber,
  numberDifference,
  pieceBytes,
} from "./frames.ts";
import type { Output } from "./outgoing.ts";

/** A whole message for the app. */
export interface Deliver {
  readonly type: "deliver";
  readonly name: string;
  readonly kind: Kind;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
/** The other page has this channel with another delivery: nothing on it is delivered here. */
export interface Mismatch {
  readonly type: "mismatch";
  readonly name: string;
  readonly ours: Delivery;
  readonly theirs: Delivery;
}

interface Whole {
  readonly kind: Kind;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A message in the making. `bytes` is missing when we have it already and only let it pass. */
interface Partial {
  readonly message: Heading;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  filled: number;
}
interface LossyPartial {
  readonly channel: IncomingChannel;
  readonly message: Heading;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly missing: Set<number>;
}

interface IncomingChannel {
  readonly number: number;
  readonly name: string;
  readonly delivery: Delivery;
  isRefused: boolean;
  /** Number of the next message we want. */
  next: number;
  partial: Partial | undefined;
  /** Messages that came before the page listened, oldest first. */
  kept: Whole[];
}

/** The receiving half: what is in the making, what is kept, what was promised. Tells `emit` what is to be done. */
export interface Incoming {
  /** The page has this channel, with this delivery. */
  open(name: string, delivery: Delivery): void;
  /** The page takes what comes on this channel from now on, beginning with what was kept. */
  listen(name: string): void;
  /** Takes one frame; a code when it breaks a rule. */
  receive(frame: Frame & { type: "announce" | "start" | "more" | "piece" }): EndCode | undefined;
  detach(): void;
  /** The next frame for `control`. */
  pull(): Output | undefined;
  /** Bytes held for the other page at this moment. */
  readonly heldBytes: number;
}

const sum = (lengths: readonly number[]): number => lengths.reduce((total, length) => total + length, 0);
const sizes = (messages: readonly { readonly bytes: Uint8Array }[]): number =>
  sum(messages.map(({ bytes }) => bytes.length));

export function createIncoming(emit: (effect: Deliver | Mismatch) => void): Incoming {
  const channels = new Map<number, IncomingChannel>();
  const opened = new Map<string, Delivery>();
  const listening = new Set<string>();
  /** Channels about which the other page is to be told something, at most once each. */
  const due = new Set<IncomingChannel>();
  let lossy: LossyPartial[] = [];
  let overtaking: (Frame & { type: "piece" })[] = [];

  /** Declared bytes of everything in the making. */
  const promised = (): number =>
    sizes(lossy) + sum([...channels.values()].map(({ partial }) => partial?.bytes?.length ?? 0));
  /** Finds room for a message in the making; lossy ones yield to the others, the oldest first. */
  const reserve = (length: number): Uint8Array<ArrayBuffer> | undefined => {
    while (lossy.length && promised() + length > partialBytes) lossy.shift();
    return promised() + length > partialBytes ? undefined : new Uint8Array(length);
  };

  const deliver = (channel: IncomingChannel, { kind, bytes }: Whole): void =>
    emit({ type: "deliver", name: channel.name, kind, bytes });

  const refuse = (channel: IncomingChannel, ours: Delivery): void => {
    channel.partial = undefined;
    channel.kept = [];
    channel.isRefused = true;
    lossy = lossy.filter((partial) => partial.channel !== channel);
    due.add(channel);
    emit({ type: "mismatch", name: channel.name, ours, theirs: channel.delivery });
  };

  const arrived = (channel: IncomingChannel, whole: Whole): EndCode | undefined => {
    if (listening.has(channel.name)) {
      if (channel.delivery === "exactly-once") due.add(channel);
      deliver(channel, whole);
      return undefined;
    }
    const { kept } = channel;
    kept.push(whole);
    while (cost(kept) > waitingBytes) {
      if (channel.delivery !== "lossy") return "too-many";
      kept.shift();
    }
    return undefined;
  };

  const announced = (number: number, name: string, delivery: Delivery): EndCode | undefined => {
    let channel = channels.get(number);
    if (!channel) {
      channel = { number, name, delivery, isRefused: false, next: 0, partial: undefined, kept: [] };
      channels.set(number, channel);
    }
    if (channel.name !== name || channel.delivery !== delivery) return "bad-frame";
    const ours = opened.get(name);
    if (ours && ours !== delivery && !channel.isRefused) refuse(channel, ours);
    else if (channel.isRefused || (delivery !== "lossy" && listening.has(name))) due.add(channel);
    const early = overtaking;
    overtaking = [];
    let code: EndCode | undefined;
    // Those of other channels find themselves waiting again.
    for (const piece of early) code ??= pieced(piece);
    return code;
  };

  const started = (channel: IncomingChannel, message: Heading): EndCode | undefined => {
    if (channel.partial || channel.delivery === "lossy") return "bad-frame";
    const ahead = numberDifference(message.number, channel.next);
    // An ordered message is never sent twice, but those before it may have been lost with their connection.
    if (channel.delivery === "ordered" ? ahead < 0 : ahead > 0) return "bad-frame";
    const bytes = ahead < 0 ? undefined : reserve(message.length);
    if (ahead >= 0 && !bytes) return "too-large";
    channel.partial = { message, bytes, filled: 0 };
    return undefined;
  };

  const filled = (channel: IncomingChannel, payload: Uint8Array): EndCode | undefined => {
    const { partial } = channel;
    if (!partial) return "bad-frame";
    const { bytes, message } = partial;
    if (partial.filled + payload.length > message.length) return "bad-frame";
    bytes?.set(payload, partial.filled);
    partial.filled += payload.length;
    if (partial.filled < message.length) return undefined;
    channel.partial = undefined;
    if (bytes) {
      channel.next = nextNumber(message.number);
      return arrived(channel, { kind: message.kind, bytes });
    }
    if (listening.has(channel.name)) due.add(channel);
    return undefined;
  };

  const pieced = (frame: Frame & { type: "piece" }): EndCode | undefined => {
    const { index, message, payload } = frame;
    const channel = channels.get(frame.channel);
    if (!channel) {
      overtaking.push(frame);
      if (overtaking.length > overtakingFrames) overtaking.shift();
      return undefined;
    }
    if (channel.delivery !== "lossy") return "bad-frame";
    if (channel.isRefused) return undefined;
    const { kind, length } = message;
    let partial = lossy.find((other) => other.channel === channel && other.message.number === message.number);
    if (!partial) {
      if (lossy.length === lossyPartials) lossy.shift();
      const bytes = reserve(length);
      // The others need the room: a lossy message may be lost.
      if (!bytes) return undefined;
      const count = Math.ceil(length / pieceBytes) || 1;
      partial = { channel, message, bytes, missing: new Set(Array(count).keys()) };
      lossy.push(partial);
    }
    const { bytes, missing } = partial;
    if (length !== bytes.length || kind !== partial.message.kind || !missing.delete(index))
      return "bad-frame";
    bytes.set(payload, index * pieceBytes);
    if (missing.size) return undefined;
    lossy = lossy.filter((other) => other !== partial);
    return arrived(channel, { kind, bytes });
  };

  return {
    open(name, delivery) {
      opened.set(name, delivery);
      for (const channel of channels.values())
        if (channel.name === name && channel.delivery !== delivery) refuse(channel, delivery);
    },

    listen(name) {
      listening.add(name);
      for (const channel of channels.values()) {
        if (channel.name !== name || channel.isRefused) continue;
        if (channel.delivery !== "lossy") due.add(channel);
        for (const whole of channel.kept.splice(0)) deliver(channel, whole);
      }
    },

    receive(frame) {
      if (frame.type === "announce") return announced(frame.channel, frame.name, frame.delivery);
      if (frame.type === "piece") return pieced(frame);
      const channel = channels.get(frame.channel);
      if (!channel) return "bad-frame";
      if (channel.isRefused) return undefined;
      return (
        (frame.type === "start" ? started(channel, frame.message) : undefined) ??
        filled(channel, frame.payload)
      );
    },

    detach() {
      for (const channel of channels.values()) channel.partial = undefined;
      lossy = [];
      overtaking = [];
      // Each channel is announced again on the next connection before it is used, and answered then.
      due.clear();
    },

    pull() {
      for (const channel of due) {
        const { isRefused, next, number } = channel;
        return {
          frame: isRefused ? encodeRefuse(number) : encodeTaken(number, next),
          given: () => void due.delete(channel),
        };
      }
      return undefined;
    },

    get heldBytes() {
      const kept = [...channels.values()].map((channel) => sizes(channel.kept));
      return promised() + sum(kept) + sum(overtaking.map(({ payload }) => payload.length));
    },
  };
}

import {
  keptBytes,
  keptMessages,
  lossyPartials,
  lossyStaleAfter,
  overtakingFrames,
  partialBytes,
} from "./bounds.ts";
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
  readonly channel: number;
  readonly message: Heading;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly missing: Set<number>;
}

interface IncomingChannel {
  readonly name: string;
  readonly delivery: Delivery;
  isRefused: boolean;
  /** Number of the next message we want. */
  next: number;
  partial: Partial | undefined;
  /** Messages that came before the page listened, oldest first. */
  kept: Whole[];
}

/** The receiving half: what is in the making, what is kept, what was promised. */
export interface Incoming {
  /** The page has this channel, with this delivery. */
  open(name: string, delivery: Delivery): Mismatch[];
  /** The page takes what comes on this channel from now on, beginning with what was kept. */
  listen(name: string): Deliver[];
  /** Takes one frame; a code when it breaks a rule. */
  receive(frame: Frame & { type: "announce" | "start" | "more" | "piece" }): (Deliver | Mismatch)[] | EndCode;
  detach(): void;
  /** The next frame for `control`. */
  pull(): Output | undefined;
  /** Bytes held for the other page at this moment. */
  readonly heldBytes: number;
}

export function createIncoming(): Incoming {
  const channels = new Map<number, IncomingChannel>();
  const opened = new Map<string, Delivery>();
  const listening = new Set<string>();
  /** Channels about which the other page is to be told something, at most once each. */
  const takenDue = new Set<number>();
  const refuseDue = new Set<number>();
  let lossy: LossyPartial[] = [];
  let overtaking: (Frame & { type: "piece" })[] = [];
  /** Declared bytes of everything in the making. */
  let promised = 0;

  const giveUp = (lost: (partial: LossyPartial) => boolean): void => {
    lossy = lossy.filter((partial) => {
      const isLost = lost(partial);
      if (isLost) promised -= partial.bytes.length;
      return !isLost;
    });
  };
  /** Finds room for a message in the making; lossy ones yield to the others, the oldest first. */
  const reserve = (length: number): Uint8Array<ArrayBuffer> | undefined => {
    for (let oldest = lossy[0]; oldest && promised + length > partialBytes; oldest = lossy[0])
      giveUp((partial) => partial === oldest);
    if (promised + length > partialBytes) return undefined;
    promised += length;
    return new Uint8Array(length);
  };

  const refuse = (number: number, channel: IncomingChannel, ours: Delivery): Mismatch[] => {
    if (channel.partial?.bytes) promised -= channel.partial.bytes.length;
    channel.partial = undefined;
    channel.kept = [];
    channel.isRefused = true;
    giveUp((partial) => partial.channel === number);
    refuseDue.add(number);
    return [{ type: "mismatch", name: channel.name, ours, theirs: channel.delivery }];
  };

  const arrived = (number: number, channel: IncomingChannel, whole: Whole): Deliver[] | EndCode => {
    if (listening.has(channel.name)) {
      if (channel.delivery === "exactly-once") takenDue.add(number);
      return [{ type: "deliver", name: channel.name, ...whole }];
    }
    const { kept } = channel;
    kept.push(whole);
    const isOver = (): boolean =>
      kept.length > keptMessages || kept.reduce((sum, { bytes }) => sum + bytes.length, 0) > keptBytes;
    if (channel.delivery !== "lossy") return isOver() ? "too-many" : [];
    while (isOver()) kept.shift();
    return [];
  };

  const announced = (frame: Frame & { type: "announce" }): (Deliver | Mismatch)[] | EndCode => {
    const { channel: number, name, delivery } = frame;
    let channel = channels.get(number);
    if (channel) {
      if (channel.name !== name || channel.delivery !== delivery || channel.partial) return "bad-frame";
    } else {
      for (const { name: other } of channels.values()) if (other === name) return "bad-frame";
      channel = { name, delivery, isRefused: false, next: 0, partial: undefined, kept: [] };
      channels.set(number, channel);
    }
    const ours = opened.get(name);
    if (channel.isRefused) refuseDue.add(number);
    else if (ours && ours !== delivery) return refuse(number, channel, ours);
    else if (delivery !== "lossy" && listening.has(name)) takenDue.add(number);
    const early = overtaking.filter((piece) => piece.channel === number);
    overtaking = overtaking.filter((piece) => piece.channel !== number);
    const effects: (Deliver | Mismatch)[] = [];
    for (const piece of early) {
      const result = pieced(piece);
      if (typeof result === "string") return result;
      effects.push(...result);
    }
    return effects;
  };

  const started = (
    number: number,
    channel: IncomingChannel,
    message: Heading,
    payload: Uint8Array,
  ): Deliver[] | EndCode => {
    if (channel.partial || channel.delivery === "lossy") return "bad-frame";
    const ahead = numberDifference(message.number, channel.next);
    // An ordered message is never sent twice, but those before it may have been lost with their connection.
    if (channel.delivery === "ordered" ? ahead < 0 : ahead > 0) return "bad-frame";
    const bytes = ahead < 0 ? undefined : reserve(message.length);
    if (ahead >= 0 && !bytes) return "too-large";
    channel.partial = { message, bytes, filled: 0 };
    return filled(number, channel, channel.partial, payload);
  };

  const filled = (
    number: number,
    channel: IncomingChannel,
    partial: Partial,
    payload: Uint8Array,
  ): Deliver[] | EndCode => {
    const { bytes, message } = partial;
    if (partial.filled + payload.length > message.length) return "bad-frame";
    bytes?.set(payload, partial.filled);
    partial.filled += payload.length;
    if (partial.filled < message.length) return [];
    channel.partial = undefined;
    if (!bytes) {
      if (listening.has(channel.name)) takenDue.add(number);
      return [];
    }
    promised -= bytes.length;
    channel.next = nextNumber(message.number);
    return arrived(number, channel, { kind: message.kind, bytes });
  };

  const pieced = (frame: Frame & { type: "piece" }): Deliver[] | EndCode => {
    const { channel: number, index, message, payload } = frame;
    const channel = channels.get(number);
    if (!channel) {
      overtaking.push(frame);
      if (overtaking.length > overtakingFrames) overtaking.shift();
      return [];
    }
    if (channel.delivery !== "lossy") return "bad-frame";
    if (channel.isRefused) return [];
    const age = (partial: LossyPartial): number => numberDifference(message.number, partial.message.number);
    giveUp((partial) => partial.channel === number && age(partial) > lossyStaleAfter);
    const { kind, length } = message;
    let partial = lossy.find((other) => other.channel === number && age(other) === 0);
    if (!partial) {
      if (lossy.length === lossyPartials) giveUp((other) => other === lossy[0]);
      const bytes = reserve(length);
      // The others need the room: a lossy message may be lost.
      if (!bytes) return [];
      const count = Math.max(1, Math.ceil(length / pieceBytes));
      partial = { channel: number, message, bytes, missing: new Set(Array(count).keys()) };
      lossy.push(partial);
    }
    const { bytes, missing } = partial;
    if (length !== bytes.length || kind !== partial.message.kind || !missing.delete(index))
      return "bad-frame";
    bytes.set(payload, index * pieceBytes);
    if (missing.size) return [];
    giveUp((other) => other === partial);
    return arrived(number, channel, { kind, bytes });
  };

  return {
    open(name, delivery) {
      opened.set(name, delivery);
      return [...channels].flatMap(([number, channel]) =>
        channel.name === name && channel.delivery !== delivery && !channel.isRefused
          ? refuse(number, channel, delivery)
          : [],
      );
    },

    listen(name) {
      listening.add(name);
      return [...channels].flatMap(([number, channel]) => {
        if (channel.name !== name || channel.isRefused) return [];
        if (channel.delivery !== "lossy") takenDue.add(number);
        const { kept } = channel;
        channel.kept = [];
        return kept.map((whole): Deliver => ({ type: "deliver", name, ...whole }));
      });
    },

    receive(frame) {
      if (frame.type === "announce") return announced(frame);
      if (frame.type === "piece") return pieced(frame);
      const channel = channels.get(frame.channel);
      if (!channel) return "bad-frame";
      if (channel.isRefused) return [];
      if (frame.type === "start") return started(frame.channel, channel, frame.message, frame.payload);
      if (!channel.partial) return "bad-frame";
      return filled(frame.channel, channel, channel.partial, frame.payload);
    },

    detach() {
      for (const channel of channels.values()) {
        if (channel.partial?.bytes) promised -= channel.partial.bytes.length;
        channel.partial = undefined;
      }
      giveUp(() => true);
      overtaking = [];
      // Each channel is announced again on the next connection before it is used, and answered then.
      takenDue.clear();
      refuseDue.clear();
    },

    pull() {
      const output = (due: Set<number>, number: number, frame: Output["frame"]): Output => ({
        frame,
        given() {
          due.delete(number);
          return [];
        },
      });
      for (const number of refuseDue) return output(refuseDue, number, encodeRefuse(number));
      for (const number of takenDue) {
        const channel = channels.get(number);
        const next = channel?.delivery === "exactly-once" ? channel.next : 0;
        return output(takenDue, number, encodeTaken(number, next));
      }
      return undefined;
    },

    get heldBytes() {
      const kept = [...channels.values()].flatMap((channel) => channel.kept);
      return (
        promised +
        kept.reduce((sum, { bytes }) => sum + bytes.length, 0) +
        overtaking.reduce((sum, { payload }) => sum + payload.length, 0)
      );
    },
  };
}

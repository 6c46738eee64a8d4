import type { Channel, Message, Peer, PeerId, Room } from "@parlour/client";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";
import type { Announcer } from "./announcer.ts";

/** The reactions there are. Nothing else is shown, whatever comes over the wire. */
export const reactions: readonly string[] = ["👍", "👏", "❤️", "😂", "😮", "🎉"];

/** A reaction over somebody's tile. */
export interface Floating {
  readonly key: number;
  readonly id: PeerId;
  readonly emoji: string;
  /** When it goes. */
  readonly until: number;
}

/** So long a reaction is seen. */
const floatingMs = 3_000;
const sweepMs = 500;
/** Of one person at a time: whoever sends more is not heard more. */
const mostAtOnce = 5;
/** The highest number of a raised hand that is believed: an hour of raising and lowering is far below. */
const mostRaised = 1_000_000;

/** What a page asks that has just come: whose hand is up? */
const question = "?";

interface GesturesPort {
  readonly now: () => number;
  every(ms: number, run: () => void): () => void;
}

/**
 * Reactions and raised hands. Both go from page to page over the channels: a reaction may be lost, a raised hand may not, and whoever
 * comes later asks for it. Each hand has a number one above all that its page knew of, so that all pages show the same order.
 */
export class Gestures {
  readonly floating: Signal<readonly Floating[]> = signal([]);
  /** Who has a hand up, the first to raise it first. */
  readonly hands: ReadonlySignal<readonly PeerId[]> = computed(() =>
    [...this.#numbers.value].sort(([idA, a], [idB, b]) => a - b || (idA < idB ? -1 : 1)).map(([id]) => id),
  );
  /** The choice of reactions is open. */
  readonly isChoosing: Signal<boolean> = signal(false);
  readonly #numbers: Signal<ReadonlyMap<PeerId, number>> = signal(new Map());
  readonly #room: Room;
  readonly #announcer: Announcer;
  readonly #port: GesturesPort;
  readonly #handChannel: Channel;
  readonly #reactionChannel: Channel;
  readonly #stops: (() => void)[];
  #stopSweeping: (() => void) | undefined;
  #count = 0;

  constructor(room: Room, announcer: Announcer, port: GesturesPort) {
    this.#room = room;
    this.#announcer = announcer;
    this.#port = port;
    this.#handChannel = room.channel("hands", { delivery: "exactly-once", opensLink: false });
    this.#reactionChannel = room.channel("reactions", { delivery: "lossy", opensLink: false });
    this.#stops = [
      this.#handChannel.on("message", (data, peer) => this.#handHeard(data, peer)),
      this.#reactionChannel.on("message", (data, peer) => this.#reactionHeard(data, peer)),
      // A page that is closed takes its hand down.
      room.on("peer-changed", ({ id, presence }) => {
        if (presence === "away") this.#setHand(id, 0);
      }),
      room.on("peer-left", ({ id }) => {
        this.#setHand(id, 0);
      }),
    ];
    this.#tell(question);
  }

  get isHandRaised(): boolean {
    return this.#numbers.value.has(this.#room.self.id);
  }

  react(emoji: string): void {
    if (!reactions.includes(emoji) || this.#float(this.#room.self.id, emoji) === "too-many") return;
    void this.#reactionChannel.send(emoji).catch(() => undefined);
  }

  toggleHand(): void {
    const { id } = this.#room.self;
    const isUp = !this.isHandRaised;
    const next = Math.max(0, ...this.#numbers.peek().values()) + 1;
    this.#setHand(id, isUp ? Math.min(next, mostRaised) : 0);
    this.#announcer.say(isUp ? words.gestures.yoursIsUp : words.gestures.yoursIsDown);
    this.#tell(this.#numbers.peek().get(id) ?? 0);
  }

  stop(): void {
    this.#stopSweeping?.();
    for (const stop of this.#stops) stop();
  }

  #tell(what: number | typeof question, to?: Peer): void {
    const sent = this.#handChannel.send(what, to === undefined ? {} : { to });
    // Who is gone before they heard it does not need to hear it.
    sent.catch(() => undefined);
  }

  #handHeard(data: Message, peer: Peer): void {
    if (!this.#room.peers.has(peer.id)) return;
    if (data === question) {
      // Another page than the one that may have raised it.
      this.#setHand(peer.id, 0);
      const number = this.#numbers.peek().get(this.#room.self.id);
      if (number !== undefined) this.#tell(number, peer);
      return;
    }
    if (typeof data !== "number" || !Number.isInteger(data) || data < 0 || data > mostRaised) return;
    const wasUp = this.#numbers.peek().has(peer.id);
    this.#setHand(peer.id, data);
    if (data > 0 && !wasUp) this.#announcer.say(words.gestures.raised(peer.name));
    if (data === 0 && wasUp) this.#announcer.mention(words.gestures.lowered(peer.name));
  }

  #reactionHeard(data: Message, peer: Peer): void {
    if (typeof data !== "string" || !reactions.includes(data)) return;
    // One of many is read out: the others would drown what is said.
    if (this.#float(peer.id, data) === "first")
      this.#announcer.mention(words.gestures.reacted(peer.name, data));
  }

  #setHand(id: PeerId, number: number): void {
    const numbers = new Map(this.#numbers.peek());
    if (number === 0 && !numbers.delete(id)) return;
    if (number > 0) numbers.set(id, number);
    this.#numbers.value = numbers;
  }

  #float(id: PeerId, emoji: string): "first" | "more" | "too-many" {
    const now = this.#port.now();
    const before = this.floating.peek().filter(({ until }) => until > now);
    const theirs = before.filter((one) => one.id === id).length;
    if (theirs >= mostAtOnce) return "too-many";
    this.#count += 1;
    this.floating.value = [...before, { key: this.#count, id, emoji, until: now + floatingMs }];
    this.#stopSweeping ??= this.#port.every(sweepMs, () => this.#sweep());
    return theirs === 0 ? "first" : "more";
  }

  #sweep(): void {
    const now = this.#port.now();
    this.floating.value = this.floating.peek().filter(({ until }) => until > now);
    if (this.floating.peek().length > 0) return;
    this.#stopSweeping?.();
    this.#stopSweeping = undefined;
  }
}

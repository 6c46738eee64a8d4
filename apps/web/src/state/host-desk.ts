import type { Peer, PeerId, Room } from "@parlour/client";
import { type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";
import type { Announcer } from "./announcer.ts";

/** Someone who knocked and waits. */
export interface Knocker {
  readonly id: PeerId;
  readonly name: string;
  readonly country: string | undefined;
}

/** What can be told about the room itself, as it is now. */
export interface RoomRules {
  readonly title: string | undefined;
  readonly isLocked: boolean;
  readonly isKnocking: boolean;
  readonly hasPasscode: boolean;
}

/** The host's side of a room: who waits, what the rules are, and what can be done. What fails is said. */
export class HostDesk {
  readonly rules: Signal<RoomRules>;
  readonly waiting: Signal<readonly Knocker[]> = signal([]);
  readonly #room: Room;
  readonly #announcer: Announcer;
  readonly #stops: (() => void)[];

  constructor(room: Room, announcer: Announcer) {
    this.#room = room;
    this.#announcer = announcer;
    this.rules = signal(this.#rulesNow());
    this.#stops = [
      room.on("room", () => this.#rulesChanged()),
      room.on("waiting", () => this.#waitingChanged(true)),
    ];
    this.#waitingChanged(false);
  }

  set(changes: Parameters<Room["host"]["set"]>[0]): Promise<boolean> {
    return this.#try(() => this.#room.host.set(changes));
  }
  admit(id: PeerId): Promise<boolean> {
    return this.#try(() => this.#room.host.admit(id));
  }
  deny(id: PeerId): Promise<boolean> {
    return this.#try(() => this.#room.host.deny(id));
  }
  mute(id: PeerId, kind: "audio" | "video"): Promise<boolean> {
    return this.#about(id, (peer) => this.#room.host.mute(peer, kind));
  }
  remove(id: PeerId): Promise<boolean> {
    return this.#about(id, (peer) => this.#room.host.remove(peer));
  }
  handOver(id: PeerId): Promise<boolean> {
    return this.#about(id, (peer) => this.#room.host.handOver(peer));
  }
  end(): Promise<boolean> {
    return this.#try(() => this.#room.host.end());
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #about(id: PeerId, act: (peer: Peer) => Promise<void>): Promise<boolean> {
    const peer = this.#room.peers.get(id);
    // They left between the menu and the press.
    return peer === undefined ? Promise.resolve(false) : this.#try(() => act(peer));
  }

  /** True when it worked. */
  async #try(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (problem) {
      const { message, hint } = problem as { message?: string; hint?: string };
      const reason = [message, hint].filter((part) => part !== undefined && part !== "").join(" ");
      this.#announcer.warn(`${words.host.failed} ${reason}`.trim());
      return false;
    }
  }

  #rulesNow(): RoomRules {
    const { title, isLocked, isKnocking, hasPasscode } = this.#room;
    return { title, isLocked, isKnocking, hasPasscode };
  }

  #rulesChanged(): void {
    const before = this.rules.peek();
    this.rules.value = this.#rulesNow();
    const { isLocked } = this.rules.peek();
    if (isLocked !== before.isLocked) this.#announcer.say(isLocked ? words.host.isLocked : words.host.isOpen);
  }

  #waitingChanged(isNews: boolean): void {
    const before = this.waiting.peek();
    this.waiting.value = [...this.#room.waiting.values()].map(({ id, name, country }) => ({
      id,
      name,
      country,
    }));
    if (!isNews) return;
    for (const { id, name } of this.waiting.peek()) {
      if (!before.some((one) => one.id === id)) this.#announcer.mention(words.host.waits(name));
    }
  }
}

import type { PeerId, Room } from "@parlour/client";
import { type Signal, signal } from "@preact/signals";
import type { Settings } from "./settings.ts";

/** So often it is looked at: a machine that is unplugged offers it no more, and says nothing of that. */
const lookMs = 1_000;

/** Pages that pass the others' media on where no forwarder runs, and this page's own part in that; for who looks at it. */
export class Passing {
  /** Who passes on now; empty while the room goes another way. */
  readonly passers: Signal<readonly PeerId[]> = signal([]);
  /** To how many this page passes on. */
  readonly served: Signal<number> = signal(0);
  /** This page would. */
  readonly isOffered: Signal<boolean> = signal(false);
  readonly #room: Room;
  readonly #settings: Settings;
  readonly #stops: readonly (() => void)[];

  constructor(room: Room, settings: Settings, every: (ms: number, run: () => void) => () => void) {
    this.#room = room;
    this.#settings = settings;
    this.#look();
    this.#stops = [room.on("room", () => this.#look()), every(lookMs, () => this.#look())];
  }

  #look(): void {
    const { topology, passers = {}, self } = this.#room;
    const all = topology === "peer" ? Object.keys(passers) : [];
    if (JSON.stringify(all) !== JSON.stringify(this.passers.peek())) this.passers.value = all;
    this.served.value = topology === "peer" ? (passers[self.id]?.length ?? 0) : 0;
    this.isOffered.value = this.#room.passOn === true;
  }

  choose(isOn: boolean): void {
    this.#settings.choosePassOn(isOn);
    this.#room.passOn = isOn;
    this.#look();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }
}

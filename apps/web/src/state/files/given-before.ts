import type { Offerable } from "@parlour/client";
import { type Signal, signal } from "@preact/signals";

/** What this page had on offer before it was loaded again. */
export interface Given {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The one it was for, by id; missing for everyone. */
  readonly to?: string;
  /** Where the browser gave some: with them it can be offered again without choosing it again. */
  readonly handles: readonly FileSystemHandle[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Where it is remembered, for one room. */
export interface GivenMemory {
  load(): Promise<readonly Given[]>;
  save(given: readonly Given[]): Promise<void>;
}

/** Older than this it is no longer what anybody waits for. */
const rememberedMs = 24 * 3_600_000;
const rememberedMost = 20;

/**
 * Offers end with the page that makes them, but takers wait: after a reload of the giver's page the same files offered again go on where they
 * stopped. Leaving the room ends it for good.
 */
export class GivenBefore {
  /** Not on offer again so far, newest last. */
  readonly list: Signal<readonly Given[]> = signal([]);
  readonly #memory: GivenMemory;
  readonly #now: () => number;
  #present: readonly Given[] = [];
  readonly #loaded: Promise<void>;

  constructor(memory: GivenMemory, now: () => number) {
    this.#memory = memory;
    this.#now = now;
    this.#loaded = memory.load().then(
      (given) => {
        this.list.value = given.filter(({ at }) => now() - at < rememberedMs);
      },
      // Then it is chosen again without being reminded.
      () => undefined,
    );
  }

  /** Something is on offer now. */
  async remember(one: Omit<Given, "at" | "handles">, offered: readonly Offerable[]): Promise<void> {
    await this.#loaded;
    const handles = offered.filter((each): each is FileSystemHandle => "kind" in each);
    // Half of it would be another offer.
    const all = handles.length === offered.length ? handles : [];
    this.#present = [...this.#present, { ...one, handles: all, at: this.#now() }].slice(-rememberedMost);
    this.list.value = this.list.peek().filter(({ name, size }) => name !== one.name || size !== one.size);
    await this.#save();
  }

  /** It is no longer on offer, or not wanted again. */
  async forget(id: string): Promise<void> {
    await this.#loaded;
    const others = (given: readonly Given[]) => given.filter((one) => one.id !== id);
    this.#present = others(this.#present);
    this.list.value = others(this.list.peek());
    await this.#save();
  }

  async forgetAll(): Promise<void> {
    await this.#loaded;
    this.#present = [];
    this.list.value = [];
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.#memory.save([...this.list.peek(), ...this.#present]).catch(() => undefined);
  }
}

import { type Signal, signal } from "@preact/signals";

/** Sound pressure (0 to 1, linear) from which someone counts as speaking. */
const spokenLevel = 0.015;
/** Pauses between words are no ends. */
const pauseMs = 800;
/** How long someone must have been foremost before another one is. */
const foremostMs = 1_500;

type Levels = ReadonlyMap<string, number | undefined>;

/** Who speaks now, from their sound levels. */
export class Speaking {
  readonly ids: Signal<ReadonlySet<string>> = signal(new Set());
  /** Who spoke loudest lately; stays when everyone is silent, so that pictures don't jump. */
  readonly foremost: Signal<string | undefined> = signal(undefined);
  readonly #lastHeard = new Map<string, number>();
  #foremostSince = Number.NEGATIVE_INFINITY;

  /** Takes everyone's level at one moment, undefined for who is muted; who is not in it is gone. */
  sample(levels: Levels, now: number): void {
    let loudest: string | undefined;
    for (const [id, level] of levels) {
      if (level === undefined) this.#lastHeard.delete(id);
      if (level === undefined || level < spokenLevel) continue;
      this.#lastHeard.set(id, now);
      if (loudest === undefined || level > (levels.get(loudest) ?? 0)) loudest = id;
    }
    for (const [id, at] of this.#lastHeard) {
      if (!levels.has(id) || now - at > pauseMs) this.#lastHeard.delete(id);
    }
    const before = this.ids.peek();
    if (before.size !== this.#lastHeard.size || [...this.#lastHeard.keys()].some((id) => !before.has(id))) {
      this.ids.value = new Set(this.#lastHeard.keys());
    }
    this.#choose(loudest, levels, now);
  }

  #choose(loudest: string | undefined, levels: Levels, now: number): void {
    const present = this.foremost.peek();
    const isGone = present !== undefined && !levels.has(present);
    const mayChange = present === undefined || isGone || now - this.#foremostSince >= foremostMs;
    if (isGone && loudest === undefined) this.foremost.value = undefined;
    if (loudest === undefined || loudest === present || !mayChange) return;
    this.foremost.value = loudest;
    this.#foremostSince = now;
  }
}

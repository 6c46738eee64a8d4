/** Louder than this (score, 127 - level in -dBov) counts as speaking. */
const speakingScore = 72;
/** Who had a place keeps it until another is this much louder. */
const keepingScore = 10;
const silentAfterMs = 400;

/** How loud one source was lately: quickly up, slowly down, so that a pause between words changes nothing. */
export class Loudness {
  /** 0 is silent, 127 the loudest. */
  score = 0;
  #at = Number.NaN;

  /** `level` in -dBov as last heard, at `levelAt`. */
  update(level: number, levelAt: number, now: number): void {
    const heard = now - levelAt > silentAfterMs ? 0 : 127 - level;
    const elapsed = Number.isNaN(this.#at) ? 0 : now - this.#at;
    this.#at = now;
    if (heard > this.score) this.score += (heard - this.score) * Math.min(1, 0.35 + elapsed / 1_000);
    // 30 dB in a second.
    else this.score = Math.max(heard, this.score - elapsed * 0.03);
  }
  get isSpeaking(): boolean {
    return this.score >= speakingScore;
  }
}

/** The `count` loudest of them, with some favour for those that `has` a place already. */
export function loudest<Source extends { readonly loudness: Loudness }>(
  sources: readonly Source[],
  count: number,
  has: (source: Source) => boolean,
): Source[] {
  if (sources.length <= count) return [...sources];
  const rank = (source: Source): number => source.loudness.score + (has(source) ? keepingScore : 0);
  return [...sources].sort((a, b) => rank(b) - rank(a)).slice(0, count);
}

import { type Hearing, meterPart } from "../state/hearing.ts";
import { words } from "../words/words.ts";

/** How loud your microphone is, as a thin bar that moves. */
export function LevelBar({ hearing }: { readonly hearing: Hearing }) {
  const part = meterPart(hearing.level.value);
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw <meter> each in their own way, in colours of their own.
    <div
      class="level"
      role="meter"
      aria-label={words.lobby.level}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(part * 100)}
    >
      <span class="level-part" style={{ "--part": `${part}` }} />
    </div>
  );
}

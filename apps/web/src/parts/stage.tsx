import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Call } from "../state/call.ts";
import { layOut, type Size } from "../state/grid.ts";
import { words } from "../words/words.ts";
import { Picture } from "./picture.tsx";
import { Tile } from "./tile.tsx";

/** Pixels between tiles. */
const gap = 8;
/** Tiles narrower than this many pixels show states as icons, without their words. */
const smallTile = 260;

/** The pictures: a grid of people, or shared screens with the people as a strip. */
export function Stage({ call, hearing }: { readonly call: Call; readonly hearing: number }) {
  const space = useSignal<Size>({ width: 0, height: 0 });
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (frame.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) space.value = entry.contentRect;
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [space]);
  const tile = useComputed(() => layOut(call.people.value.length, space.value, gap).tile);
  const shares = call.shares.value;
  const speaker = call.local.chosen.speaker.value;
  const onSoundHeld = () => {
    call.isSoundHeld.value = true;
  };
  const { width, height } = tile.value;
  const isSmall = shares.length > 0 || width < smallTile;
  return (
    <div class={`stage${shares.length > 0 ? " with-shares" : ""}`}>
      {shares.length > 0 && (
        <section class="shares" aria-label={words.call.shares}>
          {shares.map((share) => {
            const label = share.isSelf ? words.call.yourScreen : words.call.screenOf(share.name);
            return (
              <figure key={share.id} class="share" aria-label={label}>
                <Picture
                  stream={share.stream}
                  isMuted={share.isSelf}
                  isHeard={share.isHeard}
                  speaker={speaker}
                  hearing={hearing}
                  onSoundHeld={onSoundHeld}
                />
                <figcaption class="caption">
                  <span class="name">{label}</span>
                </figcaption>
              </figure>
            );
          })}
        </section>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset lays out its contents by rules of its own. */}
      <div
        ref={frame}
        class={`people-grid${isSmall ? " small" : ""}`}
        role="group"
        aria-label={words.call.people}
        style={{ "--tile-width": `${width}px`, "--tile-height": `${height}px`, "--gap": `${gap}px` }}
      >
        {call.people.value.map((person) => (
          <Tile
            key={person.id}
            person={person}
            speaker={speaker}
            hearing={hearing}
            onSoundHeld={onSoundHeld}
          />
        ))}
      </div>
    </div>
  );
}

import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { after, isVisible, onVisibilityChanged } from "../browser/page.ts";
import { isPictureOut, onPictureOutChanged } from "../browser/screen.ts";
import type { Call } from "../state/call.ts";
import { arrange, type Place, type Size } from "../state/grid.ts";
import { type Share, wantsPicture } from "../state/person.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { Camera } from "./icons.ts";
import { Picture } from "./picture.tsx";
import { placeStyle, snapshot, Tile } from "./tile.tsx";

/** Pixels between tiles. */
const gap = 8;
/** Who looks away shorter than this finds every picture as it was. */
const lookAwayMs = 20_000;

interface StageProps {
  readonly call: Call;
  readonly hearing: number;
  /** The call is also in the small window: its pictures are looked at although the page is hidden. */
  readonly isElsewhere: boolean;
}

/** The pictures: a grid of people, or what is large (shared screens, a pinned person) with the others as a strip. */
export function Stage({ call, hearing, isElsewhere }: StageProps) {
  const space = useSignal<Size>({ width: 0, height: 0 });
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (frame.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      // A rectangle of the browser has no properties of its own to spread.
      if (entry !== undefined) {
        const { width, height } = entry.contentRect;
        space.value = { width, height };
      }
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [space]);
  const places = useComputed(() =>
    arrange({
      people: call.people.value.length,
      pinned: call.pinnedIndex.value,
      shares: call.shares.value.length,
      space: space.value,
      gap,
    }),
  ).value;
  const people = call.people.value;
  const shares = call.shares.value;
  const isLookedAt = useLookedAt();

  useEffect(() => {
    const scale = isLookedAt.value || isElsewhere ? devicePixelRatio : 0;
    people.forEach((person, index) => {
      if (person.isSelf) return;
      const height = wantsPicture(person) ? (places.people[index]?.height ?? 0) : 0;
      call.attention.show(call.room.peers.get(person.id)?.media.get("camera"), height * scale);
    });
    shares.forEach((share, index) => {
      if (share.isSelf) return;
      const height = places.shares[index]?.height ?? 0;
      call.attention.show(call.room.peers.get(share.id)?.media.get("screen"), height * scale);
    });
  }, [call, people, shares, places, isElsewhere, isLookedAt.value]);

  const speaker = call.local.chosen.speaker.value;
  const onSoundHeld = () => {
    call.isSoundHeld.value = true;
  };
  return (
    <div ref={frame} class="stage">
      {shares.length > 0 && (
        <section class="shares" aria-label={words.call.shares}>
          {shares.map((share, index) => {
            const place = places.shares[index];
            return (
              place !== undefined && (
                <SharedScreen
                  key={share.id}
                  call={call}
                  share={share}
                  place={place}
                  speaker={speaker}
                  hearing={hearing}
                  onSoundHeld={onSoundHeld}
                />
              )
            );
          })}
        </section>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset lays out its contents by rules of its own. */}
      <div class="people-grid" role="group" aria-label={words.call.people}>
        {people.map((person, index) => {
          const place = places.people[index];
          return (
            place !== undefined && (
              <Tile
                key={person.id}
                call={call}
                person={person}
                place={place}
                isPinned={index === call.pinnedIndex.value}
                speaker={speaker}
                hearing={hearing}
                isUnseen={!isLookedAt.value && !isElsewhere && !person.isSelf}
                onSoundHeld={onSoundHeld}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

interface SharedScreenProps {
  readonly call: Call;
  readonly share: Share;
  readonly place: Place;
  readonly speaker: string;
  readonly hearing: number;
  readonly onSoundHeld: () => void;
}

function SharedScreen({ call, share, place, speaker, hearing, onSoundHeld }: SharedScreenProps) {
  const figure = useRef<HTMLElement>(null);
  const label = share.isSelf ? words.call.yourScreen : words.call.screenOf(share.name);
  const isDrawn = useSignal(false);
  return (
    <figure ref={figure} class="share" aria-label={label} style={placeStyle(place)}>
      <Picture
        stream={share.stream}
        isMuted={share.isSelf}
        isHeard={share.isHeard}
        speaker={speaker}
        hearing={hearing}
        onSoundHeld={onSoundHeld}
        onDrawn={(isThere) => {
          isDrawn.value = isThere;
        }}
      />
      {!isDrawn.value && <p class="coming">{words.call.screenComing}</p>}
      <figcaption class="caption">
        <span class="name" dir="auto">
          {label}
        </span>
      </figcaption>
      <button
        type="button"
        class="tile-button"
        aria-label={words.person.snapshot}
        title={words.person.snapshot}
        onClick={() => void snapshot(call, figure.current, label)}
      >
        <Icon node={Camera} size={18} />
      </button>
    </figure>
  );
}

/** Whether somebody looks at the page, or did a moment ago. */
function useLookedAt() {
  const isLookedAt = useSignal(true);
  useEffect(() => {
    let callOff: () => void = () => undefined;
    const look = () => {
      callOff();
      if (isVisible() || isPictureOut()) isLookedAt.value = true;
      else {
        callOff = after(lookAwayMs, () => {
          isLookedAt.value = false;
        });
      }
    };
    const stops = [onVisibilityChanged(look), onPictureOutChanged(look)];
    return () => {
      for (const stop of stops) stop();
      callOff();
    };
  }, [isLookedAt]);
  return isLookedAt;
}

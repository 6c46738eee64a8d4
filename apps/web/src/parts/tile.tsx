import type { IconNode } from "lucide";
import { hasPicture, initialsOf, type Person, type TileState, tileStates, tintOf } from "../state/person.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { MicOff, RefreshCw, Unplug, VideoOff } from "./icons.ts";
import { Picture } from "./picture.tsx";

const stateIcon: Record<TileState, IconNode> = {
  away: RefreshCw,
  reconnecting: RefreshCw,
  connecting: RefreshCw,
  "no-link": Unplug,
  muted: MicOff,
  "camera-off": VideoOff,
};
/** What a tile's state is called. */
export const stateWord: Record<TileState, string> = {
  away: words.call.away,
  reconnecting: words.call.reconnecting,
  connecting: words.call.connecting,
  "no-link": words.call.noLink,
  muted: words.call.muted,
  "camera-off": words.call.cameraOff,
};

interface TileProps {
  readonly person: Person;
  readonly speaker: string;
  readonly hearing: number;
  readonly onSoundHeld: () => void;
}

/** One person on the stage: picture or initials, name, and states in words and icons. */
export function Tile({ person, speaker, hearing, onSoundHeld }: TileProps) {
  const name = person.isSelf ? words.call.you(person.name) : person.name;
  const isPictured = hasPicture(person);
  const isDim = person.presence !== "here" || person.link === "closed";
  return (
    <figure class={`tile${isDim ? " dim" : ""}`} aria-label={name}>
      <Picture
        stream={person.stream}
        isMuted={person.isSelf}
        isHeard={person.audio === "on"}
        isMirrored={person.isSelf}
        isShown={isPictured}
        speaker={speaker}
        hearing={hearing}
        onSoundHeld={onSoundHeld}
      />
      {!isPictured && (
        <span class={`avatar tint-${tintOf(person.id)}`} aria-hidden="true">
          {initialsOf(person.name)}
        </span>
      )}
      <figcaption class="caption">
        <span class="name">{name}</span>
        {tileStates(person).map((state) => (
          <span key={state} class={`state state-${state}`}>
            <Icon node={stateIcon[state]} size={16} />
            <span class="word">{stateWord[state]}</span>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

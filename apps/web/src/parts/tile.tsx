import type { IconNode } from "lucide";
import { useRef } from "preact/hooks";
import { saveSnapshot } from "../browser/snapshot.ts";
import type { Call } from "../state/call.ts";
import type { Place } from "../state/grid.ts";
import { hasPicture, initialsOf, type Person, type TileState, tileStates, tintOf } from "../state/person.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import { AudioLines, MicOff, Pin, RefreshCw, Route, SignalLow, Unplug, VideoOff } from "./icons.ts";
import { PersonMenu } from "./person-menu.tsx";
import { Picture } from "./picture.tsx";

const stateIcon: Record<TileState, IconNode> = {
  away: RefreshCw,
  reconnecting: RefreshCw,
  connecting: RefreshCw,
  "no-link": Unplug,
  muted: MicOff,
  "camera-off": VideoOff,
  poor: SignalLow,
  relayed: Route,
};
/** What a tile's state is called. */
export function stateWord(state: TileState): string {
  const { call } = words;
  const all: Record<TileState, string> = {
    away: call.away,
    reconnecting: call.reconnecting,
    connecting: call.connecting,
    "no-link": call.noLink,
    muted: call.muted,
    "camera-off": call.cameraOff,
    poor: call.poor,
    relayed: call.relayed,
  };
  return all[state];
}

/** There is no picture, and it can be said why. */
const isLost = (person: Person): boolean => person.link !== "self" && person.link !== "connected";
/** Whether a press on a state shows numbers, or why there are none. */
const hasMore = (person: Person, state: TileState): boolean =>
  state === "poor" || state === "relayed" || (isLost(person) && person.diagnosis !== undefined);

/** Tiles narrower than this many pixels show states as icons, without their words. */
const smallTile = 260;
/** Narrower than this there is no place for a button; the list of people has the same one. */
const tinyTile = 96;

/** Where something stands on the stage, for its style sheet. */
export const placeStyle = ({ x, y, width, height }: Place) => ({
  "--x": `${x}px`,
  "--y": `${y}px`,
  "--tile-width": `${width}px`,
  "--tile-height": `${height}px`,
});

interface TileProps {
  readonly call: Call;
  readonly person: Person;
  readonly place: Place;
  readonly isPinned: boolean;
  readonly speaker: string;
  readonly hearing: number;
  readonly onSoundHeld: () => void;
}

/** One person on the stage: picture or initials, name, and states in words and icons. */
export function Tile({ call, person, place, isPinned, speaker, hearing, onSoundHeld }: TileProps) {
  const figure = useRef<HTMLElement>(null);
  const name = person.isSelf ? words.call.you(person.name) : person.name;
  const isPictured = hasPicture(person);
  const isDim = person.presence !== "here" || person.link === "closed";
  const isSpeaking = call.speaking.ids.value.has(person.id);
  const looks = [
    "tile",
    isDim && "dim",
    isSpeaking && "speaking",
    place.width < smallTile && "small",
    isPinned && "pinned",
  ];
  const showConnection = () => {
    call.dialog.value = { kind: "connection", id: person.id };
  };
  return (
    <figure
      ref={figure}
      class={looks.filter(Boolean).join(" ")}
      aria-label={name}
      style={placeStyle(place)}
      data-person={person.id}
    >
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
      {isLost(person) && person.diagnosis !== undefined && place.width >= smallTile && (
        <p class="why">{person.diagnosis}</p>
      )}
      <figcaption class="caption">
        <span class="name">{name}</span>
        {isSpeaking && <State icon={AudioLines} word={words.call.speaking} look="state-speaking" />}
        {tileStates(person).map((state) => (
          <State
            key={state}
            icon={stateIcon[state]}
            word={stateWord(state)}
            look={`state-${state}`}
            {...(hasMore(person, state) ? { onPress: showConnection } : {})}
          />
        ))}
        {isPinned && <State icon={Pin} word={words.call.pinned} look="state-pinned" />}
      </figcaption>
      {place.width >= tinyTile && (
        <PersonMenu
          call={call}
          person={person}
          look="tile-button"
          onSnapshot={() => void snapshot(call, figure.current, person.name)}
        />
      )}
    </figure>
  );
}

/** Saves what a figure shows, and says so. */
export async function snapshot(call: Call, figure: HTMLElement | null, name: string): Promise<void> {
  const video = figure?.querySelector("video");
  const file = video ? await saveSnapshot(video, name) : undefined;
  if (file === undefined) call.announcer.warn(words.call.notKept);
  else call.announcer.say(words.call.kept(file));
}

interface StateProps {
  readonly icon: IconNode;
  readonly word: string;
  readonly look: string;
  /** Shows more about it. */
  readonly onPress?: () => void;
}
function State({ icon, word, look, onPress }: StateProps) {
  const content = (
    <>
      <Icon node={icon} size={16} />
      <span class="word">{word}</span>
    </>
  );
  return onPress === undefined ? (
    <span class={`state ${look}`} title={word}>
      {content}
    </span>
  ) : (
    <button type="button" class={`state ${look}`} title={word} onClick={onPress}>
      {content}
    </button>
  );
}

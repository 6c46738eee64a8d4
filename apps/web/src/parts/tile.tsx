import { useSignal } from "@preact/signals";
import type { IconNode } from "lucide";
import { useRef } from "preact/hooks";
import { saveSnapshot } from "../browser/snapshot.ts";
import type { Call } from "../state/call.ts";
import type { Place } from "../state/grid.ts";
import { hasPicture, initialsOf, type Person, type TileState, tileStates, tintOf } from "../state/person.ts";
import { words } from "../words/words.ts";
import { Icon } from "./icon.tsx";
import {
  AudioLines,
  EyeOff,
  Hand,
  MicOff,
  Pin,
  RefreshCw,
  Route,
  SignalBars,
  Unplug,
  VideoOff,
} from "./icons.ts";
import { PersonMenu } from "./person-menu.tsx";
import { Picture } from "./picture.tsx";
import { FloatingReactions } from "./reactions.tsx";

const stateIcon: Record<TileState, IconNode> = {
  away: RefreshCw,
  reconnecting: RefreshCw,
  connecting: RefreshCw,
  "no-link": Unplug,
  muted: MicOff,
  "camera-off": VideoOff,
  "left-out": EyeOff,
  poor: SignalBars,
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
    "left-out": call.leftOut,
    poor: call.poor,
    relayed: call.relayed,
  };
  return all[state];
}

/** There is no picture or no sound, and it can be said why. */
const isLost = (person: Person): boolean =>
  person.link === "connecting" ||
  person.link === "recovering" ||
  person.link === "closed" ||
  person.unknownKinds.length > 0;
/** Why there is no picture or no sound, in a sentence or two. */
function whyOf(person: Person): string | undefined {
  if (isLost(person)) return person.diagnosis;
  return person.leftOut === undefined || person.video !== "on"
    ? undefined
    : words.call.leftOutWhy(person.leftOut);
}
/** Whether a press on a state shows numbers, or why there are none. */
const hasMore = (person: Person, state: TileState): boolean =>
  state === "poor" || state === "relayed" || (isLost(person) && person.diagnosis !== undefined);

/** Tiles narrower than this many pixels show states as icons, without their words. */
const smallTile = 280;
/** Narrower than this there is no place for a button; the list of people has the same one. */
const tinyTile = 96;

/** A sentence takes one line on a wide tile, and several on a tall one. */
const hasRoomForWhy = ({ width, height }: Place): boolean =>
  width >= smallTile || (width >= 140 && height >= 200);

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
  /** Nobody has looked at the page for a while, and pictures were held back. */
  readonly isUnseen: boolean;
  readonly onSoundHeld: () => void;
}

/** One person on the stage: picture or initials, name, and states in words and icons. */
export function Tile({ call, person, place, isPinned, speaker, hearing, isUnseen, onSoundHeld }: TileProps) {
  const figure = useRef<HTMLElement>(null);
  const name = person.isSelf ? words.call.you(person.name) : person.name;
  const isPictured = hasPicture(person) && !isUnseen;
  const isDrawn = useSignal(false);
  const isDim = person.presence !== "here" || person.link === "closed";
  const isSpeaking = call.speaking.ids.value.has(person.id);
  const why = hasRoomForWhy(place) ? whyOf(person) : undefined;
  const looks = [
    "tile",
    isDim && "dim",
    isSpeaking && "speaking",
    place.width < smallTile && "small",
    isPinned && "pinned",
    why !== undefined && "explained",
  ];
  const hand = call.gestures.hands.value.indexOf(person.id) + 1;
  const showConnection = () => {
    call.dialog.value = { kind: "connection", id: person.id };
  };
  const pressFor = (state: TileState) => {
    // Pinned they are the largest, and so the first to be asked for.
    if (state === "left-out") return { title: whyOf(person), onPress: () => call.pin(person.id) };
    return hasMore(person, state) ? { onPress: showConnection } : {};
  };
  return (
    <figure
      ref={figure}
      class={looks.filter(Boolean).join(" ")}
      aria-label={name}
      style={placeStyle(place)}
      data-person={person.id}
    >
      <Cover person={person} isBehind />
      <Picture
        stream={person.stream}
        isMuted={person.isSelf}
        isHeard={person.audio === "on"}
        isMirrored={person.isSelf}
        isShown={isPictured}
        speaker={speaker}
        hearing={hearing}
        onSoundHeld={onSoundHeld}
        onDrawn={(isThere) => {
          isDrawn.value = isThere;
        }}
      />
      {!(isPictured && isDrawn.value) && <Cover person={person} />}
      {why !== undefined && <p class="why">{why}</p>}
      <figcaption class="caption">
        <span class="name" dir="auto">
          {name}
        </span>
        {hand > 0 && <State icon={Hand} word={words.gestures.handAt(hand)} look="state-hand" />}
        {isSpeaking && <State icon={AudioLines} word={words.call.speaking} look="state-speaking" />}
        {tileStates(person).map((state) => (
          <State
            key={state}
            icon={stateIcon[state]}
            word={stateWord(state)}
            look={`state-${state}`}
            {...pressFor(state)}
          />
        ))}
        {isPinned && <State icon={Pin} word={words.call.pinned} look="state-pinned" />}
      </figcaption>
      <FloatingReactions gestures={call.gestures} id={person.id} />
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

interface CoverProps {
  readonly person: Person;
  /** It lies behind the picture, for when a browser shows none although there was one: a tab that was hidden has nothing to draw at first. */
  readonly isBehind?: boolean;
}

/** Stands for a person's picture while there is none. */
export function Cover({ person, isBehind = false }: CoverProps) {
  return (
    <span class={isBehind ? "cover-behind" : "cover"} aria-hidden="true">
      <span class={`avatar tint-${tintOf(person.id)}`}>{initialsOf(person.name)}</span>
    </span>
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
  /** What the word alone doesn't say. */
  readonly title?: string | undefined;
  /** Shows more about it, or ends it. */
  readonly onPress?: () => void;
}
function State({ icon, word, look, title = word, onPress }: StateProps) {
  const content = (
    <>
      <Icon node={icon} size={16} />
      <span class="word">{word}</span>
    </>
  );
  return onPress === undefined ? (
    <span class={`state ${look}`} title={title}>
      {content}
    </span>
  ) : (
    <button type="button" class={`state ${look}`} title={title} onClick={onPress}>
      {content}
    </button>
  );
}

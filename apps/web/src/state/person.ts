import type { Diagnosis, LinkState, Peer, PeerId, RemoteMedia } from "@parlour/client";
import { words } from "../words/words.ts";

/** What is said about a person on their tile, most important first. */
export type TileState =
  | "away"
  | "reconnecting"
  | "connecting"
  | "no-link"
  | "muted"
  | "camera-off"
  | "left-out"
  | "poor"
  | "relayed";

/** One person as the screen shows them: a picture of a peer at one moment. */
export interface Person {
  readonly id: PeerId;
  readonly name: string;
  readonly isSelf: boolean;
  readonly isHost: boolean;
  readonly country: string | undefined;
  readonly presence: Peer["presence"];
  readonly link: LinkState | "self";
  /** Their link goes over a relay. */
  readonly isRelayed: boolean;
  /** Their link loses much, or answers late. */
  readonly isPoor: boolean;
  /** Why they can't be reached, or less well than they could, in a sentence or two. */
  readonly diagnosis: string | undefined;
  /** Kinds of media that can't come from them: the two browsers know no common format. */
  readonly unknownKinds: readonly string[];
  readonly stream: MediaStream | undefined;
  readonly audio: RemoteMedia["audio"];
  readonly video: RemoteMedia["video"];
  /** How many pictures this device gets at once, while theirs is not among them. */
  readonly leftOut: number | undefined;
}
/** A shared screen on the stage. */
export interface Share {
  readonly id: PeerId;
  readonly name: string;
  readonly isSelf: boolean;
  readonly stream: MediaStream;
  /** It has sound, and not muted. */
  readonly isHeard: boolean;
}

export function personOf(peer: Peer, isPoor = false): Person {
  const camera = peer.media.get("camera");
  return {
    id: peer.id,
    name: peer.name,
    isSelf: false,
    isHost: peer.role === "host",
    country: peer.country,
    presence: peer.presence,
    link: peer.link.state,
    isRelayed: peer.link.path === "relayed",
    isPoor,
    diagnosis: peer.link.diagnosis && causeIn(peer.link.diagnosis),
    unknownKinds:
      peer.link.diagnosis?.code === "no-common-codec" ? peer.link.diagnosis.evidence.refusedKinds : [],
    stream: camera?.stream,
    audio: camera?.audio ?? "none",
    video: camera?.video ?? "none",
    leftOut: camera?.leftOut,
  };
}

function causeIn({ code, side }: Diagnosis): string {
  const [here, there = here] = words.quality.causes[code];
  return side === "there" ? there : here;
}

/** Whether their picture is there to show, or their initials are. */
export function hasPicture(person: Person): boolean {
  return wantsPicture(person) && person.leftOut === undefined;
}

/**
 * Whether their picture is worth asking for. Also while it is left out: whoever took the wish back then would have it, without a wish,
 * left out no more, and so for ever to and fro.
 */
export function wantsPicture(person: Person): boolean {
  if (person.stream === undefined || person.video !== "on" || person.presence === "away") return false;
  if (person.unknownKinds.includes("video")) return false;
  return person.link !== "connecting" && person.link !== "closed";
}

/** Sends nothing at all: only looks on. */
export function isWatching({ audio, video }: Person): boolean {
  return audio === "none" && video === "none";
}

export function tileStates(person: Person): readonly TileState[] {
  if (person.presence === "away") return ["away"];
  if (person.presence === "silent" || person.link === "recovering") return ["reconnecting"];
  if (person.link === "connecting") return ["connecting"];
  if (person.link === "closed") return ["no-link"];
  const states: TileState[] = [];
  if (person.audio !== "on") states.push("muted");
  if (person.video !== "on") states.push("camera-off");
  else if (person.leftOut !== undefined) states.push("left-out");
  if (person.isPoor) states.push("poor");
  else if (person.isRelayed) states.push("relayed");
  return states;
}

/** One or two letters that stand for a name: of its first and last word. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s_-]+/).filter((word) => word !== "");
  const first = words[0];
  const last = words.length > 1 ? words.at(-1) : undefined;
  const letters = [first, last].map((word) => [...(word ?? "")][0] ?? "").join("");
  return letters.toLocaleUpperCase() || "?";
}

/** A country's flag: its two letters as regional indicators; undefined when it isn't a country code. */
export function flagOf(country: string | undefined): string | undefined {
  if (country === undefined || !/^[A-Z]{2}$/i.test(country)) return undefined;
  return String.fromCodePoint(...[...country.toUpperCase()].map((letter) => 0x1f1a5 + letter.charCodeAt(0)));
}

/** A number from 0 to 5 that stays with a person: which of the quiet avatar colours they get. */
export function tintOf(id: string): number {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 65_521;
  return sum % 6;
}

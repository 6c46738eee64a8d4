import { type Check, count, list, shape, text } from "../../../core/shape.ts";
import type { PeerId, Source } from "../../api.ts";
import type { Kind, Sending } from "../state.ts";

/*
 * What goes over `parlour:media` between a page and the one that serves it. Each is the whole of what is so now.
 */

/** From who is served: what it takes of whom, and how high it shows the picture (0: not at all). Sound always comes with it. */
export interface Asks {
  readonly asks: readonly Ask[];
}
export type Ask = readonly [peer: PeerId, source: Source, height: number];

/** From who passes on: what is in which media line of their link. `""`: in none, since it is held back or nobody looks. */
export interface Passed {
  /** Which connection the media lines are of: the id in the origin of its session description (RFC 8866, section 5.2). */
  readonly origin: string;
  readonly passed: readonly PassedLine[];
}
export type PassedLine = readonly [mid: string, peer: PeerId, source: Source, kind: Kind, sending: Sending];

export const mostAsks = 64;
/** In pixels; nobody shows more. */
export const mostHeight = 4_320;
const peer = text(32, 1);
const source = text(32, 1);
const oneOf =
  (...all: readonly unknown[]): Check =>
  (value) =>
    all.includes(value);
const tuple =
  (...checks: readonly Check[]): Check =>
  (value) =>
    Array.isArray(value) && value.length === checks.length && checks.every((check, i) => check(value[i]));
const isAsks = shape({ asks: list(tuple(peer, source, count(0, mostHeight)), mostAsks) });
const isPassed = shape({
  origin: text(32),
  passed: list(tuple(text(16), peer, source, oneOf("audio", "video"), oneOf("on", "muted")), 2 * mostAsks),
});

export const readAsks = (value: unknown): Asks | undefined => (isAsks(value) ? (value as Asks) : undefined);
export const readPassed = (value: unknown): Passed | undefined =>
  isPassed(value) ? (value as Passed) : undefined;

const isPassers: Check = (value) =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(list(peer, 128));

/** Who passes on to whom, as the server said; nobody when that was nonsense. */
export const readPassers = (value: unknown): Readonly<Record<PeerId, readonly PeerId[]>> =>
  isPassers(value) ? (value as Record<PeerId, PeerId[]>) : {};

const ids = {
  local: new WeakMap<RTCPeerConnection, string>(),
  remote: new WeakMap<RTCPeerConnection, string>(),
};

/** The id of this connection's session descriptions, which stays as long as the connection does. Read once, since reading halts the page. */
export function originOf(connection: RTCPeerConnection, side: "local" | "remote"): string | undefined {
  const known = ids[side].get(connection);
  if (known !== undefined) return known;
  const found = /^o=\S+ (\d+) /m.exec(connection[`${side}Description`]?.sdp ?? "")?.[1];
  if (found !== undefined) ids[side].set(connection, found);
  return found;
}

import type { Peer, PeerId, Source } from "../api.ts";
import type { Timekeeper } from "../link/timekeeper.ts";
import type { ForwardingDriver, Mesh } from "./driver.ts";
import { type Watch, watchFlow } from "./flow.ts";
import type { Kind, Sending } from "./state.ts";

/*
 * What moves: one kind of one source of one peer is a line, and each comes by the links or by the other way.
 */

export interface Line {
  via: "mesh" | "other";
  /** What is shown of it, where it comes by the other way. */
  shown?: RTCRtpReceiver | undefined;
  watch?: Watch | undefined;
  hasArrived: boolean;
  readonly since: number;
  /** Since when the other way has it. */
  offeredAt?: number | undefined;
  /** It came by link before the room moved. */
  readonly isOld: boolean;
}
/** Another page, and what comes from it. */
export interface Side {
  readonly peer: Peer;
  /** Its link began while the room was forwarded already. */
  readonly isNew: boolean;
  /** When it began, or its link last did. */
  since: number;
  readonly lines: Map<string, Line>;
  /** What it said that it needs by link. */
  asked?: { readonly plan: number; readonly except: ReadonlySet<string> };
  /** What we said of that. */
  said: string;
}
/** The ways there are now. */
export interface Ways {
  readonly mesh: Mesh;
  readonly other: ForwardingDriver | undefined;
  /** The room's plan names the other one, and this page takes part. */
  readonly isForwarded: boolean;
  readonly clock: Timekeeper;
  /** Whether somebody looks at that picture here. */
  isWanted(id: PeerId, source: Source): boolean;
}

/** What the forwarder did not bring for so long is asked for by link. */
export const patienceMs = 6_000;
/** A voice that gets no place is one that says nothing. */
const quietMs = 2_000;

export const keyOf = (source: Source, kind: Kind): string => `${kind} ${source}`;

/** Whether that peer's media are to come by the other way. */
export const goesOver = ({ isForwarded, other }: Pick<Ways, "isForwarded" | "other">, id: PeerId): boolean =>
  isForwarded && other?.isDirect?.(id, "from") !== true;

/** Whether something has come by that receiver, looked at from when it was first asked. */
function hasCome(
  line: Line,
  receiver: RTCRtpReceiver,
  kind: Kind,
  isUsed: boolean,
  clock: Timekeeper,
): boolean {
  if (line.watch?.receiver !== receiver) {
    line.watch = watchFlow(receiver, kind, isUsed, clock);
    line.hasArrived = false;
  }
  return line.hasArrived;
}

/** From now on the line comes that way. */
export function settle(line: Line, via: Line["via"], shown?: RTCRtpReceiver): void {
  Object.assign(line, { via, shown, watch: undefined, hasArrived: false });
}

/** Takes the line one step towards where it belongs, when what was waited for has come. */
export function advance(ways: Ways, { peer }: Side, source: Source, kind: Kind, said: Sending, line: Line) {
  const { mesh, other, clock, isWanted } = ways;
  const { id } = peer;
  const isForwarded = goesOver(ways, id);
  const offered = other?.told(id)?.[source]?.[kind];
  const coming = other?.receiver(id, source, kind);
  const isSilent = said !== "on" || (kind === "video" && !isWanted(id, source));
  if (line.via === "mesh") {
    if (!isForwarded || !other?.isUp || offered === undefined || offered === "none") {
      line.watch = line.offeredAt = undefined;
      return;
    }
    // Since it could come that way: until the other way is up, however long that takes, nobody there is silent.
    line.offeredAt ??= clock.now();
    const waited = clock.now() - line.offeredAt;
    const isQuiet = !coming && waited >= (kind === "audio" ? quietMs : patienceMs);
    const isNowhere = mesh.receiver(id, source, kind) === undefined;
    if (isSilent || offered === "muted" || isQuiet || isNowhere) settle(line, "other");
    else if (coming && hasCome(line, coming, kind, other.isUsed(coming), clock))
      settle(line, "other", coming);
    return;
  }
  const isLacking = said === "on" && isForwarded && other?.lacks?.(id, source, kind);
  if (!other || isLacking || (isForwarded && other.isLost)) {
    settle(line, "mesh");
    return;
  }
  if (!isForwarded) {
    const back = mesh.receiver(id, source, kind);
    if (isSilent || (back && hasCome(line, back, kind, true, clock))) settle(line, "mesh");
    // Watched for the way back, so a new place on the way out is of no use.
    return;
  }
  if (!coming || coming === line.shown) {
    line.watch = undefined;
    return;
  }
  const isUsed = other.isUsed(coming);
  if ((!line.shown && !isUsed) || hasCome(line, coming, kind, isUsed, clock)) settle(line, "other", coming);
}

/** A place that has somebody else's now must not be shown as this one's. */
export function release(sides: Iterable<Side>, other: ForwardingDriver | undefined): void {
  const inPlace = new Map<RTCRtpReceiver, Line>();
  const all: [line: Line, receiver: RTCRtpReceiver | undefined][] = [];
  for (const { peer, lines } of sides)
    for (const [key, line] of lines) {
      const [kind, source] = [key.slice(0, 5) as Kind, key.slice(6)];
      const receiver = other?.receiver(peer.id, source, kind);
      all.push([line, receiver]);
      if (receiver) inPlace.set(receiver, line);
    }
  for (const [line] of all) {
    const holder = line.shown && inPlace.get(line.shown);
    if (holder && holder !== line) line.shown = undefined;
  }
}

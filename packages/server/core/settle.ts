import type { PeerId } from "@parlour/protocol";
import { roomDeadline } from "./deadlines.ts";
import { close, type Knock, knocker, toldToHost } from "./door.ts";
import { withHost } from "./host.ts";
import { type ConnectionId, type EndReason, rosterEntry, type Seat } from "./seat.ts";
import { type RoomLife, type RoomState, roomInfo } from "./state.ts";
import type { RoomEffect, RoomStep } from "./transition.ts";

/** What an input does to the seats, before its consequences. */
export interface Seating {
  /** In the order of their numbers. */
  readonly seats: readonly Seat[];
  /** Why each seat that is no longer there ended. */
  readonly ended: ReadonlyMap<PeerId, EndReason>;
  /** Everything else of the room as it is from now on; missing: as it was. */
  readonly room?: RoomState;
  /** Who is host from now on, whoever was before. */
  readonly host?: PeerId | undefined;
  /** The seat that asked for this, which learns of it by a `welcome`. */
  readonly welcome?: {
    readonly connection: ConnectionId;
    readonly id: PeerId;
    readonly resumed: boolean;
    readonly sinceHolds: boolean;
  };
}

/**
 * The one door through which seats change. Gives the room exactly one host, moves its life on, and tells everyone
 * the difference, found by comparing before and after, so that no change can be forgotten.
 */
export function settle(before: RoomState, seating: Seating, now: number): RoomStep {
  const seats = withHost(seating.seats, seating.host);
  const { waiting, outside } = door(seating.room ?? before, seats, seating);
  const life = lifeAfter(before, seats, now);
  const state: RoomState = { ...(seating.room ?? before), seats, waiting, life };
  const deadline = roomDeadline(state);
  if (deadline !== undefined && deadline <= now) {
    const effects = state.waiting.map((one) => close(one, "room-ended", "Everyone left this room."));
    return { state: undefined, effects };
  }
  return {
    state,
    effects: [
      ...outside,
      ...welcome(state, seating),
      ...changedInfo(before, state, seating),
      ...differences(before, seats, seating),
      ...toldToHost(before, state, seating.welcome?.id),
    ],
  };
}

/** Who has a seat does not knock; another connection that knocked as the same peer is a page of its own. */
function door(room: RoomState, seats: readonly Seat[], { welcome }: Seating) {
  const isSeated = ({ id }: Knock): boolean => seats.some((seat) => seat.id === id);
  const entered = room.waiting.filter(isSeated);
  return {
    waiting: entered.length === 0 ? room.waiting : room.waiting.filter((one) => !isSeated(one)),
    outside: entered
      .filter(({ connection }) => connection !== welcome?.connection)
      .map((one) => close(one, "seat-taken")),
  };
}

function lifeAfter(before: RoomState, seats: readonly Seat[], now: number): RoomLife {
  const isSeen = [...before.seats, ...seats].some((seat) => seat.presence === "here");
  const lastSeen = isSeen || before.life.phase !== "occupied" ? now : before.life.lastSeen;
  if (seats.length > 0) return { phase: "occupied", lastSeen };
  return before.life.phase === "occupied" ? { phase: "empty", lastSeen } : before.life;
}

function changedInfo(before: RoomState, after: RoomState, { welcome }: Seating): readonly RoomEffect[] {
  const room = roomInfo(after);
  if (JSON.stringify(roomInfo(before)) === JSON.stringify(room)) return [];
  const except = welcome === undefined ? {} : { except: welcome.id };
  return [{ type: "tell-all", ...except, frame: { type: "room", room } }];
}

function welcome({ seats, waiting }: RoomState, { welcome }: Seating): readonly RoomEffect[] {
  const you = seats.find((seat) => seat.id === welcome?.id);
  if (welcome === undefined || you === undefined) return [];
  return [
    {
      type: "welcome",
      connection: welcome.connection,
      you: rosterEntry(you),
      peers: seats.filter((seat) => seat !== you).map(rosterEntry),
      resumed: welcome.resumed,
      sinceHolds: welcome.sinceHolds,
      ...(you.role === "host" ? { waiting: waiting.map(knocker) } : {}),
    },
  ];
}

const departures: Readonly<Record<EndReason, string>> = {
  left: "left",
  page: "left",
  timeout: "lost the connection",
  removed: "was removed by the host",
};

function differences(before: RoomState, seats: readonly Seat[], seating: Seating): readonly RoomEffect[] {
  // Who was just welcomed has the whole state after these changes already.
  const except = seating.welcome === undefined ? {} : { except: seating.welcome.id };
  const frames: RoomEffect[] = [];
  const notices: RoomEffect[] = [];
  const present = new Set(seats.map((seat) => seat.id));
  for (const seat of before.seats) {
    if (present.has(seat.id)) continue;
    const reason = seating.ended.get(seat.id) ?? "left";
    frames.push({ type: "tell-all", ...except, frame: { type: "left", id: seat.id, reason } });
    notices.push(...notice(before, seat, reason === "removed" ? "removed" : "left", departures[reason]));
  }
  const earlier = new Map(before.seats.map((seat) => [seat.id, seat]));
  for (const seat of seats) {
    const old = earlier.get(seat.id);
    if (old === seat) continue;
    const peer = rosterEntry(seat);
    if (old === undefined) {
      frames.push({ type: "tell-all", ...except, frame: { type: "joined", peer } });
      notices.push(...notice(before, seat, "joined", "joined"));
    } else if (JSON.stringify(rosterEntry(old)) !== JSON.stringify(peer)) {
      frames.push({ type: "tell-all", ...except, frame: { type: "changed", peer } });
    }
  }
  return [...frames, ...notices];
}

function notice(
  state: RoomState,
  seat: Seat,
  event: "joined" | "left" | "removed",
  did: string,
): readonly RoomEffect[] {
  // In a private room the server knows nobody's name, and the pages tell each other.
  if (state.visibility === "private" || seat.name === undefined) return [];
  return [{ type: "notice", event, name: seat.name, text: `${seat.name} ${did}` }];
}

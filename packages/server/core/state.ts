import { type ListedRoom, limits, type PeerId, type RoomInfo, type Visibility } from "@parlour/protocol";
import type { Knock } from "./door.ts";
import type { Plan } from "./planner.ts";
import type { Seat } from "./seat.ts";

/**
 * Where a room is in its life.
 *
 * ```
 *  (create) ──► unentered ── enter ──► occupied ── last seat ended ──► empty ── enter ──► occupied
 *                   │                     │                              │
 *                   │ 10 min              │ end                          │ 30 s after a page was last here
 *                   ▼                     ▼                              ▼
 *                 gone ◄──────────────────┴──────────────────────────────┘
 * ```
 *
 * A room made to stay has no deadline in `unentered` and `empty`. `end` leads to gone from everywhere.
 * There is no `gone` phase: a room that is gone is no state at all, and its name is free.
 */
export type RoomLife =
  /** `since`: when it was made, ms since 1970. */
  | { readonly phase: "unentered"; readonly since: number }
  /** `lastSeen`: when a page was last known to be here, ms since 1970. */
  | { readonly phase: "occupied"; readonly lastSeen: number }
  | { readonly phase: "empty"; readonly lastSeen: number };

/** Everything the server keeps of a room; plain JSON. `seats` is in the order of their numbers, empty unless `occupied`. */
export interface RoomState {
  readonly name: string;
  readonly visibility: Visibility;
  readonly capacity: number;
  readonly title?: string;
  /** As `hashPasscode` made it. */
  readonly passcodeHash?: string;
  /** As `makeHostToken` made it; rooms created by joining have none. */
  readonly hostTokenHash?: string;
  /** Private rooms: what every `hello` must bring. Missing until the first peer enters a room made over HTTP. */
  readonly check?: string;
  /** Keeps the room when it is empty. */
  readonly stay: boolean;
  /** Nobody new comes in. */
  readonly locked: boolean;
  /** Who is new waits at the door until the host admits them. */
  readonly knock: boolean;
  /** When it was made, ms since 1970. Tells this room from an earlier one of the same name. */
  readonly madeAt: number;
  readonly life: RoomLife;
  /** The number of the next new seat. */
  readonly nextNumber: number;
  readonly seats: readonly Seat[];
  /** Who was removed and may not come back; at most `limits.removedIds`. */
  readonly removed: readonly PeerId[];
  /** Who knocks, in the order in which they came; at most `limits.waiting`. Nobody of them has a seat. */
  readonly waiting: readonly Knock[];
  /** How media goes; missing: a mesh, as always. */
  readonly plan?: Plan;
}

/** What everyone in the room may know of it. */
export function roomInfo(state: RoomState): RoomInfo {
  return {
    name: state.name,
    visibility: state.visibility,
    capacity: state.capacity,
    topology: state.plan?.topology ?? "mesh",
    ...(state.plan === undefined ? {} : { plan: state.plan.number }),
    ...(state.plan?.engine === undefined ? {} : { engine: state.plan.engine }),
    ...(state.plan === undefined ? {} : { passers: passersOf(state.plan) }),
    locked: state.locked,
    knock: state.knock,
    hasPasscode: state.passcodeHash !== undefined,
    ...(state.title === undefined ? {} : { title: state.title }),
  };
}

/** Said also where nobody passes on, so that a page forgets who did. */
function passersOf({ passers = {} }: Plan): Record<PeerId, PeerId[]> {
  return Object.fromEntries(Object.entries(passers).map(([id, served]) => [id, [...served]]));
}

/** The room's line in `GET /api/rooms`. */
export function listedRoom(state: RoomState): ListedRoom {
  const isOpen = state.passcodeHash === undefined && !state.locked && !state.knock;
  return { ...briefly(state), ...(isOpen ? { names: namesOf(state.seats) } : {}) };
}

/** The room's line without the people: for whoever knows its name, which may be all they were given. */
export function briefly(state: RoomState): Omit<ListedRoom, "names"> {
  return {
    name: state.name,
    people: state.seats.length,
    capacity: state.capacity,
    ...(state.title === undefined ? {} : { title: state.title }),
  };
}

function namesOf(seats: readonly Seat[]): readonly string[] {
  return seats
    .map(({ name }) => name)
    .filter((name) => name !== undefined)
    .slice(0, limits.listedNames);
}

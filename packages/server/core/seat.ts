import type { Epoch, MediaReport, PeerId, Role, RosterEntry } from "@parlour/protocol";

/** One connection of one page, named by the gateway that holds it; unique in the installation. */
export type ConnectionId = string;

/**
 * Why a seat ended: `left` (said so), `page` (its page was closed and did not come back),
 * `timeout` (not heard from for too long), `removed` (by the host).
 */
export type EndReason = "left" | "page" | "timeout" | "removed";

interface SeatFacts {
  readonly id: PeerId;
  /** Counts up in the room, never used twice. */
  readonly number: number;
  readonly epoch: Epoch;
  readonly role: Role;
  /** Public rooms only. */
  readonly name?: string;
  /** Private rooms only: sealed, never read here. */
  readonly card?: string;
  /** Public rooms only: ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly capabilities?: readonly string[];
  /** What its page said last of what it sends. Told to nobody. */
  readonly media?: MediaReport;
  /** ms since 1970. */
  readonly joinedAt: number;
}

/** A page is connected. */
interface Here {
  readonly presence: "here";
  readonly connection: ConnectionId;
}
/** The page said that it was going: closed, or loading again. */
interface Away {
  readonly presence: "away";
  /** When it went, ms since 1970. */
  readonly since: number;
}
/** Nothing was heard from the page for too long, or the server itself was away. */
interface Silent {
  readonly presence: "silent";
  /** When it was given up, ms since 1970. */
  readonly since: number;
}

/**
 * A peer's place in a room. It outlives a connection.
 *
 * ```
 *                     ┌── another connection ──┐
 *                     ▼                        │
 *  (enter) ────────► here ─────────────────────┘
 *                    │ ▲ │ ▲
 *          page went │ │ │ │ resumed
 *                    ▼ │ ▼ │
 *                 away     silent ◄── boot (any of the three)
 *                    │       │
 *          8 s later │       │ 60 s later
 *                    ▼       ▼
 *                 "page"  "timeout"        here ── leave ──► "left"        any ── remove ──► "removed"
 * ```
 *
 * There is no way from `away` to `silent` but a restart: a page that went has no connection to lose.
 * There is no `ended` presence: a seat that ended is not in the room, and its end has been told with its reason.
 */
export type Seat = SeatFacts & (Here | Away | Silent);

/** The seat that this connection sits on. */
export function seatOfConnection(seats: readonly Seat[], connection: ConnectionId): Seat | undefined {
  return seats.find((seat) => seat.presence === "here" && seat.connection === connection);
}

/** A seat as everyone in the room may see it: no connection, no times. */
export function rosterEntry(seat: Seat): RosterEntry {
  return {
    id: seat.id,
    number: seat.number,
    epoch: seat.epoch,
    role: seat.role,
    presence: seat.presence,
    ...(seat.name === undefined ? {} : { name: seat.name }),
    ...(seat.card === undefined ? {} : { card: seat.card }),
    ...(seat.country === undefined ? {} : { country: seat.country }),
    ...(seat.capabilities === undefined ? {} : { capabilities: [...seat.capabilities] }),
  };
}

/** The seat with a page on it. */
export function seated(seat: Seat, connection: ConnectionId): Seat {
  return { ...facts(seat), presence: "here", connection };
}

/** The seat without its page, for as long as its grace lasts. */
export function unseated(seat: Seat, presence: "away" | "silent", now: number): Seat {
  return { ...facts(seat), presence, since: now };
}

function facts(seat: Seat): SeatFacts {
  if (seat.presence === "here") {
    const { presence: _presence, connection: _connection, ...rest } = seat;
    return rest;
  }
  const { presence: _presence, since: _since, ...rest } = seat;
  return rest;
}

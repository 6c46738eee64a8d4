import { type Code, type Knocker, limits, type PeerId, refusal } from "@parlour/protocol";
import type { ConnectionId, Seat } from "./seat.ts";
import type { RoomState } from "./state.ts";
import type { EnterInput, RoomEffect, RoomStep } from "./transition.ts";

/**
 * Someone new at the door of a room where people knock. It lives as long as its connection.
 *
 * ```
 *  (enter) ──► knocking ── admit, knocking is no longer asked for ──► a seat
 *                  │
 *                  ├── deny ──► closed "denied"
 *                  ├── the connection ends ──► gone
 *                  ├── the room is locked and not knocked at, or full ──► closed with that
 *                  └── the room is gone ──► closed "room-ended"
 * ```
 */
export interface Knock {
  readonly id: PeerId;
  readonly connection: ConnectionId;
  /** The `hello`, for when it is let in. */
  readonly input: EnterInput;
}

/** Waits at the door, in place of an earlier knock of the same id. */
export function knock(state: RoomState, id: PeerId, input: EnterInput): RoomStep {
  const refused = (detail: string): RoomStep => ({
    state,
    effects: [],
    refused: refusal("too-many", detail),
  });
  if (!input.mayKnock) return refused("Too many people from your address wait at doors.");
  const earlier = state.waiting.find((one) => one.id === id);
  if (earlier === undefined && state.waiting.length >= limits.waiting) {
    return refused("Too many people wait at the door of this room.");
  }
  const made: Knock = { id, connection: input.connection, input };
  const waiting =
    earlier === undefined
      ? [...state.waiting, made]
      : state.waiting.map((one) => (one === earlier ? made : one));
  const after = { ...state, waiting };
  return {
    state: after,
    effects: [
      ...(earlier === undefined ? [] : [close(earlier, "replaced")]),
      { type: "wait", connection: input.connection },
      ...toldToHost(state, after),
    ],
  };
}

/** That connection waits no more, and nobody needs to tell it so. */
export function gone(state: RoomState, connection: ConnectionId): RoomStep {
  const waiting = state.waiting.filter((one) => one.connection !== connection);
  if (waiting.length === state.waiting.length) return { state, effects: [] };
  const after = { ...state, waiting };
  return { state: after, effects: toldToHost(state, after) };
}

/** Sends one away. */
export function close({ connection }: Knock, code: Code, detail?: string): RoomEffect {
  return { type: "close", connection, code, ...(detail === undefined ? {} : { detail }) };
}

/**
 * What a host's page must hear to know who waits: the difference, or everyone when the host is another now. `welcomed` has had
 * everyone already.
 */
export function toldToHost(before: RoomState, after: RoomState, welcomed?: PeerId): readonly RoomEffect[] {
  if (before.waiting === after.waiting && before.seats === after.seats) return [];
  const host = hostHere(after.seats);
  if (host === undefined || host.id === welcomed) return [];
  const to = host.connection;
  const known = hostHere(before.seats)?.connection === to ? before.waiting : [];
  return [
    ...known
      .filter(({ id }) => !after.waiting.some((one) => one.id === id))
      .map(({ id }): RoomEffect => ({ type: "tell", to, frame: { type: "knock-ended", id } })),
    ...after.waiting
      .filter((one) => !known.includes(one))
      .map((one): RoomEffect => ({ type: "tell", to, frame: { type: "knocking", peer: knocker(one) } })),
  ];
}

function hostHere(seats: readonly Seat[]): (Seat & { readonly presence: "here" }) | undefined {
  for (const seat of seats) if (seat.role === "host" && seat.presence === "here") return seat;
  return undefined;
}

/** One who waits, as the host may see them. */
export function knocker({ id, input }: Knock): Knocker {
  const { card, country } = input;
  // In a private room the name is in the card, and where someone is is nobody's business.
  if (card !== undefined && input.key !== undefined) return { id, card };
  return {
    id,
    name: input.name ?? input.claim?.name ?? input.fallbackName,
    ...(country === undefined ? {} : { country }),
  };
}

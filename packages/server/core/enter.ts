import { type Code, type PeerId, type Refusal, refusal } from "@parlour/protocol";
import { withoutOver } from "./departure.ts";
import { knock } from "./door.ts";
import { isFormOf, toldApart } from "./names.ts";
import { isSameText } from "./same-text.ts";
import { type Seat, seated, seatOfConnection } from "./seat.ts";
import { settle } from "./settle.ts";
import type { RoomState } from "./state.ts";
import type { EnterInput, RoomEffect, RoomStep } from "./transition.ts";

/**
 * Gives a page its seat: the one it had, or a new one; or lets it wait at the door. `isLetIn`: the host says so, and neither lock
 * nor passcode counts.
 */
export function enter(state: RoomState, input: EnterInput, now: number, isLetIn = false): RoomStep {
  const refused = (code: Code, detail?: string): RoomStep => ({
    state,
    effects: [],
    refused: refusal(code, detail),
  });
  const { connection } = input;
  const isAtDoor = !isLetIn && state.waiting.some((one) => one.connection === connection);
  if (isAtDoor || seatOfConnection(state.seats, connection) !== undefined) return refused("unexpected");
  const badKey = keyProblem(state, input);
  if (badKey !== undefined) return { state, effects: [], refused: badKey };

  const claim = claimOf(state, input);
  const isAdmitted = claim !== undefined && claim.roomMade === state.madeAt;
  const own = claim === undefined ? undefined : state.seats.find((seat) => seat.id === claim.id);
  const id = claim?.id ?? (state.visibility === "private" ? input.ownId : undefined) ?? input.id;
  if (state.removed.includes(id)) return refused("removed");
  const isPassed = input.passcodeOk || isAdmitted || isLetIn;
  if (state.passcodeHash !== undefined && !isPassed) return refused("wrong-passcode");
  if (own !== undefined) return resume(state, own, input, now);
  if (state.seats.some((seat) => seat.id === id)) return refused("seat-taken");
  const isKnown = isAdmitted || input.hostTokenOk || isLetIn;
  if (state.locked && !isKnown) return refused("locked");
  const seated = newSeat(state, id, claim?.name, isAdmitted, input, now);
  if (seated === undefined) return refused("room-full");
  return state.knock && !isKnown ? knock(state, id, input) : seated;
}

/** Whether the key opens this room; a private room also needs an id and a card, which come with the key. */
function keyProblem(state: RoomState, input: EnterInput): Refusal | undefined {
  if (state.visibility === "public") {
    return input.key === undefined ? undefined : refusal("wrong-key");
  }
  if (input.key === undefined) return refusal("wrong-key");
  if (state.check !== undefined && !isSameText(state.check, input.key)) return refusal("wrong-key");
  if (input.ownId === undefined || input.card === undefined) {
    return refusal("bad-request", "A private room needs an id and a card.");
  }
  return undefined;
}

/** The claim, unless it is for another seat than the one whose keys the page holds. */
function claimOf(state: RoomState, input: EnterInput): EnterInput["claim"] {
  if (state.visibility === "private" && input.claim?.id !== input.ownId) return undefined;
  return input.claim;
}

function resume(state: RoomState, own: Seat, input: EnterInput, now: number): RoomStep {
  const isSamePage = own.epoch === input.epoch;
  if (!isSamePage && own.presence === "here" && input.probed !== own.connection) {
    return { state, effects: [{ type: "probe", connection: own.connection }] };
  }
  const others = state.seats.filter((seat) => seat !== own);
  const { media, ...facts } = seated(own, input.connection);
  const mine: Seat = {
    ...facts,
    // What another page of this seat sent has ended with it.
    ...(isSamePage && media !== undefined ? { media } : {}),
    epoch: input.epoch,
    ...(own.name === undefined ? {} : { name: nameOf(own.name, input.name, own.name, others) }),
    ...(own.card === undefined || input.card === undefined ? {} : { card: input.card }),
    ...(input.capabilities === undefined ? {} : { capabilities: input.capabilities }),
  };
  const step = settle(
    state,
    {
      seats: state.seats.map((seat) => (seat === own ? mine : seat)),
      ended: new Map(),
      host: input.hostTokenOk ? own.id : undefined,
      welcome: { connection: input.connection, id: own.id, resumed: true, sinceHolds: true },
    },
    now,
  );
  const replaced: readonly RoomEffect[] =
    own.presence === "here" ? [{ type: "close", connection: own.connection, code: "replaced" }] : [];
  return { ...step, effects: [...replaced, ...step.effects] };
}

/** Undefined when the room is full. */
function newSeat(
  state: RoomState,
  id: PeerId,
  claimedName: string | undefined,
  isAdmitted: boolean,
  input: EnterInput,
  now: number,
): RoomStep | undefined {
  // Only a full room is swept before its deadline: elsewhere whoever is a moment late may still come back.
  const kept =
    state.seats.length < state.capacity
      ? { seats: state.seats, ended: new Map() }
      : withoutOver(state.seats, now);
  if (kept.seats.length >= state.capacity) return undefined;
  const isPrivate = state.visibility === "private";
  const seat: Seat = {
    id,
    number: state.nextNumber,
    epoch: input.epoch,
    role: "member",
    ...(isPrivate ? {} : { name: nameOf(claimedName, input.name, input.fallbackName, kept.seats) }),
    ...(isPrivate && input.card !== undefined ? { card: input.card } : {}),
    ...(!isPrivate && input.country !== undefined ? { country: input.country } : {}),
    ...(input.capabilities === undefined ? {} : { capabilities: input.capabilities }),
    joinedAt: now,
    presence: "here",
    connection: input.connection,
  };
  const check = isPrivate && state.check === undefined && input.key !== undefined ? { check: input.key } : {};
  return settle(
    { ...state, ...check, nextNumber: state.nextNumber + 1 },
    {
      ...kept,
      seats: [...kept.seats, seat],
      host: input.hostTokenOk ? id : undefined,
      welcome: { connection: input.connection, id, resumed: false, sinceHolds: isAdmitted },
    },
    now,
  );
}

/** Who comes back keeps the name, also "Ada 2" where "Ada" is asked for again; who asks for another gets that. */
function nameOf(
  had: string | undefined,
  wanted: string | undefined,
  fallback: string,
  others: readonly Seat[],
): string {
  const isKept = had !== undefined && (wanted === undefined || isFormOf(had, wanted));
  return toldApart(
    isKept ? had : (wanted ?? fallback),
    others.flatMap((seat) => seat.name ?? []),
  );
}

import type { Notice, Said } from "@parlour/protocol";
import { type EnterInput, type RoomState, room } from "../../core/index.ts";

/** Rooms, people and entries for the tests of the stores. */

/** A room as the reducer makes it, with that many people in it. */
export function roomWith(
  name: string,
  people: number,
  options: { readonly visibility?: "public" | "private"; readonly stay?: boolean } = {},
): RoomState {
  const visibility = options.visibility ?? "public";
  let state = room(
    undefined,
    { type: "create", name, how: "http", visibility, capacity: 100, stay: options.stay ?? false },
    1000,
  ).state as RoomState;
  for (let n = 0; n < people; n++) state = room(state, person(n), 2000 + n).state as RoomState;
  return state;
}

/** Somebody who enters a room of either kind. */
export function person(n: number, visibility: "public" | "private" = "public"): EnterInput {
  return {
    type: "enter",
    connection: `connection-${n}`,
    id: `person-${n}`,
    ownId: `person-${n}`,
    epoch: `epoch-${n}`,
    name: `Person ${n}`,
    fallbackName: "Quiet Otter",
    card: `card-${n}`,
    capabilities: ["files"],
    passcodeOk: false,
    hostTokenOk: false,
    mayKnock: true,
    ...(visibility === "private" ? { key: "key" } : {}),
  };
}

export function saying(from: string, id: string, at = 1000, text = "hello"): Omit<Said, "seq"> {
  return { type: "said", at, id, from, name: "Ada", text };
}
export function noticing(at = 1000): Omit<Notice, "seq"> {
  return { type: "notice", at, event: "joined", name: "Ada", text: "Ada joined" };
}

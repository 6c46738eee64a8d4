import { type Code, type Hello, type Refusal, refusal } from "@parlour/protocol";
import type { CreateInput, EnterInput, RoomState } from "../../core/index.ts";
import type { Connection } from "../gateway/connection.ts";
import { verifyPasscode } from "../passcodes.ts";
import { isHostToken } from "../tokens.ts";
import { newName, newPeerId } from "./chance.ts";
import type { HubSetup } from "./setup.ts";

/** What is known of a `hello` before the room's own rules decide about it. */
export type Admission =
  | {
      readonly isAdmitted: true;
      readonly room: string;
      /** For a room that is made now. */
      readonly input: EnterInput;
      readonly since: number | undefined;
      /** How to make the room when there is none; missing when that may not be. */
      readonly ifNew?: CreateInput;
      /** The input for the room as it is: what was verified against an earlier room of the name does not count. */
      readonly against: (state: RoomState) => EnterInput;
    }
  | ({ readonly isAdmitted: false; readonly retryAfterMs?: number } & Refusal);

/** Everything about a `hello` that takes time, chance, secrets or a look-up: done before the room's queue, so that nobody waits for it. */
export async function admit(setup: HubSetup, connection: Connection, frame: Hello): Promise<Admission> {
  const { stores, clock, tokens, limits, gateway } = setup;
  const { visitor } = connection;
  const refused = (code: Code, detail?: string, retryAfterMs?: number): Admission => ({
    isAdmitted: false,
    ...refusal(code, detail),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  const monotonic = gateway.now();
  const claim = frame.token === undefined ? undefined : tokens.verify(frame.token, frame.room, clock.now());
  // Who comes back to a seat is no guesser, whoever else guesses from the same address.
  const gates =
    claim === undefined
      ? (["failedJoinsPerAddress", "joinsPerAddress"] as const)
      : (["joinsPerAddress"] as const);
  for (const rate of gates) {
    const waitMs = visitor.waitMs(rate, monotonic);
    if (waitMs > 0) return refused("too-many", undefined, waitMs);
  }
  visitor.take("joinsPerAddress", monotonic);

  const state = await stores.rooms.read(frame.room);
  const visibility = state?.visibility ?? (frame.key === undefined ? "public" : "private");
  if (state === undefined) {
    if (!setup.createOnJoin) return refused("no-such-room");
    if ((await stores.rooms.count()) >= limits.rooms) {
      return refused("too-many", "This server has as many rooms as it can hold.", 60_000);
    }
    if (!visitor.take("roomsPerAddress", monotonic)) {
      return refused(
        "too-many",
        "Too many rooms were made from your address.",
        visitor.waitMs("roomsPerAddress", monotonic),
      );
    }
  }
  if (visibility === "public") {
    const { isProfane } = await setup.profanity();
    if (state === undefined && isProfane(frame.room.replaceAll("-", " "))) return refused("profanity");
    if (frame.name !== undefined && isProfane(frame.name)) {
      return refused("profanity", "That name has words this room does not take.");
    }
  }
  const passcodeHash = state?.passcodeHash;
  let passcodeOk = false;
  if (passcodeHash !== undefined && frame.passcode !== undefined) {
    // Paid in advance, so that many guesses at once can't all be checked; given back to who knows it.
    if (!visitor.take("failedJoinsPerAddress", monotonic)) return refused("too-many", undefined, 5_000);
    passcodeOk = await verifyPasscode(frame.passcode, passcodeHash);
    visitor.give("failedJoinsPerAddress", monotonic);
  }
  const hostTokenHash = state?.hostTokenHash;
  const hostTokenOk =
    hostTokenHash !== undefined &&
    frame.hostToken !== undefined &&
    isHostToken(frame.hostToken, hostTokenHash);
  const country = visibility === "public" ? await setup.countries.find(connection.address) : undefined;

  const input: EnterInput = {
    type: "enter",
    connection: connection.id,
    id: newPeerId(),
    ownId: frame.id,
    epoch: frame.epoch,
    name: frame.name,
    fallbackName: newName(),
    card: frame.card,
    country,
    capabilities: frame.capabilities,
    key: frame.key,
    passcodeOk: false,
    hostTokenOk: false,
    mayKnock:
      visitor.waiting < limits.waitingPerAddress && visitor.waitMs("knocksPerAddress", monotonic) === 0,
    claim,
  };
  return {
    isAdmitted: true,
    room: frame.room,
    input,
    since: frame.since,
    against: (present) => ({
      ...input,
      passcodeOk: passcodeOk && present.passcodeHash === passcodeHash,
      hostTokenOk: hostTokenOk && present.hostTokenHash === hostTokenHash,
    }),
    ...(setup.createOnJoin
      ? {
          ifNew: {
            type: "create",
            name: frame.room,
            how: "join",
            visibility: frame.key === undefined ? "public" : "private",
            capacity: limits.capacityDefault,
            check: frame.key,
            stay: false,
          },
        }
      : {}),
  };
}

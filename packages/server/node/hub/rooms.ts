import type { CreatedRoom, CreateRoom, ListedRoom, Refusal } from "@parlour/protocol";
import { refusal } from "@parlour/protocol";
import { briefly, listedRoom, type RoomState } from "../../core/index.ts";
import { hashPasscode } from "../passcodes.ts";
import { isHostToken, makeHostToken } from "../tokens.ts";
import { newRoomName } from "./chance.ts";
import type { Hub } from "./hub.ts";

/** One room as anyone who knows its name may see it. */
export interface RoomFacts extends Omit<ListedRoom, "names"> {
  readonly visibility: RoomState["visibility"];
  readonly hasPasscode: boolean;
  /** Nobody new comes in. */
  readonly locked: boolean;
  /** Who is new waits until the host admits them. */
  readonly knock: boolean;
}

/** Rooms as HTTP makes, lists and ends them. */
export class Rooms {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  async create(wanted: CreateRoom): Promise<Omit<CreatedRoom, "url"> | { readonly refused: Refusal }> {
    const { stores, limits, profanity } = this.#hub.setup;
    if ((await stores.rooms.count()) >= limits.rooms) {
      return { refused: refusal("too-many", "This server has as many rooms as it can hold.") };
    }
    if (wanted.stay && (await stores.rooms.countStaying()) >= limits.stayingRooms) {
      return { refused: refusal("too-many", "This server has as many staying rooms as it can hold.") };
    }
    if (wanted.visibility === "public") {
      const { isProfane } = await profanity();
      const shown = [wanted.name?.replaceAll("-", " "), wanted.title];
      if (shown.some((text) => text !== undefined && isProfane(text))) {
        return { refused: refusal("profanity", "That name or title has words this server does not take.") };
      }
    }
    const name = wanted.name ?? newRoomName(wanted.visibility);
    const passcodeHash = wanted.passcode === undefined ? undefined : await hashPasscode(wanted.passcode);
    const host = makeHostToken();
    const step = await this.#hub.apply(name, {
      type: "create",
      how: "http",
      name,
      visibility: wanted.visibility,
      capacity: wanted.capacity,
      title: wanted.title,
      passcodeHash,
      hostTokenHash: host.hash,
      stay: wanted.stay,
    });
    if (step === undefined) return { refused: refusal("internal") };
    if (step.refused !== undefined) return { refused: step.refused };
    return { name, visibility: wanted.visibility, hostToken: host.token };
  }

  /** Public rooms with people in them. */
  async list(): Promise<readonly ListedRoom[]> {
    return (await this.#hub.setup.stores.rooms.listed()).map(listedRoom);
  }

  async facts(name: string): Promise<RoomFacts | undefined> {
    const state = await this.#hub.setup.stores.rooms.read(name);
    if (state === undefined) return undefined;
    const hasPasscode = state.passcodeHash !== undefined;
    const { visibility, locked, knock } = state;
    return { ...briefly(state), visibility, hasPasscode, locked, knock };
  }

  /** Ends the room for everyone in it. */
  async end(name: string, hostToken: string): Promise<Refusal | undefined> {
    const state = await this.#hub.setup.stores.rooms.read(name);
    if (state === undefined) return refusal("no-such-room");
    if (state.hostTokenHash === undefined || !isHostToken(hostToken, state.hostTokenHash)) {
      return refusal("not-host");
    }
    return (await this.#hub.apply(name, { type: "end" }))?.refused;
  }
}

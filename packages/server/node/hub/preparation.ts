import { type HostFrame, type Refusal, refusal } from "@parlour/protocol";
import type { HostCommand, RoomState } from "../../core/index.ts";
import { hashPasscode } from "../passcodes.ts";
import type { HubSetup } from "./setup.ts";

/** Does what takes time, chance or a look-up before a room decides about what its host asks for. */
export async function prepare(
  setup: Pick<HubSetup, "profanity">,
  state: RoomState,
  frame: HostFrame,
): Promise<HostCommand | Refusal> {
  if (frame.type !== "set") return frame;
  const { passcode, ...rest } = frame;
  const { title } = frame;
  if (
    typeof title === "string" &&
    state.visibility === "public" &&
    (await setup.profanity()).isProfane(title)
  ) {
    return refusal("profanity", "That title has words this server does not take.");
  }
  if (passcode === undefined) return rest;
  return { ...rest, passcodeHash: passcode === null ? null : await hashPasscode(passcode) };
}

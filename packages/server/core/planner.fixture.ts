import type { MediaReport } from "@parlour/protocol";
import { nextDeadline } from "./deadlines.ts";
import type { HostPolicy } from "./planner.ts";
import { room } from "./room.ts";
import { type RoomState, roomInfo } from "./state.ts";
import type { EnterInput, RoomEffect, RoomInput } from "./transition.ts";

export const embedded: HostPolicy = { engine: "embedded" };
export const able = ["forwarded", "sealed-frames"];

/** A room that people come to, and what everyone in it was told of it. */
export class Stage {
  state: RoomState | undefined;
  now = 1_000_000;
  policy = embedded;
  readonly told: RoomEffect[] = [];

  constructor(visibility: "public" | "private" = "public") {
    this.give({ type: "create", name: "den", how: "join", visibility, capacity: 100, stay: false });
  }

  give(input: RoomInput): void {
    const step = room(this.state, input, this.now, this.policy);
    if (step.refused !== undefined) throw new Error(step.refused.code);
    this.state = step.state;
    this.told.push(...step.effects.filter((each) => each.type === "tell-all" && each.frame.type === "room"));
  }

  come(who: string, capabilities: readonly string[] = able): void {
    const isPrivate = this.state?.visibility === "private";
    const input: EnterInput = {
      type: "enter",
      connection: who,
      id: who,
      epoch: `epoch-${who}`,
      fallbackName: who,
      capabilities,
      passcodeOk: false,
      hostTokenOk: false,
      mayKnock: true,
      ...(isPrivate ? { ownId: who, card: "card", key: "key" } : {}),
    };
    this.give(input);
  }

  say(who: string, report: Partial<MediaReport>): void {
    const whole: MediaReport = { type: "media", cameras: 0, screens: 0, sound: false, ...report };
    this.give({ type: "media", connection: who, report: whole });
  }

  /** So many people with a camera each. */
  cameras(count: number, capabilities?: readonly string[]): void {
    for (let n = 0; n < count; n++) {
      this.come(`p${n}`, capabilities);
      this.say(`p${n}`, { cameras: 1, sound: true });
    }
  }

  /** Time passes; what is due happens when it is. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = this.state === undefined ? undefined : nextDeadline(this.state);
      if (due === undefined || due > until) break;
      if (due <= this.now) throw new Error("due at once, again and again");
      this.now = due;
      this.give({ type: "expire" });
    }
    this.now = until;
  }

  get topology(): string | undefined {
    return this.state && roomInfo(this.state).topology;
  }
}

/** What a machine says that passes on gladly. */
export const willing = { cores: 4, uplink: 10_000 };

/** A room whose host runs no forwarder, with so many cameras, all of them willing to pass on unless said otherwise. */
export function unaided(cameras: number, passes: MediaReport["passes"] = willing): Stage {
  const stage = new Stage();
  stage.policy = {};
  for (let n = 0; n < cameras; n++) {
    stage.come(`p${n}`);
    stage.say(`p${n}`, { cameras: 1, sound: true, ...(passes !== undefined && { passes }) });
  }
  return stage;
}

import {
  type Code,
  type Hello,
  type HostFrame,
  type MediaReport,
  type Refusal,
  refusal,
  type Say,
} from "@parlour/protocol";
import {
  type EnterInput,
  type HostCommand,
  nextDeadline,
  type RoomEffect,
  type RoomInput,
  type RoomState,
  type RoomStep,
  room,
  seatOfConnection,
} from "../../core/index.ts";
import type { Connection, Place } from "../gateway/connection.ts";
import { type AtDoor, LiveRoom } from "../gateway/live-room.ts";
import { type Admission, admit } from "./admission.ts";
import { say } from "./chat.ts";
import { IceRenewals } from "./ice-renewals.ts";
import { prepare } from "./preparation.ts";
import { Probes } from "./probes.ts";
import { seatsGone, tellGone } from "./seats-gone.ts";
import type { HubSetup } from "./setup.ts";
import { welcome } from "./welcome.ts";

// How often what the host does not keep any longer is dropped from the message log.
const pruneEveryMs = 10 * 60_000;

// Who finds too many at the door may look again after this.
const fullDoorMs = 10_000;

/** Who says hello, and what was found out before the room decides. */
interface Newcomer extends AtDoor {
  readonly admission: Admission & { readonly isAdmitted: true };
}

/** Refusals that a guesser would collect: names of rooms, keys and passcodes. */
const guesses: ReadonlySet<Code> = new Set(["no-such-room", "wrong-key", "wrong-passcode", "removed"]);

/**
 * Runs the room reducer and does what it says. Everything in one room happens one after another, effects included, so that a welcome
 * comes before anything told after it; only signals go past the queue, and those need a seat that was welcomed.
 */
export class Hub {
  readonly setup: HubSetup;
  readonly #rooms = new Map<string, LiveRoom>();
  readonly #probes: Probes;
  readonly #iceRenewals: IceRenewals;
  #isDraining = false;
  #stopPrune: () => void = () => {};

  constructor(setup: HubSetup) {
    this.setup = setup;
    this.#probes = new Probes(setup);
    this.#iceRenewals = new IceRenewals(setup);
  }

  /** Takes up the rooms that the data folder has: nobody is connected, every grace starts anew. */
  async boot(): Promise<void> {
    const { stores, clock } = this.setup;
    await stores.log.prune(clock.now());
    for (const name of await stores.rooms.names()) await this.apply(name, { type: "boot" });
    const prune = (): void => {
      stores.log.prune(clock.now()).catch((error: unknown) => this.#failed(error, "prune"));
      this.#stopPrune = clock.after(pruneEveryMs, prune);
    };
    this.#stopPrune = clock.after(pruneEveryMs, prune);
  }

  /** Seats connected to this process. */
  get people(): number {
    let count = 0;
    for (const live of this.#rooms.values()) count += live.seats.size;
    return count;
  }

  hello(connection: Connection, frame: Hello): void {
    const { gateway } = this.setup;
    if (!connection.move({ phase: "entering", room: frame.room })) return;
    if (this.#isDraining) {
      gateway.end(connection, "draining", { retryAfterMs: 1_000 });
      return;
    }
    admit(this.setup, connection, frame)
      .then(async (admission) => {
        if (admission.isAdmitted) await this.#seat(connection, admission);
        else {
          const { code, detail, hint, retryAfterMs } = admission;
          this.#turnAway(connection, code, {
            detail,
            hint,
            ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
          });
        }
      })
      .catch((error: unknown) => {
        this.#failed(error, "hello");
        gateway.end(connection, "internal", { retryAfterMs: 2_000 });
      });
  }

  say(connection: Connection, frame: Say): void {
    const { place } = connection;
    if (place.phase !== "seated") return;
    const { name } = place.room;
    this.#run(name, (live) => say(this.setup, live, connection, frame)).catch((error: unknown) => {
      this.#failed(error, "say");
      connection.refuse("internal", this.setup.gateway.now(), { ref: frame.id, cost: 0 });
    });
  }

  /** What only a host may do. Answered in the order in which it was asked for. */
  ask(connection: Connection, frame: HostFrame): void {
    const { place } = connection;
    if (place.phase !== "seated") return;
    const { gateway } = this.setup;
    const ref = frame.type;
    this.#run(place.room.name, async (live) => {
      const state = await this.setup.stores.rooms.read(live.name);
      // Nobody else has the server hash and look up words for them.
      const isHost = state !== undefined && seatOfConnection(state.seats, connection.id)?.role === "host";
      const prepared = isHost ? await prepare(this.setup, state, frame) : refusal("not-host");
      const asked = "code" in prepared ? prepared : await this.#ask(live, connection, prepared);
      if (asked === undefined) connection.send({ type: "done", ref });
      else {
        const { code, detail } = asked;
        connection.refuse(code, gateway.now(), { ref, detail, cost: code === "profanity" ? 0 : 0.25 });
      }
    }).catch((error: unknown) => {
      this.#failed(error, ref);
      connection.refuse("internal", gateway.now(), { ref, cost: 0 });
    });
  }

  async #ask(live: LiveRoom, { id }: Connection, command: HostCommand): Promise<Refusal | undefined> {
    const input: RoomInput = { type: "host", connection: id, command };
    return (await this.#change(live, (state) => this.#step(state, input))).refused;
  }

  /** What a page sends, by which the room's topology is planned. */
  report(connection: Connection, report: MediaReport): void {
    const { place } = connection;
    if (place.phase !== "seated") return;
    void this.apply(place.room.name, { type: "media", connection: connection.id, report });
  }

  leave(connection: Connection): void {
    const { place } = connection;
    if (place.phase === "knocking") this.setup.gateway.end(connection, "left");
    if (place.phase !== "seated") return;
    // No more signals from a seat that is about to be gone; what comes after is not waited for.
    void this.apply(place.room.name, { type: "leave", connection: connection.id });
  }

  /** A connection with a seat, or at the door, is over, whoever ended it. */
  gone(
    connection: Connection,
    place: Place & { phase: "seated" | "knocking" },
    why: "page" | "silent",
  ): void {
    const { seats, door, name } = place.room;
    if (place.phase === "knocking") door.delete(connection.id);
    else if (seats.get(place.number) === connection) seats.delete(place.number);
    this.#probes.lost(connection);
    this.#iceRenewals.stop(connection);
    // While draining nobody is at fault for being gone; a server that starts again gives every seat its full grace.
    if (!this.#isDraining) void this.apply(name, { type: "drop", connection: connection.id, why });
  }

  /** A connection that was asked for a sign of life gave one. */
  answered(connection: Connection): void {
    this.#probes.answered(connection);
  }

  /** Gives the room an input and does what follows. Never rejects. */
  async apply(name: string, input: RoomInput): Promise<RoomStep | undefined> {
    try {
      return await this.#run(name, (live) => this.#change(live, (state) => this.#step(state, input)));
    } catch (error) {
      this.#failed(error, input.type);
      return undefined;
    }
  }

  drain(): void {
    this.#isDraining = true;
  }

  /** A room that somebody is connected to here. */
  live(name: string): LiveRoom | undefined {
    return this.#rooms.get(name);
  }

  /** Waits for what is under way, then stops every timer. */
  async close(): Promise<void> {
    this.#isDraining = true;
    this.#stopPrune();
    this.#probes.close();
    this.#iceRenewals.close();
    await Promise.all([...this.#rooms.values()].map((live) => live.settled));
    for (const live of this.#rooms.values()) live.deadline?.cancel();
    this.#rooms.clear();
  }

  #step(state: RoomState | undefined, input: RoomInput): RoomStep {
    return room(state, input, this.setup.clock.now(), this.setup.forwarding.policy);
  }

  #run<T>(name: string, task: (live: LiveRoom) => Promise<T>): Promise<T> {
    let live = this.#rooms.get(name);
    if (live === undefined) {
      live = new LiveRoom(name);
      this.#rooms.set(name, live);
    }
    const here = live;
    return here
      .enqueue(() => task(here))
      .finally(() => {
        if (here.isIdle && this.#rooms.get(name) === here) this.#rooms.delete(name);
      });
  }

  /** The one way in which a room changes: through the reducer, into the store, then its effects. Runs inside the room's queue. */
  async #change(
    live: LiveRoom,
    change: (state: RoomState | undefined) => RoomStep,
    newcomer?: Newcomer,
  ): Promise<RoomStep> {
    const { stores } = this.setup;
    const { step, isGone, goneSeats } = await stores.rooms.update(live.name, (before) => {
      const after = change(before);
      const ended = before !== undefined && after.state === undefined;
      return {
        state: after.state,
        result: { step: after, isGone: ended, goneSeats: seatsGone(before, after.state) },
      };
    });
    if (goneSeats.length > 0) tellGone(this.setup, live.name, goneSeats);
    if (isGone) await stores.log.forget(live.name);
    this.#arm(live, step.state);
    for (const effect of step.effects) await this.#perform(live, step.state, effect, newcomer);
    this.setup.forwarding.follow(live, step.state);
    return step;
  }

  /** Lets the admitted in, after making the room when there is none. */
  async #seat(connection: Connection, admission: Newcomer["admission"]): Promise<void> {
    const { input, ifNew } = admission;
    if (connection.place.phase === "ended") return;
    await this.#run(admission.room, async (live) => {
      if (connection.place.phase === "ended") return;
      const change = (state: RoomState | undefined): RoomStep => {
        if (state !== undefined) return this.#step(state, admission.against(state));
        if (ifNew === undefined) return this.#step(undefined, input);
        const made = this.#step(undefined, ifNew);
        const entered = this.#step(made.state, input);
        // Who may not enter the room that they would make makes none.
        return entered.refused === undefined ? entered : { ...entered, state: undefined };
      };
      const step = await this.#change(live, change, {
        connection,
        since: admission.since,
        admission,
      });
      if (step.refused !== undefined) {
        const { code, detail, hint } = step.refused;
        const again = code === "too-many" ? { retryAfterMs: fullDoorMs } : {};
        return this.#turnAway(connection, code, { detail, hint, ...again });
      }
      await this.#dropIfEnded(live, connection);
    });
  }

  /** The page went while its seat was being made: its seat waits like any other. */
  async #dropIfEnded(live: LiveRoom, { id, place }: Connection): Promise<void> {
    if (place.phase !== "ended" || this.#isDraining) return;
    const drop: RoomInput = { type: "drop", connection: id, why: place.why };
    await this.#change(live, (state) => this.#step(state, drop));
  }

  #turnAway(
    connection: Connection,
    code: Code,
    options: { readonly detail?: string; readonly hint?: string; readonly retryAfterMs?: number },
  ): void {
    if (guesses.has(code)) connection.visitor.take("failedJoinsPerAddress", this.setup.gateway.now());
    this.setup.counts.refused(code);
    this.setup.gateway.end(connection, code, options);
  }

  async #perform(
    live: LiveRoom,
    state: RoomState | undefined,
    effect: RoomEffect,
    newcomer?: Newcomer,
  ): Promise<void> {
    const { gateway, stores, clock } = this.setup;
    switch (effect.type) {
      case "welcome":
        if (state !== undefined) await this.#welcome(live, state, effect, newcomer);
        return;
      case "wait":
        if (newcomer !== undefined) this.#wait(live, newcomer);
        return;
      case "tell":
        live.connection(effect.to)?.send(effect.frame);
        return;
      case "tell-all":
        live.tellAll(effect.frame, effect.except);
        return;
      case "close": {
        const ended = live.connection(effect.connection);
        if (ended !== undefined) {
          gateway.end(ended, effect.code, effect.detail === undefined ? {} : { detail: effect.detail });
        }
        return;
      }
      case "notice": {
        const { event, name, text } = effect;
        const { entry } = await stores.log.append(live.name, {
          type: "notice",
          at: clock.now(),
          event,
          name,
          text,
        });
        live.tellAll(entry);
        return;
      }
      case "probe": {
        if (newcomer === undefined) return;
        const { connection, admission } = newcomer;
        // Whether the seat's page answers decides; the room goes on meanwhile.
        this.#probes.start(live.connection(effect.connection), connection, () => {
          const against = (present: RoomState): EnterInput => ({
            ...admission.against(present),
            probed: effect.connection,
          });
          this.#seat(connection, { ...admission, against }).catch((error: unknown) => {
            this.#failed(error, "takeover");
            gateway.end(connection, "internal", { retryAfterMs: 2_000 });
          });
        });
        return;
      }
    }
  }

  async #welcome(
    live: LiveRoom,
    state: RoomState,
    effect: RoomEffect & { type: "welcome" },
    newcomer: Newcomer | undefined,
  ): Promise<void> {
    const admitted: AtDoor | undefined = live.door.get(effect.connection) ?? newcomer;
    if (admitted === undefined) return;
    const visitor = await welcome(this.setup, live, state, effect, admitted);
    if (visitor === undefined) return;
    this.#iceRenewals.start(admitted.connection, visitor);
    this.setup.forwarding.arrived(live.name, visitor.seat);
  }

  #wait(live: LiveRoom, { connection, since }: Newcomer): void {
    if (!connection.move({ phase: "knocking", room: live })) return;
    connection.visitor.take("knocksPerAddress", this.setup.gateway.now());
    live.door.set(connection.id, { connection, since });
    connection.send({ type: "waiting" });
  }

  /** One timer per room, for the next thing that time alone changes in it. */
  #arm(live: LiveRoom, state: RoomState | undefined): void {
    const at = state === undefined ? undefined : nextDeadline(state);
    if (live.deadline?.at === at) return;
    live.deadline?.cancel();
    live.deadline = undefined;
    if (at === undefined) return;
    const inMs = Math.max(1, at - this.setup.clock.now());
    const cancel = this.setup.clock.after(inMs, () => {
      live.deadline = undefined;
      void this.#expire(live);
    });
    live.deadline = { at, cancel };
  }

  async #expire(live: LiveRoom): Promise<void> {
    // A drained server keeps its rooms as they are for the next one.
    if (this.#isDraining) return;
    await this.apply(live.name, { type: "expire" });
  }

  #failed(error: unknown, doing: string): void {
    this.setup.logger.error({ err: error, doing }, "something went wrong in the hub");
  }
}

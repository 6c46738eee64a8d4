import type { Code, Hello, PeerId, Say } from "@parlour/protocol";
import {
  type EnterInput,
  nextDeadline,
  type RoomEffect,
  type RoomInput,
  type RoomState,
  type RoomStep,
  room,
  roomInfo,
  seatOfConnection,
} from "../../core/index.ts";
import type { Connection, Place } from "../gateway/connection.ts";
import { LiveRoom } from "../gateway/live-room.ts";
import { type Admission, admit } from "./admission.ts";
import { greeting } from "./greeting.ts";
import { Probes } from "./probes.ts";
import type { HubSetup } from "./setup.ts";

// How often what the host does not keep any longer is dropped from the message log.
const pruneEveryMs = 10 * 60_000;

/** Who says hello, and what was found out before the room decides. */
interface Newcomer {
  readonly connection: Connection;
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
  #isDraining = false;
  #stopPrune: () => void = () => {};

  constructor(setup: HubSetup) {
    this.setup = setup;
    this.#probes = new Probes(setup);
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
    this.#run(name, async (live) => {
      const { stores, clock, counts, gateway } = this.setup;
      const state = await stores.rooms.read(name);
      const seat = state && seatOfConnection(state.seats, connection.id);
      if (seat === undefined) return;
      if (state?.visibility !== "public") {
        const detail = "In a private room messages go from page to page.";
        return connection.refuse("unexpected", gateway.now(), { ref: frame.id, detail });
      }
      if ((await this.setup.profanity()).isProfane(frame.text)) {
        return connection.refuse("profanity", gateway.now(), { ref: frame.id, cost: 0 });
      }
      const { entry, isNew } = await stores.log.append(name, {
        type: "said",
        at: clock.now(),
        id: frame.id,
        from: seat.id,
        name: seat.name ?? "",
        ...(seat.country === undefined ? {} : { country: seat.country }),
        text: frame.text,
      });
      connection.send({ type: "accepted", id: frame.id, seq: entry.seq, at: entry.at });
      if (!isNew) return;
      counts.said++;
      live.tellAll(entry);
    }).catch((error: unknown) => {
      this.#failed(error, "say");
      connection.refuse("internal", this.setup.gateway.now(), { ref: frame.id, cost: 0 });
    });
  }

  leave(connection: Connection): void {
    const { place } = connection;
    if (place.phase !== "seated") return;
    // No more signals from a seat that is about to be gone; what comes after is not waited for.
    void this.apply(place.room.name, { type: "leave", connection: connection.id });
  }

  /** A seated connection is over, whoever ended it. */
  gone(connection: Connection, place: Place & { phase: "seated" }, why: "page" | "silent"): void {
    const { seats, name } = place.room;
    if (seats.get(place.number) === connection) seats.delete(place.number);
    this.#probes.lost(connection);
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

  /** Waits for what is under way, then stops every timer. */
  async close(): Promise<void> {
    this.#isDraining = true;
    this.#stopPrune();
    this.#probes.close();
    await Promise.all([...this.#rooms.values()].map((live) => live.settled));
    for (const live of this.#rooms.values()) live.deadline?.cancel();
    this.#rooms.clear();
  }

  #step(state: RoomState | undefined, input: RoomInput): RoomStep {
    return room(state, input, this.setup.clock.now());
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
    for (const seat of goneSeats) this.#seatGone(live.name, seat);
    if (isGone) await stores.log.forget(live.name);
    this.#arm(live, step.state);
    for (const effect of step.effects) await this.#perform(live, step.state, effect, newcomer);
    return step;
  }

  /** What others do about it must not keep the room from going on. */
  #seatGone(name: string, seat: PeerId): void {
    try {
      this.setup.onSeatGone(name, seat);
    } catch (error) {
      this.#failed(error, "seat gone");
    }
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
      const step = await this.#change(live, change, { connection, admission });
      if (step.refused !== undefined) {
        const { code, detail, hint } = step.refused;
        return this.#turnAway(connection, code, { detail, hint });
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
        if (newcomer !== undefined && state !== undefined) await this.#welcome(live, state, effect, newcomer);
        return;
      case "tell":
        connectionIn(live, effect.to)?.send(effect.frame);
        return;
      case "tell-all":
        live.tellAll(effect.frame, effect.except);
        return;
      case "close": {
        const ended = connectionIn(live, effect.connection);
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
        this.#probes.start(connectionIn(live, effect.connection), connection, () => {
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
    { connection, admission: { since } }: Newcomer,
  ): Promise<void> {
    const { stores, clock, tokens, counts, historyMessages, iceServers } = this.setup;
    const { you, peers, resumed } = effect;
    const isPublic = state.visibility === "public";
    // Nothing is said meanwhile: the room's queue waits for this.
    const history = isPublic
      ? await stores.log.after(live.name, effect.sinceHolds ? since : undefined, historyMessages)
      : [];
    if (!connection.move({ phase: "seated", room: live, number: you.number, id: you.id })) return;
    live.seats.set(you.number, connection);
    if (resumed) counts.resumes++;
    else counts.joins++;
    const now = clock.now();
    connection.send({
      type: "welcome",
      version: 1,
      at: now,
      room: roomInfo(state),
      you,
      peers,
      token: tokens.issue(
        {
          room: live.name,
          id: you.id,
          roomMade: state.madeAt,
          ...(you.name === undefined ? {} : { name: you.name }),
        },
        now,
      ),
      resumed,
      iceServers: [...iceServers({ ...connection.cameBy, room: live.name, seat: you.id })],
      history: [...history],
      ...(isPublic ? { greeting: greeting(state, you, peers) } : {}),
    });
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

/** Whose seats were there before and are no more. */
function seatsGone(before: RoomState | undefined, after: RoomState | undefined): readonly PeerId[] {
  if (before === undefined || before.seats === after?.seats) return [];
  const left = new Set(after?.seats.map(({ id }) => id));
  return before.seats.flatMap(({ id }) => (left.has(id) ? [] : [id]));
}

function connectionIn(live: LiveRoom, id: string): Connection | undefined {
  for (const connection of live.seats.values()) if (connection.id === id) return connection;
  return undefined;
}

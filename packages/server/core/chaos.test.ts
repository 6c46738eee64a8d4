import { limits, type RosterEntry, type ServerFrame } from "@parlour/protocol";
import { type Random, runSeeds } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { nextDeadline } from "./deadlines.ts";
import { nameKey } from "./names.ts";
import { room } from "./room.ts";
import { type ConnectionId, rosterEntry } from "./seat.ts";
import type { RoomState } from "./state.ts";
import type { EnterInput, RoomEffect, RoomInput, RoomStep, SeatClaim } from "./transition.ts";

/** What one connection believes the roster to be, from its frames alone. */
type Mirror = Map<string, RosterEntry>;

/** A page, honest or not, as far as the server can tell. */
interface Page {
  readonly ownId: string;
  epoch: string;
  /** Every claim that a token of this page ever made. */
  readonly claims: SeatClaim[];
  connection: ConnectionId | undefined;
}

/** Thrown when the room did something that it must not. Plain comparisons: a million `expect`s would take minutes. */
function must(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

const names = ["Ada", "ADA", "Ada 2", "Bob", "ﬁona", "Fiona", "Quiet Otter", undefined] as const;

/** A room that anything happens to. */
class World {
  state: RoomState | undefined;
  now = 1_000_000;
  /** How often each kind of thing happened, so that a run that checks nothing shows. */
  readonly seen = new Map<string, number>();
  readonly #random: Random;
  readonly #isPrivate: boolean;
  readonly #mirrors = new Map<ConnectionId, Mirror>();
  readonly #pages: Page[];
  readonly #numbers = new Map<number, string>();
  #connections = 0;
  #ids = 0;
  #emptiedAt: number | undefined;
  #probed: ConnectionId | undefined;

  constructor(random: Random) {
    this.#random = random;
    this.#isPrivate = random.chance(0.4);
    this.#pages = Array.from({ length: random.int(2, 7) }, (_, n) => ({
      ownId: `own-${n}`,
      epoch: `epoch-${n}-0`,
      claims: [],
      connection: undefined,
    }));
  }

  /** One input, any that can come in this moment or any that can't. */
  step(): void {
    const random = this.#random;
    if (random.chance(0.3)) this.#pass(random.pick([1, 200, 3000, 8000, 31_000, 60_000, 61_000]));
    if (this.state === undefined || random.chance(0.01)) this.give(this.#create());
    const draw = random.next();
    if (draw < 0.45) this.give(this.#enter(random.pick(this.#pages)));
    else if (draw < 0.65)
      this.give({ type: "drop", connection: this.#anyConnection(), why: random.pick(["page", "silent"]) });
    else if (draw < 0.78) this.give({ type: "leave", connection: this.#anyConnection() });
    else if (draw < 0.82) this.#restart();
    else if (draw < 0.83) this.give({ type: "end" });
    else if (draw < 0.9) this.give({ type: "expire" });
    else this.#reload(random.pick(this.#pages));
  }

  /** Everyone is lost, and time runs its course. */
  finish(): void {
    for (const seat of this.state?.seats ?? []) {
      if (seat.presence === "here") this.give({ type: "drop", connection: seat.connection, why: "silent" });
    }
    this.#pass(limits.seatAfterSilenceMs);
    must((this.state?.seats.length ?? 0) === 0, "a seat stays although nobody is here");
    this.#pass(limits.unenteredRoomMs);
    must(this.state === undefined || this.state.stay, "a room stays although it is empty");
  }

  give(input: RoomInput): void {
    const before = this.state;
    const step = room(before, input, this.now);
    this.#count(step.refused === undefined ? input.type : `refused ${step.refused.code}`);
    if (step.refused !== undefined) {
      must(step.state === before && step.effects.length === 0, "something was refused and yet done");
    }
    // Every other state goes the way over a disk.
    this.state = this.#random.chance(0.5) ? step.state : copied(step.state);
    if (before !== undefined && this.state === undefined) {
      this.#numbers.clear();
    }
    this.#deliver(step, before);
    this.#check(before, input);
  }

  #create(): RoomInput {
    const random = this.#random;
    return {
      type: "create",
      name: "tea",
      how: random.pick(["http", "join"]),
      visibility: this.#isPrivate ? "private" : "public",
      capacity: random.pick([1, 2, 3, 8]),
      passcodeHash: random.chance(0.2) ? "hash" : undefined,
      check: this.#isPrivate && random.chance(0.5) ? "key" : undefined,
      stay: random.chance(0.2),
    };
  }

  #enter(page: Page): EnterInput {
    const random = this.#random;
    const isLiar = random.chance(0.2);
    const other = random.pick(this.#pages);
    const claim = isLiar ? this.#falseClaim(other) : random.chance(0.9) ? page.claims.at(-1) : undefined;
    const isTaken = page.connection !== undefined && random.chance(0.1);
    const connection = isTaken ? (page.connection as string) : `connection-${this.#connections++}`;
    page.connection = connection;
    return {
      type: "enter",
      connection,
      id: `made-${this.#ids++}`,
      ownId: isLiar && random.chance(0.5) ? other.ownId : random.chance(0.95) ? page.ownId : undefined,
      epoch: isLiar && random.chance(0.5) ? other.epoch : page.epoch,
      name: random.pick(names),
      fallbackName: "Quiet Otter",
      card: random.chance(0.97) ? `card of ${page.epoch}` : undefined,
      country: random.pick(["PT", undefined]),
      capabilities: random.pick([undefined, [], ["files"]]),
      key:
        this.#isPrivate !== (isLiar && random.chance(0.3))
          ? random.pick(["key", "key", "key", "kez"])
          : undefined,
      passcodeOk: random.chance(0.8),
      hostTokenOk: random.chance(0.15),
      mayKnock: random.chance(0.95),
      claim,
      probed: random.chance(0.7) ? this.#probed : this.#anyConnection(),
    };
  }

  /** Tokens can't be forged, but kept too long, copied and used in another room of the name. */
  #falseClaim(other: Page): SeatClaim | undefined {
    const random = this.#random;
    const claim = other.claims.length > 0 ? random.pick(other.claims) : undefined;
    return claim && random.chance(0.3) ? { ...claim, roomMade: claim.roomMade - 1 } : claim;
  }

  #anyConnection(): ConnectionId {
    const random = this.#random;
    return random.chance(0.8) && this.#mirrors.size > 0
      ? random.pick([...this.#mirrors.keys()])
      : `connection-${random.int(0, this.#connections)}`;
  }

  #reload(page: Page): void {
    if (page.connection !== undefined) this.give({ type: "drop", connection: page.connection, why: "page" });
    page.epoch = `${page.epoch}+`;
    this.give(this.#enter(page));
  }

  #restart(): void {
    this.#mirrors.clear();
    this.now += this.#random.pick([0, 5000, 24 * 3_600_000]);
    // Nothing may end for the time that the server was away.
    const seats = this.state?.seats.length;
    this.give({ type: "boot" });
    this.give({ type: "expire" });
    must(this.state?.seats.length === seats, "a seat ended while the server was away");
  }

  #pass(ms: number): void {
    const until = this.now + ms;
    // Timers are late now and then.
    while (!this.#random.chance(0.1)) {
      const due = this.state === undefined ? undefined : nextDeadline(this.state);
      if (due === undefined || due > until) break;
      this.now = Math.max(this.now, due);
      this.give({ type: "expire" });
      const next = this.state === undefined ? undefined : nextDeadline(this.state);
      must(next === undefined || next > this.now, "a deadline passed and nothing came of it");
    }
    this.now = until;
    this.give({ type: "expire" });
  }

  #deliver(step: RoomStep, before: RoomState | undefined): void {
    const seated = new Map<ConnectionId, string>();
    for (const seat of this.state?.seats ?? []) {
      if (seat.presence === "here") seated.set(seat.connection, seat.id);
    }
    for (const effect of step.effects) {
      this.#count(effect.type === "tell-all" ? effect.frame.type : effect.type);
      switch (effect.type) {
        case "welcome":
          this.#welcome(effect, seated);
          break;
        case "tell-all":
          for (const [connection, id] of seated) {
            if (id !== effect.except) this.#tell(connection, effect.frame);
          }
          break;
        case "tell":
          must(seated.has(effect.to), "somebody without a seat was told something");
          this.#tell(effect.to, effect.frame);
          break;
        case "close":
          must(this.#mirrors.delete(effect.connection), "a connection without a seat was closed");
          must(!seated.has(effect.connection), "a connection was closed that still has its seat");
          break;
        case "probe":
          must(seated.has(effect.connection), "a connection without a seat was probed");
          must(step.state === before, "a probe changed the room");
          this.#probed = effect.connection;
          break;
        case "notice":
          must(!this.#isPrivate, "a private room noted something");
          break;
      }
    }
  }

  #welcome(effect: RoomEffect & { type: "welcome" }, seated: ReadonlyMap<ConnectionId, string>): void {
    must(seated.get(effect.connection) === effect.you.id, "who was welcomed has no seat");
    must(!this.#mirrors.has(effect.connection), "a connection was welcomed twice");
    const roster = [effect.you, ...effect.peers].map((entry): [string, RosterEntry] => [entry.id, entry]);
    this.#mirrors.set(effect.connection, new Map(roster));
    const page = this.#pages.find((one) => one.connection === effect.connection);
    page?.claims.push({ id: effect.you.id, name: effect.you.name, roomMade: this.state?.madeAt ?? 0 });
    if (effect.resumed) this.#count("resumed");
  }

  #tell(connection: ConnectionId, frame: ServerFrame): void {
    const mirror = this.#mirrors.get(connection);
    must(mirror !== undefined, `${frame.type} came before the welcome`);
    if (frame.type === "joined") {
      must(!mirror.has(frame.peer.id), "somebody joined who was there");
      mirror.set(frame.peer.id, frame.peer);
    } else if (frame.type === "changed") {
      must(mirror.has(frame.peer.id), "somebody changed who was not there");
      mirror.set(frame.peer.id, frame.peer);
    } else if (frame.type === "left") {
      must(mirror.delete(frame.id), "somebody left who was not there");
    } else {
      throw new Error(`the room does not send ${frame.type}`);
    }
  }

  #check(before: RoomState | undefined, input: RoomInput): void {
    if (input.type === "drop") this.#mirrors.delete(input.connection);
    const seats = this.state?.seats ?? [];
    const here = new Set(seats.flatMap((seat) => (seat.presence === "here" ? [seat.connection] : [])));
    const roster = canonical(seats.map(rosterEntry));
    for (const [connection, mirror] of this.#mirrors) {
      must(here.has(connection), `${connection} lost its seat and was not told`);
      must(canonical([...mirror.values()]) === roster, `${connection} believes another roster`);
    }
    must(here.size === this.#mirrors.size, "somebody is seated and was not welcomed");
    must(new Set(seats.map((seat) => seat.id)).size === seats.length, "an id is there twice");
    must(
      seats.every((seat, i) => i === 0 || seat.number > (seats[i - 1]?.number ?? 0)),
      "numbers are out of order",
    );
    for (const seat of seats) {
      must(seat.number < (this.state?.nextNumber ?? 0), "a number will be given twice");
      must((this.#numbers.get(seat.number) ?? seat.id) === seat.id, "a number was given twice");
      this.#numbers.set(seat.number, seat.id);
      must(seat.presence === "here" || seat.since <= this.now, "a grace starts in the future");
    }
    must(seats.length <= (this.state?.capacity ?? 0), "there are more seats than the capacity");
    must(seats.filter((seat) => seat.role === "host").length === Math.min(1, seats.length), "not one host");
    const taken = seats.flatMap((seat) => (seat.name === undefined ? [] : [nameKey(seat.name)]));
    must(new Set(taken).size === taken.length, "a name is there twice");
    must(
      this.#isPrivate ? taken.length === 0 : taken.length === seats.length,
      "names where none belong, or none",
    );
    this.#checkRights(before, input);
    this.#checkLife(before);
  }

  /** What nobody may take from another. */
  #checkRights(before: RoomState | undefined, input: RoomInput): void {
    for (const old of before?.seats ?? []) {
      const seat = this.state?.seats.find((one) => one.id === old.id);
      if (seat === undefined) continue;
      const isEntering = input.type === "enter";
      must(
        old.role === "member" || seat.role === "host" || (isEntering && input.hostTokenOk),
        "a host was deposed",
      );
      if (old.presence !== "here" || seat.epoch === old.epoch) continue;
      must(isEntering && input.probed === old.connection, "a page lost its seat without being asked");
    }
  }

  #checkLife(before: RoomState | undefined): void {
    const { state } = this;
    if (state === undefined || state.seats.length > 0) this.#emptiedAt = undefined;
    else if ((before?.seats.length ?? 0) > 0) this.#emptiedAt = this.now;
    if (state === undefined) return;
    must((state.life.phase === "occupied") === state.seats.length > 0, "the room's phase is not true");
    const due = nextDeadline(state);
    if (this.#emptiedAt !== undefined && !state.stay && state.life.phase === "empty") {
      const latest = Math.max(this.#emptiedAt, state.life.lastSeen) + limits.emptyRoomMs;
      must(due !== undefined && due <= latest, "an empty room stays too long");
    }
    for (const seat of state.seats) {
      if (seat.presence === "here") continue;
      must(
        due !== undefined && due <= this.now + limits.seatAfterSilenceMs,
        "a seat without a page never ends",
      );
    }
  }

  #count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}

function copied(state: RoomState | undefined): RoomState | undefined {
  return state === undefined ? undefined : (JSON.parse(JSON.stringify(state)) as RoomState);
}

function canonical(entries: readonly RosterEntry[]): string {
  return JSON.stringify([...entries].sort((a, b) => a.number - b.number));
}

describe("chaos", () => {
  it("[R55][R56] leaves everyone with the same true roster, whatever happens", () => {
    const seen = new Map<string, number>();
    const runs = runSeeds({ seeds: 2000, env: process.env }, (random) => {
      const world = new World(random);
      for (let n = 0; n < 50; n++) world.step();
      world.finish();
      for (const [what, count] of world.seen) seen.set(what, (seen.get(what) ?? 0) + count);
    });
    // A run of one seed may lack some of it; all together may not.
    if (runs < 1000) return;
    for (const what of [
      ...["welcome", "resumed", "joined", "changed", "left", "close", "probe", "notice", "boot", "end"],
      ...["refused wrong-key", "refused wrong-passcode", "refused room-full", "refused seat-taken"],
      ...["refused unexpected", "refused bad-request", "refused room-exists"],
    ]) {
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(100);
    }
  }, 60_000);
});

import { type Knocker, limits, type RosterEntry, type ServerFrame } from "@parlour/protocol";
import type { Random } from "@parlour/testkit";
import { nextDeadline } from "./deadlines.ts";
import { knocker } from "./door.ts";
import { canonical, type Mirror, must, sorted, take } from "./mirror.fixture.ts";
import { nameKey } from "./names.ts";
import { room } from "./room.ts";
import { type ConnectionId, rosterEntry } from "./seat.ts";
import { type RoomState, roomInfo } from "./state.ts";
import type { EnterInput, HostCommand, RoomEffect, RoomInput, RoomStep, SeatClaim } from "./transition.ts";

/** A page, honest or not, as far as the server can tell. */
interface Page {
  readonly ownId: string;
  epoch: string;
  /** Every claim that a token of this page ever made. */
  readonly claims: SeatClaim[];
  connection: ConnectionId | undefined;
}

const names = ["Ada", "ADA", "Ada 2", "Bob", "ﬁona", "Fiona", "Quiet Otter", undefined] as const;

/** A room that anything happens to. */
export class World {
  state: RoomState | undefined;
  now = 1_000_000;
  /** How often each kind of thing happened, so that a run that checks nothing shows. */
  readonly seen = new Map<string, number>();
  readonly #random: Random;
  readonly #isPrivate: boolean;
  readonly #mirrors = new Map<ConnectionId, Mirror>();
  readonly #door = new Set<ConnectionId>();
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
    if (random.chance(0.25)) this.give(this.#ask());
    if (random.chance(0.15)) this.give(this.#report());
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
    const step = room(before, input, this.now, { engine: "embedded" });
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
      capabilities: random.pick([undefined, [], ["files"], ["forwarded", "sealed-frames"]]),
      key:
        this.#isPrivate !== (isLiar && random.chance(0.3))
          ? random.pick(["key", "key", "key", "kez"])
          : undefined,
      passcodeOk: random.chance(0.8),
      hostTokenOk: random.chance(0.15),
      mayKnock: random.chance(0.8),
      claim,
      probed: random.chance(0.7) ? this.#probed : this.#anyConnection(),
    };
  }

  /** Enough pictures for a room to move, now and then. */
  #report(): RoomInput {
    const cameras = this.#random.int(0, 8);
    const report = { type: "media", cameras, screens: 0, sound: true } as const;
    return { type: "media", connection: this.#anyConnection(), report };
  }

  /** Something that only a host may ask for, mostly by the host, about anyone. */
  #ask(): RoomInput {
    const random = this.#random;
    const host = this.state?.seats.find((seat) => seat.role === "host" && seat.presence === "here");
    const isHost = host?.presence === "here" && random.chance(0.85);
    const ids = [...(this.state?.seats ?? []), ...(this.state?.waiting ?? [])].map(({ id }) => id);
    const id = ids.length > 0 && random.chance(0.95) ? random.pick(ids) : `made-${random.int(0, this.#ids)}`;
    const command = random.pick<HostCommand>([
      { type: "set", knock: random.chance(0.8), locked: random.chance(0.2) },
      { type: "set", title: random.pick(["Club", null]), passcodeHash: random.pick(["hash", null]) },
      { type: "mute", id },
      { type: "remove", id },
      { type: "hand-over", id },
      { type: "admit", id },
      { type: "admit", id },
      { type: "deny", id },
      random.chance(0.1) ? { type: "end" } : { type: "set" },
    ]);
    return { type: "host", connection: isHost ? host.connection : this.#anyConnection(), command };
  }

  /** Tokens can't be forged, but kept too long, copied and used in another room of the name. */
  #falseClaim(other: Page): SeatClaim | undefined {
    const random = this.#random;
    const claim = other.claims.length > 0 ? random.pick(other.claims) : undefined;
    return claim && random.chance(0.3) ? { ...claim, roomMade: claim.roomMade - 1 } : claim;
  }

  #anyConnection(): ConnectionId {
    const random = this.#random;
    const open = [...this.#mirrors.keys(), ...this.#door];
    return random.chance(0.8) && open.length > 0
      ? random.pick(open)
      : `connection-${random.int(0, this.#connections)}`;
  }

  #reload(page: Page): void {
    if (page.connection !== undefined) this.give({ type: "drop", connection: page.connection, why: "page" });
    page.epoch = `${page.epoch}+`;
    this.give(this.#enter(page));
  }

  #restart(): void {
    this.#mirrors.clear();
    this.#door.clear();
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
            // Who comes in by the same step hears what comes after the welcome.
            if (id !== effect.except && this.#mirrors.has(connection))
              this.#tell(connection, id, effect.frame);
          }
          break;
        case "tell": {
          const id = seated.get(effect.to);
          must(id !== undefined, "somebody without a seat was told something");
          this.#tell(effect.to, id, effect.frame);
          break;
        }
        case "wait":
          must(!seated.has(effect.connection), "somebody with a seat is at the door");
          this.#door.add(effect.connection);
          break;
        case "close": {
          const wasThere = this.#mirrors.delete(effect.connection) || this.#door.delete(effect.connection);
          must(wasThere, "a connection without a seat, and not at the door, was closed");
          must(!seated.has(effect.connection), "a connection was closed that still has its seat");
          break;
        }
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
    this.#door.delete(effect.connection);
    must(
      (effect.waiting === undefined) === (effect.you.role === "member"),
      "not the host, and sees the door",
    );
    const waiting = (effect.waiting ?? []).map((one): [string, Knocker] => [one.id, one]);
    const room = roomInfo(this.state as RoomState);
    this.#mirrors.set(effect.connection, { roster: new Map(roster), waiting: new Map(waiting), room });
    const page = this.#pages.find((one) => one.connection === effect.connection);
    page?.claims.push({ id: effect.you.id, name: effect.you.name, roomMade: this.state?.madeAt ?? 0 });
    if (effect.resumed) this.#count("resumed");
  }

  #tell(connection: ConnectionId, own: string, frame: ServerFrame): void {
    const mirror = this.#mirrors.get(connection);
    must(mirror !== undefined, `${frame.type} came before the welcome`);
    take(mirror, own, frame);
  }

  #check(before: RoomState | undefined, input: RoomInput): void {
    if (input.type === "drop" || input.type === "leave") {
      this.#door.delete(input.connection);
      if (input.type === "drop") this.#mirrors.delete(input.connection);
    }
    const seats = this.state?.seats ?? [];
    const here = new Set(seats.flatMap((seat) => (seat.presence === "here" ? [seat.connection] : [])));
    const roster = canonical(seats.map(rosterEntry));
    for (const [connection, mirror] of this.#mirrors) {
      must(here.has(connection), `${connection} lost its seat and was not told`);
      must(canonical([...mirror.roster.values()]) === roster, `${connection} believes another roster`);
      must(
        JSON.stringify(mirror.room) === JSON.stringify(roomInfo(this.state as RoomState)),
        `${connection} believes another room`,
      );
      const isHost = seats.some(
        (seat) => seat.presence === "here" && seat.connection === connection && seat.role === "host",
      );
      const expected = isHost ? (this.state?.waiting ?? []).map(knocker) : [];
      must(
        sorted([...mirror.waiting.values()]) === sorted(expected),
        `${connection} believes others to be at the door`,
      );
    }
    this.#checkDoor();
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

  #checkDoor(): void {
    const waiting = this.state?.waiting ?? [];
    const ids = waiting.map(({ id }) => id);
    must(waiting.length <= limits.waiting, "too many are at the door");
    must(new Set(ids).size === ids.length, "somebody is at the door twice");
    must(!this.state?.seats.some(({ id }) => ids.includes(id)), "who has a seat is at the door");
    must(
      sorted(waiting.map(({ connection }) => connection)) === sorted([...this.#door]),
      "somebody was left at the door, or waits at none",
    );
    for (const { id } of [...waiting, ...(this.state?.seats ?? [])])
      must(!this.state?.removed.includes(id), "somebody who was removed is back");
  }

  /** What nobody may take from another. */
  #checkRights(before: RoomState | undefined, input: RoomInput): void {
    for (const old of before?.seats ?? []) {
      const seat = this.state?.seats.find((one) => one.id === old.id);
      if (seat === undefined) continue;
      const isEntering = input.type === "enter";
      must(
        old.role === "member" ||
          seat.role === "host" ||
          (isEntering && input.hostTokenOk) ||
          (input.type === "host" && input.command.type === "hand-over"),
        "a host was deposed",
      );
      if (old.presence !== "here" || seat.epoch === old.epoch) continue;
      must(isEntering && input.probed === old.connection, "a page lost its seat without being asked");
    }
    if (before === undefined || input.type !== "enter" || input.hostTokenOk) return;
    const isNew = this.state?.seats.some(({ id }) => !before.seats.some((old) => old.id === id)) ?? false;
    const wasIn = input.claim?.roomMade === before.madeAt;
    must(!isNew || wasIn || (!before.locked && !before.knock), "somebody new came past a lock or the door");
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

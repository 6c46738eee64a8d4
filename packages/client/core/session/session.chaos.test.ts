import { type Entry, limits, type RosterEntry, refusal, type ServerFrame } from "@parlour/protocol";
import {
  type FakeClock,
  fakeClock,
  type Random,
  runSeeds,
  type SimulatedSocket,
  socketPair,
} from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import {
  type RoomInput,
  type RoomState,
  room,
  nextDeadline as roomDeadline,
} from "../../../server/core/index.ts";
import {
  type Introduction,
  nextDeadline,
  type Session,
  type SessionEffect,
  type SessionInput,
  session,
  startSession,
} from "./session.ts";

type Socket = SimulatedSocket<string>;

const name22 = (random: Random): string =>
  Array.from({ length: 22 }, () => random.pick([..."abcdefghijklmnop"])).join("");

/** The server: its true room reducer, and as little around it as will speak the protocol. */
function simulatedServer(clock: FakeClock, random: Random) {
  let state: RoomState | undefined;
  let log: Entry[] = [];
  let made = 0;
  let isUp = true;
  const connections = new Map<string, { socket: Socket; heardAt: number; drop: () => void }>();
  let cancelDeadline = (): void => {};

  const tell = (connection: string, frame: ServerFrame): void =>
    connections.get(connection)?.socket.send(JSON.stringify(frame));
  const tellAll = (frame: ServerFrame, except?: string): void => {
    for (const seat of state?.seats ?? [])
      if (seat.presence === "here" && seat.id !== except) tell(seat.connection, frame);
  };
  const forget = (connection: string): void => void connections.delete(connection);
  const close = (
    connection: string,
    code: "seat-taken" | "left" | "replaced" | "room-ended" | "draining",
  ): void => {
    tell(connection, { type: "closing", ...refusal(code) });
    connections.get(connection)?.socket.close(4000);
    forget(connection);
  };
  const append = (entry: object): Entry => {
    const kept = { ...entry, seq: (log.at(-1)?.seq ?? 0) + 1, at: clock.now() } as Entry;
    log.push(kept);
    return kept;
  };

  const apply = (input: RoomInput, since?: number): void => {
    const before = state?.madeAt;
    const step = room(state, input, clock.now());
    state = step.state;
    if (state?.madeAt !== before) log = [];
    for (const effect of step.effects) {
      if (effect.type === "tell") tell(effect.to, effect.frame);
      else if (effect.type === "tell-all") tellAll(effect.frame, effect.except);
      else if (effect.type === "close") close(effect.connection, effect.code as "left");
      else if (effect.type === "notice") tellAll(append(effect) as ServerFrame);
      else if (effect.type === "probe" && input.type === "enter") {
        const asked = clock.now();
        tell(effect.connection, { type: "ping" });
        clock.after(limits.takeoverProbeMs, () => {
          if (!connections.has(input.connection)) return;
          const old = connections.get(effect.connection);
          if (old !== undefined && old.heardAt > asked) close(input.connection, "seat-taken");
          else apply({ ...input, probed: effect.connection }, since);
        });
      } else if (effect.type === "welcome") {
        const from = effect.sinceHolds ? (since ?? 0) : 0;
        tell(effect.connection, {
          type: "welcome",
          version: 1,
          at: clock.now(),
          room: {
            name: "den",
            visibility: "public",
            capacity: 100,
            topology: "mesh",
            locked: false,
            knock: false,
            hasPasscode: false,
          },
          you: effect.you,
          peers: effect.peers,
          resumed: effect.resumed,
          iceServers: [],
          token: JSON.stringify({ id: effect.you.id, name: effect.you.name, roomMade: state?.madeAt }),
          history: log.filter((entry) => entry.seq > from),
        });
      }
    }
    cancelDeadline();
    const due = state && roomDeadline(state);
    if (due !== undefined && isUp)
      cancelDeadline = clock.after(due - clock.now(), () => apply({ type: "expire" }));
  };

  const receive = (connection: string, text: string): void => {
    const frame = JSON.parse(text);
    const own = connections.get(connection);
    if (own === undefined) return;
    own.heardAt = clock.now();
    const seat = state?.seats.find((seat) => seat.presence === "here" && seat.connection === connection);
    if (frame.type === "ping") tell(connection, { type: "pong" });
    if (frame.type === "leave") apply({ type: "leave", connection });
    if (frame.type === "say" && seat !== undefined) {
      const twin = log.find(
        (entry) => entry.type === "said" && entry.id === frame.id && entry.from === seat.id,
      );
      const said =
        twin ?? append({ type: "said", id: frame.id, from: seat.id, name: seat.name, text: frame.text });
      tell(connection, { type: "accepted", id: frame.id, seq: said.seq, at: said.at });
      if (twin === undefined) tellAll(said, seat.id);
    }
    if (frame.type === "hello") {
      if (state === undefined)
        apply({ type: "create", name: "den", how: "join", visibility: "public", capacity: 100, stay: false });
      apply(
        {
          type: "enter",
          connection,
          id: name22(random),
          epoch: frame.epoch,
          name: frame.name,
          fallbackName: "Quiet Otter",
          passcodeOk: false,
          hostTokenOk: false,
          mayKnock: true,
          claim: frame.token && JSON.parse(frame.token),
        },
        frame.since,
      );
    }
  };

  return {
    get state() {
      return state;
    },
    get log() {
      return log;
    },
    get isUp() {
      return isUp;
    },
    connections,
    accept(socket: Socket, drop: () => void): void {
      const connection = `c${made++}`;
      connections.set(connection, { socket, heardAt: clock.now(), drop });
      const watch = (): void => {
        const own = connections.get(connection);
        if (own === undefined) return;
        const quiet = clock.now() - own.heardAt;
        if (quiet >= limits.silentAfterMs) {
          own.drop();
          return;
        }
        if (quiet >= limits.pingEveryMs) tell(connection, { type: "ping" });
        clock.after(limits.pingEveryMs, watch);
      };
      clock.after(limits.pingEveryMs, watch);
      socket.onmessage = (text) => receive(connection, text);
      socket.onclose = (code) => {
        if (!connections.has(connection)) return;
        forget(connection);
        apply({ type: "drop", connection, why: code === 4024 ? "page" : "silent" });
      };
    },
    stop(): void {
      isUp = false;
      cancelDeadline();
      for (const { drop } of [...connections.values()]) drop();
      connections.clear();
    },
    start(): void {
      isUp = true;
      apply({ type: "boot" });
    },
    end(): void {
      apply({ type: "end" });
    },
  };
}
type Server = ReturnType<typeof simulatedServer>;

/** One page: the session, and what a page would show of it. */
function page(
  clock: FakeClock,
  random: Random,
  server: Server,
  introduction: Introduction,
  stored: { token?: string },
) {
  let state: Session;
  let cancel = (): void => {};
  let socket: Socket | undefined;
  let lose = (_: "a" | "b" | "both" | "none"): void => {};
  const shown: string[] = [];
  const texts: string[] = [];
  const accepted: string[] = [];
  const roster = new Map<string, RosterEntry>();
  let welcomes = 0;
  let ended: unknown;

  const run = (effects: readonly SessionEffect[]): void => {
    for (const effect of effects) {
      if (effect.type === "connect") connect();
      else if (effect.type === "disconnect") {
        const old = socket;
        socket = undefined;
        if (old !== undefined) {
          old.onmessage = () => {};
          old.onclose = () => {};
          old.close(effect.why === "page" ? 4024 : 1000);
        }
      } else if (effect.type === "send") socket?.send(JSON.stringify(effect.frame));
      else if (effect.type === "renew") {
        delete stored.token;
        clock.after(1, () => put({ type: "renewed", introduction }));
      } else if (effect.type === "welcome") {
        welcomes++;
        stored.token = effect.welcome.token;
      } else if (effect.type === "joined") {
        if (roster.has(effect.peer.id)) throw new Error("joined twice");
        roster.set(effect.peer.id, effect.peer);
      } else if (effect.type === "changed") {
        if (!roster.has(effect.peer.id)) throw new Error("changed before it joined");
        roster.set(effect.peer.id, effect.peer);
      } else if (effect.type === "left") {
        if (!roster.delete(effect.id)) throw new Error("left without having joined");
      } else if (effect.type === "said") {
        if (effect.entry.type === "whispered") throw new Error("nobody whispered");
        shown.push(`${effect.entry.seq} ${effect.entry.text}`);
        texts.push(effect.entry.text);
      } else if (effect.type === "notice") shown.push(`${effect.at} ${effect.text}`);
      else if (effect.type === "say-accepted") accepted.push(effect.id);
      else if (effect.type === "ended") ended = effect.refusal;
    }
  };
  const put = (input: SessionInput): void => {
    const step = session(state, input, clock.now(), random.next());
    state = step.session;
    run(step.effects);
    cancel();
    const due = nextDeadline(state);
    if (due !== undefined) cancel = clock.after(due - clock.now(), () => put({ type: "time" }));
  };
  const connect = (): void => {
    if (socket !== undefined) socket.onmessage = socket.onclose = () => {};
    if (!server.isUp) {
      socket = undefined;
      clock.after(5, () => put({ type: "lost" }));
      return;
    }
    const pair = socketPair<string>(clock, random, [1, 80]);
    socket = pair.a;
    lose = pair.drop;
    server.accept(pair.b, () => pair.drop("both"));
    const own = pair.a;
    own.onmessage = (text) => put({ type: "frame", frame: JSON.parse(text) });
    own.onclose = () => {
      if (socket !== own) return;
      socket = undefined;
      put({ type: "lost" });
    };
    clock.after(2, () => {
      if (socket === own) put({ type: "opened" });
    });
  };
  const first = startSession(introduction, stored.token, clock.now());
  state = first.session;
  run(first.effects);
  clock.after(0, () => put({ type: "wake" }));
  return {
    put,
    shown,
    texts,
    accepted,
    roster,
    stored,
    drop: (seenBy: "a" | "b" | "both" | "none"): void => lose(seenBy),
    /** The page is gone without another word from its machine. */
    kill(): void {
      cancel();
      if (socket !== undefined) socket.onmessage = socket.onclose = () => {};
      socket = undefined;
      state = { ...state, stage: { at: "left" } };
    },
    get session() {
      return state;
    },
    get welcomes() {
      return welcomes;
    },
    get ended() {
      return ended;
    },
  };
}

describe("session under chaos", () => {
  it("[S20][S71] after the dust settles the roster is the server's, and everything said is shown once and in order", () => {
    const seeds = runSeeds({ seeds: 2_000, env: process.env }, (random) => {
      const clock = fakeClock(1_000_000);
      const server = simulatedServer(clock, random.fork());
      const epoch = (): string =>
        random.bytes(8).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
      let said = 0;
      const everSaid: string[] = [];
      const gone: string[] = [];
      const open = (stored: { token?: string }) =>
        page(
          clock,
          random.fork(),
          server,
          { room: "den", epoch: epoch(), name: random.pick(["Ada", "Bo"]) },
          stored,
        );
      const pages = [open({}), open({}), open({})];
      const actions = random.int(8, 25);
      for (let i = 0; i < actions; i++) {
        const index = random.int(0, pages.length - 1);
        const own = pages[index] as (typeof pages)[number];
        const roll = random.next();
        if (roll < 0.35) {
          const text = `m${said++}`;
          if (own.session.stage.at !== "left") everSaid.push(text);
          own.put({ type: "say", id: `message-${text}`, text });
        } else if (roll < 0.6) own.drop(random.pick(["a", "b", "both", "none"] as const));
        else if (roll < 0.65) own.put({ type: random.pick(["wake", "network"] as const) });
        else if (roll < 0.7) {
          own.put({ type: "hide" });
          clock.after(random.int(1, 4_000), () => own.put({ type: "wake" }));
        } else if (roll < 0.76 && own.session.unacknowledged.length === 0) {
          // A reload: another epoch, the same token.
          own.put({ type: "hide" });
          own.kill();
          gone.push(...own.texts);
          pages[index] = open(own.stored);
        } else if (roll < 0.83 && server.isUp) {
          server.stop();
          clock.after(random.int(10, 20_000), () => server.start());
        }
        clock.advance(random.chance(0.1) ? random.int(1_000, 30_000) : random.int(0, 400));
      }
      clock.advance(200_000);

      const seats = server.state?.seats ?? [];
      for (const own of pages) {
        expect([undefined, "unreachable"]).toContainEqual(own.ended);
        if (own.ended !== undefined) continue;
        expect(own.session.stage.at).toBe("live");
        const { me } = own.session;
        const others = seats.filter((seat) => seat.id !== me?.id);
        expect(seats.length).toBe(others.length + 1);
        expect(
          [...own.roster.values()].map(({ id, number, epoch, role, presence, name }) => [
            id,
            number,
            epoch,
            role,
            presence,
            name,
          ]),
        ).toEqual(
          others.map(({ id, number, epoch, role, presence, name }) => [
            id,
            number,
            epoch,
            role,
            presence,
            name,
          ]),
        );
        expect([...own.session.roster.keys()].sort()).toEqual([...own.roster.keys()].sort());
        expect(own.session.unacknowledged).toEqual([]);
        expect(new Set(own.texts).size).toBe(own.texts.length);
        expect(new Set(own.accepted).size).toBe(own.accepted.length);
        // What is still in the room's log was shown, in the log's order, after whatever an earlier room said.
        const lines = server.log.map((entry) =>
          entry.type === "said" ? `${entry.seq} ${entry.text}` : `${entry.at} ${entry.text}`,
        );
        expect(own.shown.slice(-lines.length)).toEqual(lines);
      }
      if (pages.every((own) => own.ended === undefined)) {
        const everywhere = new Set([...gone, ...pages.flatMap((own) => own.texts)]);
        expect(everSaid.filter((text) => !everywhere.has(text))).toEqual([]);
      }
    });
    expect(seeds).toBeGreaterThan(0);
  }, 60_000);
});

import type { RosterEntry } from "@parlour/protocol";
import { type FakeClock, fakeClock, type Random, runSeeds, seedsTimeout, socketPair } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { turns } from "../turns.ts";
import { further } from "./further.ts";
import {
  type Introduction,
  nextDeadline,
  type Session,
  type SessionEffect,
  type SessionInput,
  session,
  startSession,
} from "./session.ts";
import { type Server, type Socket, simulatedServer } from "./simulated-server.fixture.ts";

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
  /** When the other half is there: at once, or some time after somebody needed it, and now and then only after it could not be had. */
  let half = random.chance(0.5) ? further : undefined;
  const need = (): void => {
    clock.after(random.int(1, 5_000), () => {
      if (random.chance(0.3)) {
        put({ type: "helpless" });
        need();
        return;
      }
      half = further;
      inputs.proceed();
    });
  };
  const take = (input: SessionInput): boolean => {
    const step = session(state, input, clock.now(), random.next(), half);
    if (!step) return false;
    state = step.session;
    run(step.effects);
    cancel();
    const due = nextDeadline(state);
    if (due !== undefined) cancel = clock.after(due - clock.now(), () => put({ type: "time" }));
    return true;
  };
  const inputs = turns(take, need);
  const put = (input: SessionInput): void =>
    inputs.put(input, input.type === "leave" || input.type === "helpless");
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
    /** Nothing that it was asked for is under way. */
    get isSettled() {
      return state.unacknowledged.length === 0 && inputs.waiting === 0;
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
  it(
    "[S20][S71][S130] after the dust settles the roster is the server's, and everything said is shown once and in order",
    () => {
      const seeds = runSeeds({ seeds: 2_000, env: process.env }, (random) => {
        const clock = fakeClock(1_000_000);
        const server = simulatedServer(clock, random.fork());
        const epoch = (): string =>
          random.bytes(8).reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "");
        let said = 0;
        const everSaid: { readonly text: string; readonly by: ReturnType<typeof page> }[] = [];
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
            if (own.session.stage.at !== "left") everSaid.push({ text, by: own });
            own.put({ type: "say", id: `message-${text}`, text });
          } else if (roll < 0.6) own.drop(random.pick(["a", "b", "both", "none"] as const));
          else if (roll < 0.65) own.put({ type: random.pick(["wake", "network", "slept"] as const) });
          else if (roll < 0.7) {
            own.put({ type: "hide" });
            clock.after(random.int(1, 4_000), () => own.put({ type: "wake" }));
          } else if (roll < 0.76 && own.isSettled) {
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
        const everywhere = new Set([...gone, ...pages.flatMap((own) => own.texts)]);
        // A page that never came in, for want of a server, has told so, and what was written in it was never sent.
        const owed = everSaid.filter(({ by }) => by.ended === undefined).map(({ text }) => text);
        expect(owed.filter((text) => !everywhere.has(text))).toEqual([]);
      });
      expect(seeds).toBeGreaterThan(0);
    },
    seedsTimeout(60_000, process.env),
  );
});

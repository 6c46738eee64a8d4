import { type Entry, limits, refusal, type ServerFrame } from "@parlour/protocol";
import { type FakeClock, type Random, type SimulatedSocket, sampleRoom } from "@parlour/testkit";
import {
  type RoomInput,
  type RoomState,
  room,
  nextDeadline as roomDeadline,
} from "../../../server/core/index.ts";

export type Socket = SimulatedSocket<string>;

export const name22 = (random: Random): string =>
  Array.from({ length: 22 }, () => random.pick([..."abcdefghijklmnop"])).join("");

/** The server: its true room reducer, and as little around it as will speak the protocol. */
export function simulatedServer(clock: FakeClock, random: Random) {
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
          room: sampleRoom,
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
export type Server = ReturnType<typeof simulatedServer>;

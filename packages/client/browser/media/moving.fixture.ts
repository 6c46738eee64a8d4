import type { Peer, PeerId, RemoteMedia, Source } from "../api.ts";
import type { ForwardingDriver, ForwardingSetup, Sources } from "./driver.ts";
import { moveMedia } from "./moving.ts";
import { pages, track } from "./pages.fixture.ts";
import { type Inside, reportMedia } from "./reports.ts";
import type { Kind } from "./state.ts";

type Side = "a" | "b";
/** A receiver whose counts the test moves. */
export interface FakeReceiver {
  readonly track: MediaStreamTrack;
  /** Of its sound. */
  level: number;
  getSynchronizationSources(): readonly { readonly audioLevel: number }[];
  counts: { packetsReceived: number; framesDecoded: number; keyFramesDecoded: number };
  getStats(): Promise<Map<string, object>>;
}
export function fakeReceiver(kind: Kind): FakeReceiver {
  const made: FakeReceiver = {
    track: track(kind),
    level: 0,
    getSynchronizationSources: () => [{ audioLevel: made.level }],
    counts: { packetsReceived: 0, framesDecoded: 0, keyFramesDecoded: 0 },
    getStats: async () => new Map([["in", { type: "inbound-rtp", ...made.counts }]]),
  };
  return made;
}
/** Something comes by it. */
export function flows(receiver: object | undefined, more: Partial<FakeReceiver["counts"]> = {}): void {
  const held = receiver as FakeReceiver;
  const { packetsReceived, framesDecoded, keyFramesDecoded } = held.counts ?? {
    packetsReceived: 0,
    framesDecoded: 0,
    keyFramesDecoded: 0,
  };
  held.counts = {
    packetsReceived: packetsReceived + 10,
    framesDecoded: framesDecoded + 10,
    keyFramesDecoded: keyFramesDecoded + 1,
    ...more,
  };
  held.getStats ??= async () => new Map([["in", { type: "inbound-rtp", ...held.counts }]]);
}

/** What a page's forwarding driver was asked, and what it answers. */
export interface FakeDriver extends ForwardingDriver {
  readonly setup: ForwardingSetup;
  isUp: boolean;
  isLost: boolean;
  isClosed: boolean;
  synced: number;
  readonly received: string[];
  readonly brings: Map<string, FakeReceiver>;
  readonly used: Set<object>;
  /** How loud everyone is, as the engine tells. */
  readonly levels: Map<PeerId, number>;
  /** Who is beyond the number of pictures that it brings. */
  readonly beyond: Map<PeerId, number>;
  publishes: Record<PeerId, Sources>;
  /** That peer's source has this in its place now. */
  put(id: PeerId, kind: Kind, source: Source, receiver: FakeReceiver | undefined): void;
}
function fakeDriver(setup: ForwardingSetup): FakeDriver {
  const key = (id: PeerId, source: Source, kind: Kind) => `${id} ${kind} ${source}`;
  const driver: FakeDriver = {
    setup,
    isUp: false,
    isLost: false,
    isClosed: false,
    synced: 0,
    received: [],
    brings: new Map(),
    used: new Set(),
    levels: new Map(),
    beyond: new Map(),
    publishes: {},
    told: (id) => driver.publishes[id],
    receiver: (id, source, kind) =>
      driver.brings.get(key(id, source, kind)) as unknown as RTCRtpReceiver | undefined,
    isUsed: (receiver) => driver.used.has(receiver),
    sync: async () => void driver.synced++,
    want: () => {},
    look: () => {},
    level: (id) => driver.levels.get(id) ?? 0,
    leavesOut: (id) => driver.beyond.get(id),
    remove: () => {},
    receive: (payload) => void driver.received.push(new TextDecoder().decode(payload)),
    resync: () => void driver.received.push("resync"),
    restart: () => void driver.received.push("restart"),
    close: () => {
      driver.isClosed = true;
    },
    put(id, kind, source, receiver) {
      if (receiver) driver.brings.set(key(id, source, kind), receiver);
      else driver.brings.delete(key(id, source, kind));
      setup.onChange();
    },
  };
  return driver;
}

/** Two pages with a link, whose room the test moves about. `isSilent`: page b knows nothing of moving. */
export function movingPages(visibility: "public" | "private" = "public", isSilent = false) {
  const stage = pages();
  const { clock, peers } = stage;
  const drivers: Partial<Record<Side, FakeDriver>> = {};
  const reports: object[] = [];
  const told: string[] = [];
  const view: Record<string, unknown> & { topology: string } = {
    topology: "mesh",
    plan: 0,
    visibility,
    state: "live",
    self: { id: "self" },
    peers: new Map(),
  };
  const listeners = new Map<string, Set<(...what: never[]) => void>>();
  const emit = (event: string, ...what: unknown[]): void => {
    for (const listener of listeners.get(event) ?? []) listener(...(what as never[]));
  };
  const own: {
    iceServers: [];
    rtc: object;
    sealing?: Inside["own"]["sealing"];
    lacksMedia?: boolean;
  } = {
    iceServers: [],
    rtc: {},
  };
  for (const peer of Object.values(peers))
    Object.assign(peer, { link: { state: "connected", connection: undefined } });
  Object.defineProperty(peers.a, "media", { get: () => stage.b.of("a") });
  Object.defineProperty(peers.b, "media", { get: () => stage.a.of("b") });
  const failing = { isMissing: false, isUnable: false };
  const begin = (side: Side) => {
    const media = stage[side];
    const other = side === "a" ? "b" : "a";
    const beside = {
      media,
      hub: { on: () => () => {} },
      tell(value: object, _: Peer) {
        const text = JSON.stringify(value);
        told.push(`${side}: ${text}`);
        clock.after(10, () => stage[other].receive(side, JSON.parse(text)));
      },
      inside: {
        on: ((event: string, listener: () => void) => {
          const held = listeners.get(event) ?? new Set();
          listeners.set(event, held.add(listener));
          return () => void held.delete(listener);
        }) as unknown as Inside["on"],
        emit: (_: "media", { source, leftOut }: RemoteMedia) =>
          stage.events.push(`${side}: ${source} ${leftOut ? `left out of ${leftOut}` : "left out no more"}`),
        own: own as unknown as Inside["own"],
        view: Object.assign(Object.create(view), {
          peers: new Map([[other, peers[other]]]),
        }) as unknown as Inside["view"],
        session: {
          signalTo: () => true,
          send: (frame: object) => void reports.push({ side, ...frame }),
          put: () => {},
        },
        log: { add: () => {} },
      } as unknown as Inside,
      clock,
    };
    const engines = {
      embedded: async () => {
        if (failing.isMissing) throw new Error("not to be had");
        return (setup: ForwardingSetup) => {
          const made = fakeDriver(setup);
          drivers[side] = made;
          return made;
        };
      },
    };
    return reportMedia(
      beside,
      async () => (more) => moveMedia({ ...more, engines, canSeal: () => !failing.isUnable }),
    );
  };
  const moving = { a: begin("a"), ...(!isSilent && { b: begin("b") }) };
  /** Everything that is due within this time happens. */
  const pass = async (ms: number): Promise<void> => {
    const end = clock.now() + ms;
    let isOver = false;
    clock.after(ms, () => {
      isOver = true;
    });
    await stage.until(() => isOver && clock.now() >= end);
  };
  return {
    ...stage,
    moving,
    drivers: drivers as Record<Side, FakeDriver>,
    failing,
    reports,
    told,
    view,
    own,
    emit,
    pass,
    /** The server announces another plan. */
    async plan(topology: "mesh" | "forwarder", number: number) {
      Object.assign(view, {
        topology,
        plan: number,
        engine: topology === "forwarder" ? "embedded" : undefined,
      });
      emit("room");
      await pass(20);
    },
  };
}

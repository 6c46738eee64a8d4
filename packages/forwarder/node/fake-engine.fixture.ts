import type { PeerId } from "@parlour/protocol";
import type { EngineEvents, ForwardingEngine, Reach } from "./engine-api.ts";

/** An engine without media, which passes the contract of engines: for tests of whatever has one. */
export interface FakeEngine extends ForwardingEngine {
  /** Everything that it was told, in order, as words. */
  readonly told: string[];
  readonly reached: Reach[];
  /** What it has rooms in ends, and is there again. */
  crash(): void;
}

/** Its pages: what an offer names them, the number of their connection, and what they said that they publish. */
interface Page {
  connection: number | undefined;
  sources: Readonly<Record<string, unknown>>;
}

const read = (payload: Uint8Array): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

/** Tells `events`, and writes into `told` and `reached` where they are given. */
export function fakeEngine(
  events: EngineEvents,
  {
    told = [],
    reached = [],
    ...more
  }: Partial<ForwardingEngine> & { readonly told?: string[]; readonly reached?: Reach[] } = {},
): FakeEngine {
  const rooms = new Map<string, Map<PeerId, Page>>();
  let isOver = false;
  let restarts = 0;
  let numbers = 0;

  const say = (room: string, peer: PeerId, message: object): void => {
    if (!isOver) events.send(room, peer, Buffer.from(JSON.stringify(message)));
  };
  const tellTracks = (room: string, to?: PeerId): void => {
    const pages = rooms.get(room) ?? new Map<PeerId, Page>();
    for (const [peer, { connection }] of pages) {
      if (connection === undefined || (to !== undefined && to !== peer)) continue;
      const others = [...pages].filter(([other]) => other !== peer);
      const tracks = others.flatMap(([other, { sources }]) =>
        Object.entries(sources).map(([source, said]) => ({ peer: other, source, ...(said as object) })),
      );
      say(room, peer, { type: "tracks", n: ++numbers, tracks });
    }
  };
  const pageOf = (room: string, peer: PeerId): Page | undefined => rooms.get(room)?.get(peer);

  return {
    told,
    reached,
    engine: "embedded",
    open(room) {
      told.push(`open ${room}`);
      if (!rooms.has(room)) rooms.set(room, new Map());
    },
    admit(room, peer, reach) {
      told.push(`admit ${room} ${peer}`);
      reached.push(reach);
      const pages = rooms.get(room);
      if (pages && !pages.has(peer)) pages.set(peer, { connection: undefined, sources: {} });
    },
    receive(room, peer, payload) {
      told.push(`receive ${room} ${peer} ${Buffer.from(payload).toString()}`);
      const page = pageOf(room, peer);
      const message = page && read(payload);
      if (page === undefined || message === undefined) return;
      if (message["type"] === "offer") {
        page.connection = Number(message["connection"]);
        say(room, peer, { type: "answer", connection: page.connection, n: message["n"], sdp: "" });
        tellTracks(room, peer);
      }
      if (message["type"] === "sources") {
        page.sources = message["sources"] as Page["sources"];
        tellTracks(room);
      }
    },
    resync(room, peer) {
      told.push(`resync ${room} ${peer}`);
      tellTracks(room, peer);
    },
    evict(room, peer) {
      told.push(`evict ${room} ${peer}`);
      if (rooms.get(room)?.delete(peer)) tellTracks(room);
    },
    close(room) {
      told.push(`close ${room}`);
      rooms.delete(room);
    },
    statistics: async () => ({
      rooms: rooms.size,
      connections: [...rooms.values()]
        .flatMap((pages) => [...pages.values()])
        .filter(({ connection }) => connection !== undefined).length,
      cpuMs: 0,
      restarts,
      perRoom: Object.fromEntries([...rooms.keys()].map((room) => [room, nothingYet])),
    }),
    async stop() {
      told.push("stop");
      isOver = true;
    },
    crash() {
      restarts++;
      for (const [room, pages] of rooms)
        for (const [peer, page] of pages) {
          const { connection } = page;
          page.connection = undefined;
          if (connection === undefined) continue;
          say(room, peer, { type: "failed", connection, code: "restarted", detail: "", again: true });
        }
      events.restarted?.([...rooms.keys()], "told to");
    },
    ...more,
  };
}

const nothingYet = {
  ...{ packetsIn: 0, bytesIn: 0, packetsOut: 0, bytesOut: 0 },
  ...{ keyFrameRequests: 0, retransmitted: 0, lostUpstream: 0, receivers: [] },
};

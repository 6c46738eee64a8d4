import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createParlourServer, type ParlourServer } from "@parlour/server";
import { fakeClock, fakeWorld, seededRandom } from "@parlour/testkit";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { WebSocket } from "ws";
import type { JoinOptions, Room, RoomEvents } from "../api.ts";
import { createChannelHub } from "../channels/index.ts";
import { createFilesHub } from "../files/files-hub.ts";
import { createLink } from "../link/index.ts";
import { roomJoiner } from "./join.ts";
import type { Own } from "./peers.ts";
import type { RoomParts } from "./room.ts";

/** What each page brings to its links, in the order of coming. */
export const owns: Own[] = [];

const fingerprint = `sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`;
/** Everything but media, which fake connections have not. */
export const realParts: RoomParts = {
  createLink,
  createChannelHub,
  createFilesHub(setup) {
    owns.push(setup.own as Own);
    createFilesHub(setup);
  },
  certificates: {
    make: async () => ({ expires: Number.POSITIVE_INFINITY }) as RTCCertificate,
    fingerprint: async () => fingerprint,
  },
};
type JoinRoom = ReturnType<typeof roomJoiner>;
const joinRoom = roomJoiner(realParts);

// A network of fake connections whose time follows the real one, under real sockets and a real server.
export const clock = fakeClock();
export const world = fakeWorld({ clock, random: seededRandom(1), fingerprint });
let pump: ReturnType<typeof setInterval>;
let http: Server;
let parlour: ParlourServer;
export let origin: string;
const rooms: Room[] = [];
export const sockets: WebSocket[] = [];
/** All that were made, closed ones too. */
export const connections: RTCPeerConnection[] = [];

type ServerOptions = Parameters<typeof createParlourServer>[0];
export async function openServer(port = 0, options: ServerOptions = {}): Promise<void> {
  parlour = await createParlourServer(options);
  http = createServer();
  parlour.attach(http);
  http.listen(port, "127.0.0.1");
  await once(http, "listening");
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}
export async function closeServer(): Promise<void> {
  await parlour.close();
  http.close();
  http.closeAllConnections();
}

/** What a tab's `sessionStorage` is. */
export function tabStorage(from: ReadonlyMap<string, string> = new Map()): Storage & { copy(): Storage } {
  const items = new Map(from);
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    copy: () => tabStorage(items),
  } as unknown as Storage & { copy(): Storage };
}

export async function join(
  link: string,
  options: JoinOptions = {},
  tab: Storage = tabStorage(),
  enter: JoinRoom = joinRoom,
): Promise<Room> {
  Object.assign(globalThis, { sessionStorage: tab });
  const room = await enter(link, options);
  rooms.push(room);
  return room;
}

export function next<K extends keyof RoomEvents>(
  room: Room,
  event: K,
  is: (...args: RoomEvents[K]) => boolean = () => true,
): Promise<RoomEvents[K]> {
  return new Promise((resolve) => {
    const stop = room.on(event, (...args) => {
      if (!is(...args)) return;
      stop();
      resolve(args);
    });
  });
}
/** Waits until something holds that an event may have brought about already. */
export async function until(room: Room, event: keyof RoomEvents, holds: () => boolean): Promise<void> {
  while (!holds()) await next(room, event);
}
export const names = (room: Room): string[] => [...room.peers.values()].map(({ name }) => name);
export const texts = (room: Room): string[] => room.messages.map(({ text }) => text);

/** The fake's channels speak through listeners alone, and hand bytes over as they are; the browser's have handlers too, and copy both ways. */
function withHandlers(connection: ReturnType<typeof world.connection>) {
  const create = connection.createDataChannel.bind(connection);
  connection.createDataChannel = (label, init) => {
    const channel = create(label, init) as ReturnType<typeof create> &
      Record<string, ((event: object) => void) | undefined>;
    const send = channel.send.bind(channel) as (data: unknown) => void;
    Object.assign(channel, {
      send: (data: unknown) => send(data instanceof Uint8Array ? data.slice() : data),
    });
    for (const type of ["open", "close", "message"]) {
      channel.addEventListener(type, (event) => {
        const { data } = event as { data?: Uint8Array };
        channel[`on${type}`]?.(data === undefined ? event : { data: data.slice().buffer });
      });
    }
    return channel;
  };
  // No media on any of them.
  return Object.assign(connection, { getSenders: () => [], getReceivers: () => [] });
}

/** A real server for each test of a file, and fake connections that work. */
export function withServer(serverOptions: ServerOptions = {}): void {
  // Other files of this process may look for what a browser has.
  const { matchMedia, WebSocket: before, RTCPeerConnection: real, sessionStorage } = globalThis;
  beforeAll(() => {
    Object.assign(globalThis, {
      // Memory is the place for files here, as in a private window.
      matchMedia: () => ({ matches: false }),
      WebSocket: class extends WebSocket {
        constructor(url: string, protocol: string) {
          super(url, protocol);
          sockets.push(this);
        }
      },
      RTCPeerConnection: class {
        constructor(configuration: object) {
          const made = withHandlers(world.connection(configuration));
          connections.push(made as unknown as RTCPeerConnection);
          // biome-ignore lint/correctness/noConstructorReturn: stands in for the browser's constructor
          return made;
        }
      },
    });
    pump = setInterval(() => clock.advance(5), 2);
  });
  afterAll(() => {
    clearInterval(pump);
    Object.assign(globalThis, {
      matchMedia,
      WebSocket: before,
      RTCPeerConnection: real,
      sessionStorage,
    });
  });
  beforeEach(() => openServer(0, serverOptions));
  afterEach(async () => {
    for (const room of rooms.splice(0)) await room.leave();
    await closeServer();
  });
}

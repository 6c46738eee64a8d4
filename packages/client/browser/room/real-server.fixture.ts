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

const fingerprint = `sha-256 ${Array.from({ length: 32 }, () => "AB").join(":")}`;
const joinRoom = roomJoiner({
  createLink,
  createChannelHub,
  createFilesHub,
  certificates: {
    make: async () => ({ expires: Number.POSITIVE_INFINITY }) as RTCCertificate,
    fingerprint: async () => fingerprint,
  },
});

// A network of fake connections whose time follows the real one, under real sockets and a real server.
const clock = fakeClock();
const world = fakeWorld({ clock, random: seededRandom(1), fingerprint });
let pump: ReturnType<typeof setInterval>;
let http: Server;
let parlour: ParlourServer;
export let origin: string;
const rooms: Room[] = [];
export const sockets: WebSocket[] = [];

export async function openServer(port = 0): Promise<void> {
  parlour = await createParlourServer();
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
): Promise<Room> {
  Object.assign(globalThis, { sessionStorage: tab });
  const room = await joinRoom(link, options);
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

/** The fake's channels speak through listeners alone, and hand bytes over as they are; the browser's have handlers too, and copy. */
function withHandlers(connection: ReturnType<typeof world.connection>) {
  const create = connection.createDataChannel.bind(connection);
  connection.createDataChannel = (label, init) => {
    const channel = create(label, init) as ReturnType<typeof create> &
      Record<string, ((event: object) => void) | undefined>;
    for (const type of ["open", "close", "message"]) {
      channel.addEventListener(type, (event) => {
        const { data } = event as { data?: Uint8Array };
        channel[`on${type}`]?.(data === undefined ? event : { data: data.slice().buffer });
      });
    }
    return channel;
  };
  return connection;
}

/** A real server for each test of a file, and fake connections that work. */
export function withServer(): void {
  // Other files of this process may look for what a browser has.
  const { matchMedia, WebSocket: before, RTCPeerConnection: connections, sessionStorage } = globalThis;
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
          // biome-ignore lint/correctness/noConstructorReturn: stands in for the browser's constructor
          return withHandlers(world.connection(configuration));
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
      RTCPeerConnection: connections,
      sessionStorage,
    });
  });
  beforeEach(() => openServer());
  afterEach(async () => {
    for (const room of rooms.splice(0)) await room.leave();
    await closeServer();
  });
}

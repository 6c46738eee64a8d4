import type { RosterEntry, ServerFrame } from "@parlour/protocol";
import { sampleRoom } from "@parlour/testkit";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { JoinOptions, Peer, RemoteMedia, Room, RoomEvents } from "../api.ts";
import "../rest.fixture.ts";
import type { Certificates } from "../private/index.ts";
import type { ChannelHub, LinkDriver, LinkSetup, MediaHub } from "../seams.ts";
import { roomJoiner } from "./join.ts";

/** The browser's end of a WebSocket, with the server's end in the test's hands. */
export class TestSocket {
  static last: TestSocket;
  readyState = 0;
  binaryType = "";
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  readonly sent: (string | Uint8Array)[] = [];
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    TestSocket.last = this;
  }
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  get frames(): Record<string, unknown>[] {
    return this.sent.filter((data) => typeof data === "string").map((data) => JSON.parse(data as string));
  }
}

export interface TestLink {
  readonly setup: LinkSetup;
  readonly did: string[];
  /** As the link's own log. */
  says(event: string, detail: string): void;
}
const rooms: Room[] = [];
export const links: TestLink[] = [];
/** What the room asked of its channels and of its media, in order. */
export const hub: string[] = [];
export const media: string[] = [];
/** What was muted of what this page publishes. */
export const mutes: string[] = [];
export const onMedia = new Map<string, (media: RemoteMedia) => void>();
export const certificates: Certificates = {
  make: async () => ({ expires: 1e15 }) as RTCCertificate,
  fingerprint: async () => `sha-256 ${Array(32).fill("AB").join(":")}`,
};

export const joinRoom = roomJoiner({
  certificates,
  createLink(setup) {
    const did: string[] = [];
    let onLog = (_event: string, _detail: string): void => {};
    links.push({ setup, did, says: (event, detail) => onLog(event, detail) });
    const note =
      (what: string) =>
      (detail?: unknown): void =>
        void did.push(typeof detail === "string" ? `${what} ${detail}` : what);
    return {
      state: "connecting",
      path: undefined,
      rttMs: undefined,
      connection: undefined,
      receive: (payload: Uint8Array) => void did.push(`receive ${String(payload)}`),
      resync: note("resync"),
      restart: note("restart"),
      rebuild: note("rebuild"),
      close: note("close"),
      on: (event: string, listener: () => void) => {
        if (event === "log") onLog = listener;
        return () => {};
      },
    } as LinkDriver;
  },
  createChannelHub: () =>
    ({
      channel: (name: string) => ({ name, on: () => () => {}, send: async () => {} }),
      add: ({ name }: Peer) => {
        hub.push(`add ${name}`);
        return { attach() {}, detach() {} };
      },
      prepare: () => {},
      remove: (id: string) => void hub.push(`remove ${id[0]}`),
      on: () => () => {},
    }) as unknown as ChannelHub,
  createMediaHub: ({ emit, publish }) => {
    onMedia.set("media", (of) => emit("media", of));
    onMedia.set("media-ended", (of) => emit("media-ended", of));
    for (const { source } of publish) media.push(`publish ${source}`);
    return {
      publications: new Map(
        ["camera", "screen"].map((source) => [
          source,
          { mute: (kind?: string) => void mutes.push(`${source} ${kind}`) },
        ]),
      ),
      publish: async (_: unknown, { source }: { source: string }) => void media.push(`publish ${source}`),
      add: ({ name }: Peer) => {
        media.push(`add ${name}`);
        return { attach() {}, detach() {} };
      },
      prepare: () => {},
      remove: (id: string) => void media.push(`remove ${id[0]}`),
      hide: (id: string) => void media.push(`hide ${id[0]}`),
      show: (id: string) => void media.push(`show ${id[0]}`),
      of: () => new Map(),
      close: () => void media.push("close"),
      begin: () => {},
      receive: (payload: Uint8Array) => void media.push(`receive ${payload}`),
    } as unknown as MediaHub;
  },
});

export const seat = (letter: string, number: number, more: Partial<RosterEntry> = {}): RosterEntry => ({
  id: letter.repeat(22),
  number,
  epoch: letter.repeat(16),
  role: "member",
  presence: "here",
  name: letter,
  ...more,
});
export const welcome = (more: object = {}): ServerFrame =>
  ({
    type: "welcome",
    version: 1,
    at: 0,
    room: sampleRoom,
    you: seat("m", 5),
    peers: [],
    token: "token",
    resumed: false,
    iceServers: [{ urls: ["stun:here"] }],
    history: [],
    greeting: "Welcome.",
    ...more,
  }) as ServerFrame;

export const socket = (): TestSocket => TestSocket.last;
/** A new socket is there, and its page listens; a server says nothing before that. */
export const listened = (before: TestSocket): Promise<void> =>
  vi.waitFor(() => {
    expect(socket()).not.toBe(before);
    expect(socket().onmessage).toBeTruthy();
  });
// What rooms load beside is there at once from then on, as on a page that has been in a room for a while.
await import("../beside.ts");

/** Lets everything that is under way come to its end. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

export async function join(
  more: object = {},
  options: JoinOptions = {},
  link = "https://x.org/r/den",
): Promise<Room> {
  const before = socket();
  const joining = joinRoom(link, { name: "me", remember: "none", ...options });
  await listened(before);
  expect(socket().url).toBe("wss://x.org/v1");
  socket().open();
  socket().say(welcome(more));
  const room = await joining;
  rooms.push(room);
  return room;
}
export function record(room: Room): string[] {
  const seen: string[] = [];
  const note =
    (event: keyof RoomEvents) =>
    (...args: unknown[]): void => {
      const [first, second] = args as [{ name?: string; text?: string } | string, unknown];
      const what = typeof first === "string" ? first : (first.text ?? first.name);
      seen.push(`${event} ${what}${typeof second === "string" ? ` ${second}` : ""}`);
    };
  for (const event of ["peer", "peer-changed", "peer-left", "state", "notice", "said"] as const) {
    room.on(event, note(event));
  }
  return seen;
}

/** An empty stage before each test of a file, and nobody left on it after. */
export function clearStage(): void {
  afterEach(async () => {
    for (const room of rooms.splice(0)) await room.leave();
  });
  beforeEach(() => {
    for (const seen of [links, hub, media, mutes]) seen.length = 0;
    TestSocket.last = { url: "" } as TestSocket;
    Object.assign(globalThis, { WebSocket: TestSocket });
  });
}

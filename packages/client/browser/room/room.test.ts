import { encodeSignal, type RosterEntry, refusal, type ServerFrame } from "@parlour/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JoinOptions, Peer, RemoteMedia, Room, RoomEvents } from "../api.ts";
import { makePrivateLink } from "../link-text.ts";
import { type Certificates, makeCard, openIdentity, roomSecret } from "../private/index.ts";
import type { ChannelHub, LinkDriver, LinkSetup, MediaHub } from "../seams.ts";
import { roomJoiner } from "./join.ts";

/** The browser's end of a WebSocket, with the server's end in the test's hands. */
class TestSocket {
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

interface TestLink {
  readonly setup: LinkSetup;
  readonly did: string[];
}
const rooms: Room[] = [];
let links: TestLink[];
let hub: string[];
let media: string[];
const onMedia = new Map<string, (media: RemoteMedia) => void>();
const certificates: Certificates = {
  make: async () => ({ expires: 1e15 }) as RTCCertificate,
  fingerprint: async () => `sha-256 ${Array(32).fill("AB").join(":")}`,
};

const joinRoom = roomJoiner({
  certificates,
  createLink(setup) {
    const did: string[] = [];
    links.push({ setup, did });
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
      on: () => () => {},
    } as LinkDriver;
  },
  createChannelHub: () =>
    ({
      channel: (name: string) => ({ name, on: () => () => {}, send: async () => {} }),
      add: ({ name }: Peer) => {
        hub.push(`add ${name}`);
        return { attach() {}, detach() {} };
      },
      remove: (id: string) => void hub.push(`remove ${id[0]}`),
      on: () => () => {},
    }) as unknown as ChannelHub,
  createMediaHub: () =>
    ({
      publications: new Map(),
      publish: async (_: unknown, { source }: { source: string }) => void media.push(`publish ${source}`),
      add: ({ name }: Peer) => {
        media.push(`add ${name}`);
        return { attach() {}, detach() {} };
      },
      remove: (id: string) => void media.push(`remove ${id[0]}`),
      hide: (id: string) => void media.push(`hide ${id[0]}`),
      show: (id: string) => void media.push(`show ${id[0]}`),
      of: () => new Map(),
      opened: () => {},
      on: (event: string, listener: (media: RemoteMedia) => void) => {
        onMedia.set(event, listener);
        return () => {};
      },
      close: () => void media.push("close"),
    }) as unknown as MediaHub,
});

const seat = (letter: string, number: number, more: Partial<RosterEntry> = {}): RosterEntry => ({
  id: letter.repeat(22),
  number,
  epoch: letter.repeat(16),
  role: "member",
  presence: "here",
  name: letter,
  ...more,
});
const welcome = (more: object = {}): ServerFrame =>
  ({
    type: "welcome",
    version: 1,
    at: 0,
    room: {
      name: "den",
      visibility: "public",
      capacity: 100,
      topology: "mesh",
      locked: false,
      knock: false,
      hasPasscode: false,
    },
    you: seat("m", 5),
    peers: [],
    token: "token",
    resumed: false,
    iceServers: [{ urls: ["stun:here"] }],
    history: [],
    greeting: "Welcome.",
    ...more,
  }) as ServerFrame;

const socket = (): TestSocket => TestSocket.last;
/** Lets everything that is under way come to its end. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

async function join(
  more: object = {},
  options: JoinOptions = {},
  link = "https://x.org/r/den",
): Promise<Room> {
  const before = socket();
  const joining = joinRoom(link, { name: "me", remember: "none", ...options });
  await vi.waitFor(() => expect(socket()).not.toBe(before));
  expect(socket().url).toBe("wss://x.org/v1");
  socket().open();
  socket().say(welcome(more));
  const room = await joining;
  rooms.push(room);
  return room;
}
function record(room: Room): string[] {
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

afterEach(async () => {
  for (const room of rooms.splice(0)) await room.leave();
});
beforeEach(() => {
  links = [];
  hub = [];
  media = [];
  TestSocket.last = { url: "" } as TestSocket;
  Object.assign(globalThis, { WebSocket: TestSocket });
});

describe("joining", () => {
  it("[S40] tells whoever awaits the room everything from the welcome on: greeting and history", async () => {
    const said = { type: "said", seq: 1, at: 5, id: "m1", from: seat("b", 1).id, name: "b", text: "before" };
    const room = await join({ history: [said], peers: [seat("b", 1)] });
    expect(room.peers.size).toBe(1);
    const seen = record(room);
    await settle();
    expect(seen).toEqual(["notice Welcome.", "said before"]);
    expect(room.messages.map(({ text }) => text)).toEqual(["before"]);
  });

  it("[S41] rejects with aborted when it is called off, and leaves nothing behind", async () => {
    await expect(joinRoom("https://x.org/r/den", { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    const controller = new AbortController();
    const joining = joinRoom("https://x.org/r/den", { signal: controller.signal, remember: "none" });
    await vi.waitFor(() => expect(socket().url).not.toBe(""));
    socket().open();
    controller.abort();
    await expect(joining).rejects.toMatchObject({ code: "aborted" });
    expect(socket().readyState).toBe(3);
  });

  it("[S42] publishes what is given along before any link begins", async () => {
    const stream = {} as MediaStream;
    await join({ peers: [seat("b", 1)] }, { publish: [{ stream, source: "camera" }] });
    expect(media).toEqual(["publish camera", "add b"]);
    media = [];
    const room = await join({ peers: [seat("b", 1)] }, { media: false });
    expect(media).toEqual([]);
    await expect(room.publish(stream, { source: "camera" })).rejects.toMatchObject({ code: "bad-request" });
  });

  it("[P1] of a private room needs a secure page", async () => {
    const { crypto } = globalThis;
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: { getRandomValues: () => [] } });
    const joining = joinRoom("https://x.org/r/den#k=AAAAAAAAAAAAAAAAAAAAAA").catch((error) => error);
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: crypto });
    expect(await joining).toMatchObject({ code: "insecure-page" });
  });
});

describe("links", () => {
  it("[S43] are offered by the newcomer, who is impolite, with the page's ICE servers", async () => {
    await join({ you: seat("m", 5), peers: [seat("b", 1)] });
    socket().say({ type: "joined", peer: seat("c", 6) });
    await settle();
    expect(links.map(({ setup }) => [setup.isPolite, setup.makesFirstOffer])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(links[0]?.setup.iceServers).toEqual([{ urls: ["stun:here"] }]);
  });

  it("[S44] carry signals to and from the seat by its number", async () => {
    await join({ peers: [seat("b", 1), seat("c", 2)] });
    const payload = Uint8Array.of(1, 2, 3);
    expect(links[1]?.setup.send(payload)).toBe(true);
    expect(socket().sent.at(-1)).toEqual(encodeSignal(2, payload));
    socket().onmessage?.({ data: encodeSignal(1, payload).buffer });
    socket().onmessage?.({ data: encodeSignal(9, payload).buffer });
    await settle();
    expect(links.map(({ did }) => did.at(-1))).toEqual(["receive 1,2,3", "resync"]);
    socket().onclose?.({ code: 1006 });
    expect(links[1]?.setup.send(payload)).toBe(false);
  });

  it("[S45] stay while the server is away, and take up where they were", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const seen = record(room);
    const peer = [...room.peers.values()][0];
    await settle();
    socket().onclose?.({ code: 1006 });
    await settle();
    expect(room.state).toBe("recovering");
    expect(links).toHaveLength(1);
    const before = socket();
    await vi.waitFor(() => expect(socket()).not.toBe(before), { timeout: 2_000 });
    socket().open();
    socket().say(welcome({ peers: [seat("b", 1)], resumed: true }));
    await settle();
    expect(room.state).toBe("live");
    expect(links).toHaveLength(1);
    expect(links[0]?.did).toEqual(["resync", "resync"]);
    expect([...room.peers.values()][0]).toBe(peer);
    expect(seen.filter((event) => event.startsWith("peer"))).toEqual([]);
  });

  it("[S46] are made anew for a reloaded page, under the same peer", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const peer = [...room.peers.values()][0];
    const seen = record(room);
    socket().say({ type: "changed", peer: seat("b", 1, { presence: "away" }) });
    await settle();
    expect(media).toEqual(["add b", "hide b"]);
    expect(peer?.presence).toBe("away");
    expect(links[0]?.did).toEqual(["resync"]);
    socket().say({ type: "changed", peer: seat("b", 1, { epoch: "n".repeat(16) }) });
    await settle();
    expect(links[0]?.did.at(-1)).toBe("close page");
    expect(links).toHaveLength(2);
    expect(links[1]?.setup.pages?.other).toBe("n".repeat(16));
    expect(hub).toEqual(["add b", "remove b", "add b"]);
    expect([...room.peers.values()][0]).toBe(peer);
    expect(seen.filter((event) => event.startsWith("peer "))).toEqual([]);
  });

  it("[S47] are left alone while a peer is silent, and go on when it is back", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    socket().say({ type: "changed", peer: seat("b", 1, { presence: "silent" }) });
    await settle();
    expect(media).toEqual(["add b"]);
    expect([...room.peers.values()][0]?.presence).toBe("silent");
    socket().say({ type: "changed", peer: seat("b", 1) });
    await settle();
    expect(links).toHaveLength(1);
    expect(links[0]?.did).toEqual(["resync", "resync"]);
  });

  it("[S48] wait for a page that is away when this one comes in", async () => {
    const room = await join({ peers: [seat("b", 1, { presence: "away" })] });
    expect(links).toHaveLength(0);
    expect([...room.peers.values()][0]?.link.state).toBe("connecting");
    socket().say({ type: "changed", peer: seat("b", 1) });
    await settle();
    expect(links).toHaveLength(1);
  });

  it("[S49] are all made anew when this page comes back on another seat", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const peer = [...room.peers.values()][0];
    const before = socket();
    socket().onclose?.({ code: 1006 });
    await vi.waitFor(() => expect(socket()).not.toBe(before), { timeout: 2_000 });
    socket().open();
    socket().say(welcome({ you: seat("m", 9), peers: [seat("b", 1)] }));
    await settle();
    expect(links[0]?.did.at(-1)).toBe("close seat");
    expect(links).toHaveLength(2);
    expect([...room.peers.values()][0]).toBe(peer);
  });
});

describe("the end", () => {
  it("[S50] comes with its reason, ends every link, and rejects what was not said yet", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const saying = room.say("hello").catch((error) => error);
    const seen: unknown[] = [];
    room.on("state", (...args) => seen.push(args));
    socket().say({ type: "closing", ...refusal("removed") });
    expect(await saying).toMatchObject({ code: "removed", hint: refusal("removed").hint });
    expect(seen).toEqual([["left", refusal("removed")]]);
    expect(links[0]?.did.at(-1)).toBe("close removed");
    expect(media).toContain("close");
    expect(room.peers.size).toBe(0);
    await expect(room.say("again")).rejects.toMatchObject({ code: "left" });
  });

  it("[S51] of another peer is told with its reason", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const seen = record(room);
    await settle();
    socket().say({ type: "left", id: seat("b", 1).id, reason: "page" });
    await settle();
    expect(seen).toEqual(["notice Welcome.", "peer-left b page"]);
    expect(links[0]?.did.at(-1)).toBe("close page");
  });
});

describe("a page's own part", () => {
  it("[S52] rejects what can't be said before it asks the server", async () => {
    const room = await join();
    await expect(room.say("")).rejects.toMatchObject({ code: "bad-request" });
    await expect(room.say("a".repeat(4_001))).rejects.toMatchObject({ code: "too-long" });
    const refused = room.say("rude").catch((error) => error);
    const { id } = socket().frames.at(-1) as { id: string };
    socket().say({ type: "refused", ...refusal("profanity"), ref: id });
    expect(await refused).toMatchObject({ code: "profanity", hint: refusal("profanity").hint });
    expect(room.messages).toEqual([]);
  });

  it("[S53] keeps names of channels that start with parlour: to itself", async () => {
    const room = await join();
    expect(() => room.channel("parlour:chat")).toThrow(/parlour:/);
    expect(room.channel("cursors").name).toBe("cursors");
  });

  it("[S54] has every fault on demand", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    room.simulate("link-lost");
    expect(links[0]?.did.at(-1)).toBe("rebuild link-lost");
    expect(links[0]?.setup.rtc.iceTransportPolicy).toBeUndefined();
    room.simulate("relay-only");
    expect(links[0]?.did.at(-1)).toBe("rebuild relay-only");
    expect(links[0]?.setup.rtc.iceTransportPolicy).toBe("relay");
    room.simulate("signal-lost");
    await settle();
    expect(room.state).toBe("recovering");
  });

  it("[S55] can be looked into: what went over signaling, by type, and never what was in it", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    room.say("a secret").catch(() => {});
    const { events, signaling, links: linked } = await room.inspect();
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["sent hello", "received welcome", "room-live", "sent say"]),
    );
    expect(JSON.stringify(events)).not.toContain("secret");
    expect(signaling).toMatchObject({ framesSent: 2, framesReceived: 1 });
    expect(linked).toEqual([{ peer: seat("b", 1).id, state: "connecting", stats: [] }]);
  });
});

describe("a private room", () => {
  it("[P5] shows nobody where a card does not hold, and its seat appears once it does", async () => {
    const link = makePrivateLink("https://x.org");
    const { name, secret } = (await import("../link-text.ts")).parseRoomLink(link);
    const shared = await roomSecret(name, secret as Uint8Array<ArrayBuffer>);
    const { identity } = await openIdentity("bo", undefined, certificates, 0);
    const card = await makeCard(shared, identity, "Bo");
    const { name: _, ...bare } = seat("b", 1, { id: identity.id });
    const room = await join(
      {
        room: {
          name,
          visibility: "private",
          capacity: 2,
          topology: "mesh",
          locked: false,
          knock: false,
          hasPasscode: false,
        },
        peers: [bare, { ...seat("c", 2), card }],
      },
      {},
      link,
    );
    const seen = record(room);
    await settle();
    expect(room.peers.size).toBe(0);
    expect(links).toHaveLength(0);
    expect((await room.inspect()).events.filter(({ event }) => event === "card-refused")).toHaveLength(2);
    socket().say({ type: "changed", peer: { ...bare, card } });
    await vi.waitFor(() => expect(room.peers.size).toBe(1));
    expect(room.peers.get(identity.id)?.name).toBe("Bo");
    expect(seen).toContain("peer Bo");
    expect(seen).toContain("notice Bo joined");
    expect(links[0]?.setup.remoteFingerprint).toBe(identity.fingerprint);
    socket().say({ type: "left", id: identity.id, reason: "timeout" });
    await settle();
    expect(seen).toContain("notice Bo lost the connection");
  });

  it("[P4] says hello with the seat's id, the check value and a sealed card, and without a name", async () => {
    const link = makePrivateLink("https://x.org");
    await join({}, { name: "Ada Lovelace" }, link);
    const hello = socket().frames[0] as Record<string, string>;
    expect(hello).toMatchObject({
      type: "hello",
      id: expect.any(String),
      key: expect.any(String),
      card: expect.any(String),
    });
    expect(hello["name"]).toBeUndefined();
    const all = JSON.stringify(socket().sent);
    expect(all).not.toContain("Lovelace");
    expect(all).not.toContain(link.split("#k=")[1]);
  });
});

/** Rooms of two that no server introduces. Loaded by who asks for one; see `docs/spec/direct.md`. */
import {
  type Collected,
  codesOf,
  collect,
  exchange,
  findIntroduction,
  fingerprintText,
  goodUntil,
  type Invitation,
  reachOf,
  type Side,
  takeAnswer,
  takeInvitation,
  writeIntroduction,
} from "../../core/direct/index.ts";
import type { Introduction } from "../../core/session/index.ts";
import type { Room } from "../api.ts";
import { parlourError } from "../error.ts";
import { deferred } from "../events.ts";
import { loaded, rest } from "../later.ts";
import { randomText } from "../private/bytes.ts";
import type { noMedia } from "../room/peers.ts";
import type { enterRoom, RoomParts } from "../room/room.ts";
import type { seatNotebook } from "../room/seat-note.ts";
import type { Direct, DirectAnswer, DirectCollector, DirectInvitation, DirectOptions } from "./api.ts";
import { type Carrier, openCarrier } from "./carrier.ts";
import { refusedWith } from "./refusal.ts";
import { type Greeting, readHello, sayHello, twoSeats } from "./two-seats.ts";

/** A server that is asked for its STUN has this long. */
const serverMs = 2_500;
/** Once both sides know each other, a way that works is found within this. */
const meetMs = 30_000;

// As rooms are called that the page names: without l and o, which look like digits.
const letters = "abcdefghijkmnpqrstuvwxyz23456789";
const nameOf = (room: Uint8Array): string =>
  `direct-${[...room].map((byte) => `${letters[byte >> 4]}${letters[16 + (byte & 15)]}`).join("")}`;

/** What every room is entered with. It is given, so that bundlers leave it in the module that has it already. */
export interface Ground {
  readonly parts: RoomParts;
  readonly enterRoom: typeof enterRoom;
  readonly seatNotebook: typeof seatNotebook;
  readonly noMedia: typeof noMedia;
}

/** What a page of such a room has before it knows the other. */
interface Desk {
  readonly carrier: Carrier;
  readonly signal: AbortSignal | undefined;
  /** Once the channel is open: says hello, waits for theirs, and goes in. */
  enter(other: Side): Promise<Room>;
}

async function openDesk(
  { parts, enterRoom, seatNotebook, noMedia }: Ground,
  options: DirectOptions,
  room: string,
  secret: Uint8Array<ArrayBuffer>,
  isInviter: boolean,
): Promise<Desk> {
  const { signal } = options;
  if (signal?.aborted) throw parlourError("aborted");
  if (!globalThis.crypto?.subtle) throw parlourError("insecure-page");
  const [door, iceServers] = await Promise.all([
    loaded(() => import("../room/private-door.ts")),
    options.server === undefined ? [] : serversOf(options.server),
    // Nobody will be there to have it from.
    rest(),
  ]);
  const { name = "", rtc = {} } = options;
  const { certificates } = parts;
  const enter = await door.privateDoor({ room, secret, name, isRemembered: false, certificates });
  const membership = await enter(room);
  const { certificate } = membership.identity;
  const withServers = { ...rtc, iceServers: [...iceServers, ...(rtc.iceServers ?? [])] };
  const carrier = openCarrier({ ...withServers, certificates: [certificate] });
  const isWithoutMedia = options.media === false || parts.createMediaHub === undefined;
  const introduction: Introduction = {
    room,
    epoch: randomText(12),
    ...membership.introduction,
    ...(isWithoutMedia && { capabilities: [noMedia] }),
  };
  const greeting = deferred<Greeting>();
  carrier.onData = (data) => {
    const hello = readHello(data);
    if (hello) greeting.resolve(hello);
  };
  carrier.onClosed = () => greeting.reject(parlourError("aborted"));

  return {
    carrier,
    signal,
    async enter(side) {
      carrier.send(sayHello(introduction as Greeting));
      const other = await greeting.promise;
      // Who speaks over this connection is who the card says, or somebody sits between.
      const card = await membership.open(other);
      if (card?.fingerprint !== fingerprintText(side.fingerprint)) throw parlourError("wrong-key");
      const seats = twoSeats({
        room,
        own: introduction as Greeting,
        other,
        isInviter,
        carrier,
      });
      const entrance = { introduction, membership, privateSide: door.privateSide };
      return enterRoom({
        address: { server: "", name: room, secret, href: "" },
        options: { ...options, rtc: withServers },
        parts,
        notebook: seatNotebook(room, undefined),
        openSocket: seats.openSocket,
        renew: async () => entrance,
        ...entrance,
      });
    },
  };
}

/** The STUN of a server, where there is one just now. */
async function serversOf(server: string): Promise<readonly RTCIceServer[]> {
  const late = deferred<readonly RTCIceServer[]>();
  const over = new AbortController();
  const timer = setTimeout(() => late.resolve([]), serverMs);
  const asked = loaded(() => import("../trial/connection-test.ts"))
    .then(({ stunServersOf }) => stunServersOf(server.replace(/\/+$/, ""), over.signal))
    .catch(() => []);
  const found = await Promise.race([asked, late.promise]);
  clearTimeout(timer);
  over.abort();
  return found;
}

/** Rejects when it takes longer, or when the signal says so. */
function unless<Result>(
  { carrier, signal }: Desk,
  ms: number,
  late: () => Error,
  work: Promise<Result>,
): Promise<Result> {
  const ended = deferred<never>();
  const timer = setTimeout(() => ended.reject(late()), ms);
  const abort = (): void => ended.reject(parlourError("aborted"));
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  return Promise.race([work, ended.promise])
    .catch((error: unknown) => {
      carrier.close();
      throw error;
    })
    .finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
}

async function invite(ground: Ground, options: DirectOptions): Promise<DirectInvitation> {
  const secret = crypto.getRandomValues(new Uint8Array(16));
  const room = crypto.getRandomValues(new Uint8Array(5));
  const desk = await openDesk(ground, options, nameOf(room), secret, true);
  const { carrier, signal } = desk;
  const side = await unless(desk, meetMs, () => parlourError("unreachable"), carrier.offer());
  const invitation: Invitation = {
    kind: "invitation",
    madeAt: Math.floor(Date.now() / 1_000),
    secret,
    room,
    side,
  };
  let state = exchange(invitation);
  const close = (): void => {
    if (state.state === "answered") return;
    state = { ...state, state: "over" };
    carrier.close();
  };
  signal?.addEventListener("abort", close);
  const until = goodUntil(invitation);
  const timer = setTimeout(close, until - Date.now());
  return {
    text: writeIntroduction(invitation),
    reach: reachOf(side),
    goodUntil: until,
    async answer(pasted) {
      const taken = takeAnswer(state, pasted, Date.now());
      if (typeof taken === "string") throw refusedWith(taken);
      state = taken.exchange;
      clearTimeout(timer);
      const other = taken.answer.side;
      const met = carrier.meet(other).then(() => carrier.opened);
      const noWay = () => refusedWith("no-way", { own: reachOf(side), other: reachOf(other) });
      await unless(desk, meetMs, noWay, met);
      return unless(desk, meetMs, noWay, desk.enter(other));
    },
    close,
  };
}

async function accept(ground: Ground, pasted: string, options: DirectOptions): Promise<DirectAnswer> {
  const invitation = find(pasted);
  const { room, secret, side: other } = invitation;
  const desk = await openDesk(ground, options, nameOf(room), secret, false);
  const { carrier } = desk;
  const side = await unless(desk, meetMs, () => parlourError("unreachable"), carrier.answer(other));
  const closed = deferred<never>();
  closed.promise.catch(() => {});
  const until = goodUntil(invitation);
  const entered = async (): Promise<Room> => {
    await unless(
      desk,
      Math.max(until - Date.now(), meetMs),
      () => refusedWith("text-stale"),
      Promise.race([carrier.opened, closed.promise]),
    );
    const noWay = () => refusedWith("no-way", { own: reachOf(side), other: reachOf(other) });
    return unless(desk, meetMs, noWay, desk.enter(other));
  };
  const entering = entered();
  // Whoever only wants the text need not listen.
  entering.catch(() => {});
  return {
    text: writeIntroduction({ kind: "answer", room, side }),
    reach: reachOf(side),
    goodUntil: until,
    room: entering,
    close: () => closed.reject(parlourError("aborted")),
  };
}

function find(pasted: string): Invitation {
  const found = takeInvitation(pasted, Date.now());
  if (typeof found === "string") throw refusedWith(found);
  return found;
}

function collector(): DirectCollector {
  let collected: Collected | undefined;
  return {
    add(code) {
      const step = collect(collected, code);
      collected = step.collected;
      return step.text;
    },
    get progress() {
      const parts = collected?.parts ?? [];
      return { read: parts.filter((part) => part !== undefined).length, of: parts.length };
    },
  };
}

/** Rooms of two, on this ground. */
export function directRooms(ground: Ground): Direct {
  return {
    invite: (options = {}) => invite(ground, options),
    accept: (pasted, options = {}) => accept(ground, pasted, options),
    find(pasted) {
      find(pasted);
      return findIntroduction(pasted)?.text ?? "";
    },
    codes: codesOf,
    collector,
  };
}

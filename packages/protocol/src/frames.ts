import * as v from "valibot";
import type { Code } from "./codes.ts";
import { limits } from "./limits.ts";
import { base64url, displayName, roomName, title } from "./text.ts";

/** A seat's id: 22 characters of base64url (16 bytes). In private rooms it is the hash of the seat's signing key. */
export type PeerId = string;
/** Names one page's life: 16 characters of base64url (12 bytes), made by the page. A reload has a new one. */
export type Epoch = string;

const peerId = v.pipe(v.string(), v.regex(/^[\w-]{22}$/));
const epoch = v.pipe(v.string(), v.regex(/^[\w-]{16}$/));
const messageId = v.pipe(v.string(), v.regex(/^[\w-]{8,32}$/));
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.textCharacters));
const passcode = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.passcodeCharacters));
const token = v.pipe(v.string(), v.minLength(1), v.maxLength(limits.tokenCharacters));
const visibility = v.picklist(["public", "private"]);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Seats the sender in a room, or puts it back on its seat. The first frame of every connection. */
export const hello = v.strictObject({
  type: v.literal("hello"),
  room: roomName,
  epoch,
  /** Public rooms: the wanted name; the server makes one when it is missing and tells a taken one apart. */
  name: v.exactOptional(displayName),
  /** Private rooms: the sealed identity card that the server stores unread and hands to the others. */
  card: v.exactOptional(v.pipe(base64url, v.minLength(16), v.maxLength(limits.cardCharacters))),
  /** Private rooms: the seat's id, the hash of its signing key. */
  id: v.exactOptional(peerId),
  /** Private rooms: the check value derived from the link's secret (22 characters). */
  key: v.exactOptional(v.pipe(base64url, v.length(22))),
  passcode: v.exactOptional(passcode),
  /** From an earlier `welcome`: asks for the same seat. */
  token: v.exactOptional(token),
  /** From `POST /api/rooms`: makes this seat the host. */
  hostToken: v.exactOptional(token),
  /** Public rooms: the last history entry seen; only later ones are sent. */
  since: v.exactOptional(count),
  /** What this peer can or can't do, for the other peers; the server only passes it on. */
  capabilities: v.exactOptional(
    v.pipe(
      v.array(v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/), v.maxLength(limits.capabilityCharacters))),
      v.maxLength(limits.capabilities),
    ),
  ),
});

/** Says something in a public room. `id` makes a repeated frame harmless. Answered by `accepted`, `whispered` or `refused`. */
export const say = v.strictObject({
  type: v.literal("say"),
  id: messageId,
  text,
  /** To this seat alone: it and the author get it as `whispered`, and nothing keeps it. */
  to: v.exactOptional(peerId),
});
/** Gives the seat up at once. */
export const leave = v.strictObject({ type: v.literal("leave") });
/**
 * What this page sends into the room now, in numbers, and how it copes: the server plans the room's topology by it and passes it
 * on to nobody. Said again whenever it is another; a page that says nothing counts as one that sends nothing.
 */
export const media = v.strictObject({
  type: v.literal("media"),
  /** Moving pictures that are sent and not muted: cameras, screens. */
  cameras: v.pipe(count, v.maxValue(8)),
  screens: v.pipe(count, v.maxValue(8)),
  sound: v.boolean(),
  /** For some seconds now sending as a mesh, or passing on what others send, has been too much for this page's uplink or processor. */
  suffers: v.exactOptional(v.picklist(["uplink", "processor"])),
  /**
   * Whether this page would pass others' media on where no forwarder runs: `false` for no (a phone on battery, a person who does not want
   * it), or what its machine has for that. A page that leaves it out does not know of it.
   */
  passes: v.exactOptional(
    v.union([
      v.literal(false),
      v.strictObject({
        /** Of the processor, as the browser tells. */
        cores: v.pipe(count, v.minValue(1), v.maxValue(1024)),
        /** As measured, in kbit/s; missing while nothing is known of it. */
        uplink: v.exactOptional(v.pipe(count, v.maxValue(10_000_000))),
        /** It runs on its battery, and passes on all the same. */
        battery: v.exactOptional(v.literal(true)),
      }),
    ]),
  ),
  /** Whose page the room's plan has pass media on to this one, when it has brought nothing for some seconds. */
  misses: v.exactOptional(peerId),
});
/** Asks the other end for a sign of life; both ends may. */
export const ping = v.strictObject({ type: v.literal("ping") });
export const pong = v.strictObject({ type: v.literal("pong") });

/** Host: changes what is named, the rest stays; `null` takes it away. This and the next six are answered by `done` or `refused`, in order. */
export const set = v.strictObject({
  type: v.literal("set"),
  title: v.exactOptional(v.nullable(title)),
  passcode: v.exactOptional(v.nullable(passcode)),
  /** Nobody new comes in. */
  locked: v.exactOptional(v.boolean()),
  /** Who is new waits until admitted. */
  knock: v.exactOptional(v.boolean()),
});
/** Host: asks that page to send no more of this kind (none: of both). Its owner may go on at any time. */
export const mute = v.strictObject({
  type: v.literal("mute"),
  id: peerId,
  kind: v.exactOptional(v.picklist(["audio", "video"])),
});
/** Host: ends that seat. Its id can't come back to this room. */
export const remove = v.strictObject({ type: v.literal("remove"), id: peerId });
/** Host: makes that seat, whose page must be here, the host. */
export const handOver = v.strictObject({ type: v.literal("hand-over"), id: peerId });
/** Host: ends the room for everyone. */
export const end = v.strictObject({ type: v.literal("end") });
/** Host: lets in who knocks. */
export const admit = v.strictObject({ type: v.literal("admit"), id: peerId });
/** Host: sends away who knocks. */
export const deny = v.strictObject({ type: v.literal("deny"), id: peerId });

export const hostFrame = v.variant("type", [set, mute, remove, handOver, end, admit, deny]);
export const clientFrame = v.variant("type", [hello, say, media, leave, ping, pong, ...hostFrame.options]);

/** Where a seat's page is: `here`, `away` (closed or reloading), `silent` (not heard from). */
const presence = v.picklist(["here", "away", "silent"]);
const role = v.picklist(["host", "member"]);

/** One seat as everyone in the room sees it. Never carries an address. */
export const rosterEntry = v.object({
  id: peerId,
  /** Counts up in the order of arrival, unique in the room; addresses signals and decides who is polite. */
  number: count,
  epoch,
  role,
  presence,
  name: v.exactOptional(v.string()),
  card: v.exactOptional(v.string()),
  /** ISO 3166-1 alpha-2, public rooms only. */
  country: v.exactOptional(v.string()),
  capabilities: v.exactOptional(v.array(v.string())),
});

/** A chat message of a public room. `seq` counts the room's entries; `at` is the server's time in ms since 1970. */
export const said = v.object({
  type: v.literal("said"),
  seq: count,
  at: v.number(),
  id: v.string(),
  from: peerId,
  name: v.string(),
  country: v.exactOptional(v.string()),
  text: v.string(),
});
/** Something the room itself says. */
export const notice = v.object({
  type: v.literal("notice"),
  seq: count,
  at: v.number(),
  /** What happened, for pages that word it themselves. */
  event: v.string(),
  /** Whom it is about. */
  name: v.exactOptional(v.string()),
  text: v.string(),
});
/** What the message log keeps. */
export const entry = v.variant("type", [said, notice]);

export const iceServer = v.object({
  urls: v.array(v.string()),
  username: v.exactOptional(v.string()),
  credential: v.exactOptional(v.string()),
});

/** What everyone in a room may know of it. */
export const roomInfo = v.object({
  name: v.string(),
  visibility,
  capacity: count,
  title: v.exactOptional(v.string()),
  /** How media goes: `mesh` (from page to page), `forwarder` (over this server), `peer` (over some of the pages, `passers`). */
  topology: v.string(),
  /** Counts up each time the topology, or who passes media on, is another. */
  plan: v.exactOptional(count),
  /** With `forwarder`: which engine, so which half of it in the page. */
  engine: v.exactOptional(v.string()),
  /** With `peer`: who passes media on, and to whom. Each sends its own to all of these, by link, and takes what others send from its own one. */
  passers: v.exactOptional(v.record(peerId, v.array(peerId))),
  /** Nobody new comes in. */
  locked: v.boolean(),
  /** Who is new waits until the host admits them. */
  knock: v.boolean(),
  hasPasscode: v.boolean(),
});

/** Someone at the door, as the host sees them. */
export const knocker = v.object({
  id: peerId,
  name: v.exactOptional(v.string()),
  card: v.exactOptional(v.string()),
  country: v.exactOptional(v.string()),
});

/** The answer to `hello`: the whole present state, never a difference. */
export const welcome = v.object({
  type: v.literal("welcome"),
  version: v.number(),
  /** The server's time, ms since 1970. */
  at: v.number(),
  room: roomInfo,
  you: rosterEntry,
  /** Everyone else who has a seat, in the order of their numbers. */
  peers: v.array(rosterEntry),
  /** Proves this seat to any server of the same installation; a new one comes with every welcome. */
  token: v.string(),
  /** True when the seat that the token named was still there. */
  resumed: v.boolean(),
  iceServers: v.array(iceServer),
  /** Public rooms: entries after `since`, oldest first. */
  history: v.array(entry),
  /** Public rooms: a sentence with your own details. */
  greeting: v.exactOptional(v.string()),
  /** For the host: everyone who knocks, in the order in which they came. */
  waiting: v.exactOptional(v.array(knocker)),
});
/**
 * Other ICE servers than those of the welcome, in time before the credentials of the last ones end: for new connections, and for
 * those that start ICE again.
 */
export const iceServers = v.object({ type: v.literal("ice-servers"), iceServers: v.array(iceServer) });
/** A new seat. */
export const joined = v.object({ type: v.literal("joined"), peer: rosterEntry });
/** A seat whose epoch, presence, role or name is another now: its whole entry. */
export const changed = v.object({ type: v.literal("changed"), peer: rosterEntry });
/** A seat that is gone, and why: `left`, `page`, `timeout`, `removed`. */
export const left = v.object({ type: v.literal("left"), id: peerId, reason: v.string() });
/** A private message of a public room, to its receiver and its author, and kept nowhere. To the author it says that it was taken. */
export const whispered = v.object({
  type: v.literal("whispered"),
  at: v.number(),
  id: v.string(),
  from: peerId,
  name: v.string(),
  country: v.exactOptional(v.string()),
  to: peerId,
  text: v.string(),
});
/** Your `say` was taken, as this entry. */
export const accepted = v.object({ type: v.literal("accepted"), id: v.string(), seq: count, at: v.number() });
/** What everyone may know of the room is another now: all of it. */
export const roomChanged = v.object({ type: v.literal("room"), room: roomInfo });
/** To the host: someone new waits at the door. Whoever becomes host is told of everyone who waits. */
export const knocking = v.object({ type: v.literal("knocking"), peer: knocker });
/** To the host: that one waits no more: admitted, denied, or gone. */
export const knockEnded = v.object({ type: v.literal("knock-ended"), id: peerId });
/** To someone new: the host is being asked. The connection stays open until `welcome` or `closing`. */
export const waiting = v.object({ type: v.literal("waiting") });
/** The host `by` asks you to send no more of this kind (none: of both). */
export const asked = v.object({
  type: v.literal("asked"),
  what: v.literal("mute"),
  kind: v.exactOptional(v.picklist(["audio", "video"])),
  by: peerId,
});
/** What the host asked for is done. `ref` is the frame's type. */
export const done = v.object({ type: v.literal("done"), ref: v.string() });
/** A frame of yours was not taken; the connection goes on. `ref` is the id of a `say`, else the frame's type. */
export const refused = v.object({
  type: v.literal("refused"),
  code: v.string() as unknown as v.GenericSchema<Code>,
  detail: v.string(),
  hint: v.string(),
  ref: v.exactOptional(v.string()),
});
/** The connection ends now, and why. `retryAfterMs` invites to come back. */
export const closing = v.object({
  type: v.literal("closing"),
  code: v.string() as unknown as v.GenericSchema<Code>,
  detail: v.string(),
  hint: v.string(),
  retryAfterMs: v.exactOptional(v.number()),
});

export const serverFrame = v.variant("type", [
  welcome,
  iceServers,
  joined,
  changed,
  left,
  said,
  notice,
  whispered,
  accepted,
  done,
  refused,
  roomChanged,
  waiting,
  knocking,
  knockEnded,
  asked,
  closing,
  v.object({ type: v.literal("ping") }),
  v.object({ type: v.literal("pong") }),
]);

export type Hello = v.InferOutput<typeof hello>;
export type MediaReport = v.InferOutput<typeof media>;
export type Say = v.InferOutput<typeof say>;
export type HostFrame = v.InferOutput<typeof hostFrame>;
export type ClientFrame = v.InferOutput<typeof clientFrame>;
export type ServerFrame = v.InferOutput<typeof serverFrame>;
export type RosterEntry = v.InferOutput<typeof rosterEntry>;
export type Presence = RosterEntry["presence"];
export type Role = RosterEntry["role"];
export type Entry = v.InferOutput<typeof entry>;
export type Said = v.InferOutput<typeof said>;
export type Notice = v.InferOutput<typeof notice>;
export type Welcome = v.InferOutput<typeof welcome>;
export type RoomInfo = v.InferOutput<typeof roomInfo>;
export type Knocker = v.InferOutput<typeof knocker>;
export type Whispered = v.InferOutput<typeof whispered>;
export type IceServer = v.InferOutput<typeof iceServer>;
export type Visibility = RoomInfo["visibility"];

/** Why a frame could not be read. */
export interface FrameProblem {
  readonly code: "bad-frame" | "too-large" | "too-long";
  /** What is wrong and where, for a developer's eyes; never echoes the input. */
  readonly detail: string;
  /** The frame's type, or the id of a `say`, when that much could be read. */
  readonly ref?: string;
}
export type Parsed<T> =
  | { readonly ok: true; readonly frame: T }
  | { readonly ok: false; readonly problem: FrameProblem };

function parse<T>(schema: v.GenericSchema<unknown, T>, text: string, maxCharacters: number): Parsed<T> {
  if (text.length > maxCharacters) {
    return {
      ok: false,
      problem: { code: "too-large", detail: `A text frame may have ${maxCharacters} characters.` },
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: { code: "bad-frame", detail: "A text frame must be JSON." } };
  }
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return { ok: true, frame: result.output };
  const issue = result.issues[0];
  const path = v.getDotPath(issue) ?? "the frame";
  const isLong = issue.type === "max_length" && typed.includes(path);
  const ref = refOf(value);
  return {
    ok: false,
    problem: {
      ...(ref === undefined ? {} : { ref }),
      code: isLong ? "too-long" : "bad-frame",
      // The name of a field that is none of ours is input, too.
      detail:
        issue.expected === "never"
          ? "The frame has a field that is not known."
          : `${path}: expected ${issue.expected ?? "something else"}.`,
    },
  };
}

/** Fields that a person fills in. */
const typed = ["text", "title", "passcode"];
const asking: readonly string[] = hostFrame.options.map(({ entries }) => entries.type.literal);

/** Whose answer a refusal is: who asks for something waits for one. */
function refOf(value: unknown): string | undefined {
  const { type, id } = Object(value) as { type?: unknown; id?: unknown };
  if (type === "say") return v.is(messageId, id) ? id : undefined;
  return asking.find((each) => each === type);
}

/** Reads what a client sent. The server's only way in for text frames. */
export function parseClientFrame(text: string): Parsed<ClientFrame> {
  return parse(clientFrame, text, limits.clientFrameBytes);
}

/** Reads what a server sent. The client's only way in for text frames. */
export function parseServerFrame(text: string): Parsed<ServerFrame> {
  return parse(serverFrame, text, 16 * 1024 * 1024);
}

import * as v from "valibot";
import type { Code } from "./codes.ts";
import { limits } from "./limits.ts";
import { base64url, displayName, roomName } from "./text.ts";

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

/** Says something in a public room. `id` makes a repeated frame harmless. Answered by `accepted` or `refused`. */
export const say = v.strictObject({ type: v.literal("say"), id: messageId, text });
/** Gives the seat up at once. */
export const leave = v.strictObject({ type: v.literal("leave") });
/** Asks the other end for a sign of life; both ends may. */
export const ping = v.strictObject({ type: v.literal("ping") });
export const pong = v.strictObject({ type: v.literal("pong") });

export const clientFrame = v.variant("type", [hello, say, leave, ping, pong]);

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
  topology: v.string(),
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
});
/** A new seat. */
export const joined = v.object({ type: v.literal("joined"), peer: rosterEntry });
/** A seat whose epoch, presence, role or name is another now: its whole entry. */
export const changed = v.object({ type: v.literal("changed"), peer: rosterEntry });
/** A seat that is gone, and why: `left`, `page`, `timeout`, `removed`. */
export const left = v.object({ type: v.literal("left"), id: peerId, reason: v.string() });
/** Your `say` was taken, as this entry. */
export const accepted = v.object({ type: v.literal("accepted"), id: v.string(), seq: count, at: v.number() });
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
  joined,
  changed,
  left,
  said,
  notice,
  accepted,
  refused,
  closing,
  v.object({ type: v.literal("ping") }),
  v.object({ type: v.literal("pong") }),
]);

export type Hello = v.InferOutput<typeof hello>;
export type Say = v.InferOutput<typeof say>;
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
export type IceServer = v.InferOutput<typeof iceServer>;
export type Visibility = RoomInfo["visibility"];

/** Why a frame could not be read. */
export interface FrameProblem {
  readonly code: "bad-frame" | "too-large" | "too-long";
  /** What is wrong and where, for a developer's eyes; never echoes the input. */
  readonly detail: string;
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
  const isLong = issue.type === "max_length" && path === "text";
  return {
    ok: false,
    problem: {
      code: isLong ? "too-long" : "bad-frame",
      // The name of a field that is none of ours is input, too.
      detail:
        issue.expected === "never"
          ? "The frame has a field that is not known."
          : `${path}: expected ${issue.expected ?? "something else"}.`,
    },
  };
}

/** Reads what a client sent. The server's only way in for text frames. */
export function parseClientFrame(text: string): Parsed<ClientFrame> {
  return parse(clientFrame, text, limits.clientFrameBytes);
}

/** Reads what a server sent. The client's only way in for text frames. */
export function parseServerFrame(text: string): Parsed<ServerFrame> {
  return parse(serverFrame, text, 16 * 1024 * 1024);
}

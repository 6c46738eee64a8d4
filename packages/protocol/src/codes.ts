/**
 * Why something was refused or ended. Codes are stable; the sentences beside them may be reworded.
 * Each has a WebSocket close code in the private range (RFC 6455, section 7.4.2) for when it ends a connection.
 */
export const codes = {
  "bad-frame": {
    close: 4000,
    detail: "That frame is not part of the protocol.",
    hint: "See docs/protocol.md for the frames that may be sent.",
  },
  "bad-request": {
    close: 4001,
    detail: "That request is not valid.",
    hint: "Check the names and types of the fields.",
  },
  "too-large": {
    close: 4002,
    detail: "That is larger than what may be sent at once.",
    hint: "Send less at once.",
  },
  "too-many": {
    close: 4003,
    detail: "That was too much in too short a time.",
    hint: "Wait a little and try again.",
  },
  "too-slow": {
    close: 4004,
    detail: "Your connection can't keep up with what is sent to it.",
    hint: "Try again on a better network.",
  },
  "too-long": { close: 4005, detail: "That text is too long.", hint: "Shorten it." },
  "too-old": {
    close: 4006,
    detail: "This page and the server do not speak the same version.",
    hint: "Reload the page.",
  },
  timeout: { close: 4007, detail: "Nothing came from you for too long.", hint: "Connect again." },
  unexpected: {
    close: 4008,
    detail: "That frame can't be sent now.",
    hint: "Say hello first, and only once.",
  },
  "forbidden-origin": {
    close: 4009,
    detail: "Pages from that address may not use this server.",
    hint: "The host can allow it with --allow-origin.",
  },

  "no-such-room": {
    close: 4010,
    detail: "There is no room of that name.",
    hint: "Check the link, or ask for a new one.",
  },
  "room-full": { close: 4011, detail: "This room is full.", hint: "Wait until someone leaves." },
  "wrong-passcode": {
    close: 4012,
    detail: "This room has a passcode, and that is not it.",
    hint: "Ask the person who invited you.",
  },
  "wrong-key": {
    close: 4013,
    detail: "This link is incomplete or belongs to another room.",
    hint: "Copy the whole link again, with everything after the #.",
  },
  removed: {
    close: 4014,
    detail: "The host removed you from this room.",
    hint: "Ask the host to let you in again.",
  },
  locked: { close: 4015, detail: "This room is locked.", hint: "Ask the host to open it." },
  "room-exists": {
    close: 4016,
    detail: "There is a room of that name already.",
    hint: "Choose another name, or join it.",
  },
  "room-ended": { close: 4017, detail: "The host ended this room.", hint: "Open a new one." },
  "not-host": { close: 4018, detail: "Only the host of the room may do that.", hint: "Ask the host." },
  "seat-taken": {
    close: 4019,
    detail: "This seat is in use on another page.",
    hint: "Join with a seat of your own.",
  },
  replaced: { close: 4020, detail: "You are connected from a newer connection.", hint: "Go on there." },
  draining: { close: 4021, detail: "The server is restarting.", hint: "The page connects again by itself." },
  internal: {
    close: 4022,
    detail: "Something went wrong on the server.",
    hint: "Try again; if it stays, tell the host.",
  },
  left: { close: 4023, detail: "You left.", hint: "Open the link to come back." },
  page: { close: 4024, detail: "The page was closed.", hint: "Open the link to come back." },
  denied: {
    close: 4025,
    detail: "The host did not let you in.",
    hint: "Ask the person who invited you.",
  },

  profanity: {
    close: 4030,
    detail: "That was not passed on: it has words this room does not take.",
    hint: "Say it another way.",
  },
  "no-such-peer": { close: 4031, detail: "That person is not in the room.", hint: "They may have left." },
  "not-found": { close: 4032, detail: "There is nothing at that address.", hint: "Check the address." },
  forbidden: { close: 4033, detail: "That is not open to you.", hint: "Ask the host." },

  unreachable: {
    close: 4040,
    detail: "The server can't be reached.",
    hint: "Check your network; the page goes on trying.",
  },
} as const satisfies Record<string, { close: number; detail: string; hint: string }>;

/** A stable reason, as it appears on the wire, in HTTP problems and in SDK errors. */
export type Code = keyof typeof codes;

/** What a refusal looks like everywhere: a stable code, a sentence, and what to try. */
export interface Refusal {
  readonly code: Code;
  readonly detail: string;
  readonly hint: string;
}

/** The refusal for a code, with a sentence of its own where the standard one says too little. */
export function refusal(code: Code, detail?: string, hint?: string): Refusal {
  return { code, detail: detail ?? codes[code].detail, hint: hint ?? codes[code].hint };
}

const byClose = new Map<number, Code>(
  (Object.keys(codes) as Code[]).map((code) => [codes[code].close, code]),
);

/** The code that a WebSocket close code stands for; undefined for codes that are not ours. */
export function codeOfClose(close: number): Code | undefined {
  return byClose.get(close);
}

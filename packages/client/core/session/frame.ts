import type { ServerFrame } from "@parlour/protocol";

/**
 * Reads what a server sent: the page's only way in for text frames.
 *
 * It takes and refuses the same frames as the schemas in `@parlour/protocol` (a test compares the two), and is written
 * by hand because a schema library is a fifth of the SDK's size.
 */
export function readServerFrame(text: string): ServerFrame | undefined {
  if (text.length > maxCharacters) return undefined;
  try {
    const frame = JSON.parse(text) as { type?: unknown } | null;
    const shape = shapes[frame?.type as keyof typeof shapes];
    return Object.hasOwn(shapes, frame?.type as string) && shape(frame) ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}

const maxCharacters = 16 * 1024 * 1024;

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => Number.isFinite(value);
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const truth: Check = (value) => typeof value === "boolean";
const match =
  (pattern: RegExp): Check =>
  (value) =>
    text(value) && pattern.test(value as string);
const list =
  (item: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(item);
/** Fields whose name ends in `_` may be missing; fields that are not named are left alone. */
const shape = (fields: Record<string, Check>): Check => {
  const checks = Object.entries(fields).map(
    ([name, check]) => [name.replace("_", ""), name.endsWith("_"), check] as const,
  );
  return (value) =>
    typeof value === "object" &&
    value !== null &&
    checks.every(([name, isOptional, check]) =>
      Object.hasOwn(value, name) ? check((value as Record<string, unknown>)[name]) : isOptional,
    );
};

const id = match(/^[\w-]{22}$/);
const seat = shape({
  id,
  number: count,
  epoch: match(/^[\w-]{16}$/),
  role: match(/^(host|member)$/),
  presence: match(/^(here|away|silent)$/),
  name_: text,
  card_: text,
  country_: text,
  capabilities_: list(text),
});
const line = { seq: count, at: number };
const said = shape({ ...line, id: text, from: id, name: text, country_: text, text });
const notice = shape({ ...line, event: text, name_: text, text });
const entry: Check = (value) => {
  const type = (value as { type?: unknown } | null)?.type;
  return type === "said" ? said(value) : type === "notice" && notice(value);
};
const refusal = { code: text, detail: text, hint: text };
const room = shape({
  name: text,
  visibility: match(/^(public|private)$/),
  capacity: count,
  title_: text,
  topology: text,
  locked: truth,
  knock: truth,
  hasPasscode: truth,
});
const knocker = shape({ id, name_: text, card_: text, country_: text });
const about = shape({ peer: seat });
const nothing: Check = () => true;

const shapes: Record<ServerFrame["type"], Check> = {
  welcome: shape({
    version: number,
    at: number,
    room,
    you: seat,
    peers: list(seat),
    token: text,
    resumed: truth,
    iceServers: list(shape({ urls: list(text), username_: text, credential_: text })),
    history: list(entry),
    greeting_: text,
    waiting_: list(knocker),
  }),
  joined: about,
  changed: about,
  left: shape({ id, reason: text }),
  said,
  notice,
  whispered: shape({ at: number, id: text, from: id, name: text, country_: text, to: id, text }),
  accepted: shape({ ...line, id: text }),
  refused: shape({ ...refusal, ref_: text }),
  done: shape({ ref: text }),
  room: shape({ room }),
  waiting: nothing,
  knocking: shape({ peer: knocker }),
  "knock-ended": shape({ id }),
  asked: shape({ what: match(/^mute$/), kind_: match(/^(audio|video)$/), by: id }),
  closing: shape({ ...refusal, retryAfterMs_: number }),
  ping: nothing,
  pong: nothing,
};

import type { ServerFrame } from "@parlour/protocol";
import { type Check, count, list, match, shape, text, variant } from "../shape.ts";

const maxCharacters = 16 * 1024 * 1024;

/**
 * Reads what a server sent: the page's only way in for text frames. It takes and refuses the same frames as the schemas
 * in `@parlour/protocol`.
 */
export function readServerFrame(text: string): ServerFrame | undefined {
  if (text.length > maxCharacters) return undefined;
  try {
    const frame = JSON.parse(text) as ServerFrame;
    return isFrame(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}

const string = text();
const whole = count();
const number: Check = (value) => Number.isFinite(value);
const truth: Check = (value) => typeof value === "boolean";
const id = match(/^[\w-]{22}$/);
const seat = shape({
  id,
  number: whole,
  epoch: match(/^[\w-]{16}$/),
  role: match(/^(host|member)$/),
  presence: match(/^(here|away|silent)$/),
  name_: string,
  card_: string,
  country_: string,
  capabilities_: list(string),
});
const line = { seq: whole, at: number };
const spoken = { at: number, id: string, from: id, name: string, country_: string, text: string };
const entries = {
  said: shape({ ...spoken, ...line }),
  notice: shape({ ...line, event: string, name_: string, text: string }),
};
const refusal = { code: string, detail: string, hint: string };
const room = shape({
  name: string,
  visibility: match(/^(public|private)$/),
  capacity: whole,
  title_: string,
  topology: string,
  plan_: whole,
  engine_: string,
  locked: truth,
  knock: truth,
  hasPasscode: truth,
});
const knocker = shape({ id, name_: string, card_: string, country_: string });
const about = shape({ peer: seat });
const iceServers = list(shape({ urls: list(string), username_: string, credential_: string }));
const nothing: Check = () => true;

const shapes: Record<ServerFrame["type"], Check> = {
  welcome: shape({
    version: number,
    at: number,
    room,
    you: seat,
    peers: list(seat),
    token: string,
    resumed: truth,
    iceServers,
    history: list(variant(entries)),
    greeting_: string,
    waiting_: list(knocker),
  }),
  "ice-servers": shape({ iceServers }),
  joined: about,
  changed: about,
  left: shape({ id, reason: string }),
  ...entries,
  accepted: shape({ ...line, id: string }),
  refused: shape({ ...refusal, ref_: string }),
  whispered: shape({ ...spoken, to: id }),
  done: shape({ ref: string }),
  room: shape({ room }),
  waiting: nothing,
  knocking: shape({ peer: knocker }),
  "knock-ended": shape({ id }),
  asked: shape({ what: match(/^mute$/), kind_: match(/^(audio|video)$/), by: id }),
  closing: shape({ ...refusal, retryAfterMs_: number }),
  ping: nothing,
  pong: nothing,
};
const isFrame = variant(shapes);

import { limits } from "@parlour/protocol";
import { fromBase64url } from "./bytes.ts";
import type { TransferCode } from "./seams.ts";

/** What pages say to each other about transfers, on the exactly-once channel `parlour:files`, as JSON. */
export type FilesMessage = OfferMessage | SwarmMessage;

export interface OfferMessage {
  readonly type: "offer";
  /** The manifest, to the letter. */
  readonly text: string;
  /** By the manifest's key over `offerBytes`, base64url. */
  readonly signature: string;
  /** The giver's seat; the one who says this may be another who has it from them. */
  readonly giver: string;
  /** Seats it is meant for; missing: everyone. */
  readonly to?: readonly string[];
  readonly thumbnail?: string;
}

/** What those who take part in one transfer say to each other. `id` is the transfer's. */
export type SwarmMessage = { readonly id: string } & (
  | {
      /** I take part and have these pieces (a bitfield, base64url). `answer`: tell me what you have. */
      readonly type: "field";
      readonly have: string;
      readonly answer?: boolean;
    }
  | { readonly type: "have"; readonly pieces: readonly number[] }
  /** Send me these, in this order. `soon`: in front of all others; `urgent`: that too, and not to be denied. */
  | {
      readonly type: "ask";
      readonly pieces: readonly number[];
      readonly urgent?: boolean;
      readonly soon?: boolean;
    }
  /** No longer those; missing: none of what was asked. */
  | { readonly type: "unask"; readonly pieces?: readonly number[] }
  /** Get those from others: I gave them to someone. */
  | { readonly type: "deny"; readonly pieces: readonly number[] }
  /** My end of our lane is open and nothing is asked of me. `answer`: say so too, if yours is. */
  | { readonly type: "ready"; readonly answer?: boolean }
  /** I send nothing for now; or I do again. */
  | { readonly type: "hold"; readonly held: boolean }
  | { readonly type: "state"; readonly state: "taking" | "paused" | "done" }
  /** I no longer take part. */
  | { readonly type: "leave"; readonly code: TransferCode }
);

type Fields = Partial<Record<string, unknown>>;

const isText = (value: unknown, most: number): value is string =>
  typeof value === "string" && value.length <= most;
const isId = (value: unknown): value is string => typeof value === "string" && /^[\w-]{22}$/.test(value);
const isPieces = (value: unknown, most: number): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= most &&
  value.every((piece) => Number.isSafeInteger(piece) && piece >= 0 && piece < limits.transferPieces);

const codePattern = /^[a-z-]{1,32}$/;
const checks: Readonly<Record<FilesMessage["type"], (fields: Fields) => boolean>> = {
  offer: ({ text, signature, giver, to, thumbnail }) =>
    isText(text, limits.manifestCharacters) &&
    typeof signature === "string" &&
    /^[\w-]{86}$/.test(signature) &&
    isText(giver, 64) &&
    (to === undefined ||
      (Array.isArray(to) && to.length <= limits.capacityMax && to.every((one) => isText(one, 64)))) &&
    (thumbnail === undefined ||
      (isText(thumbnail, limits.thumbnailCharacters) &&
        /^data:image\/(png|jpeg|webp|gif|avif);base64,[\w+/=]*$/.test(thumbnail))),
  field: ({ id, have, answer }) =>
    isId(id) &&
    isText(have, Math.ceil(limits.transferPieces / 6) + 1) &&
    fromBase64url(have) !== undefined &&
    (answer === undefined || typeof answer === "boolean"),
  have: ({ id, pieces }) => isId(id) && isPieces(pieces, limits.transferPieces),
  ask: ({ id, pieces, urgent, soon }) =>
    isId(id) &&
    isPieces(pieces, limits.asksPerPeer) &&
    (urgent === undefined || typeof urgent === "boolean") &&
    (soon === undefined || typeof soon === "boolean"),
  unask: ({ id, pieces }) => isId(id) && (pieces === undefined || isPieces(pieces, limits.asksPerPeer)),
  deny: ({ id, pieces }) => isId(id) && isPieces(pieces, limits.asksPerPeer),
  ready: ({ id, answer }) => isId(id) && (answer === undefined || typeof answer === "boolean"),
  hold: ({ id, held }) => isId(id) && typeof held === "boolean",
  state: ({ id, state }) => isId(id) && (state === "taking" || state === "paused" || state === "done"),
  leave: ({ id, code }) => isId(id) && typeof code === "string" && codePattern.test(code),
};

/** Reads what came over the wire; undefined for what is none of these. Fields that are not named above are left alone. */
export function readMessage(value: unknown): FilesMessage | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { type } = value as Fields;
  if (typeof type !== "string" || !Object.hasOwn(checks, type)) return undefined;
  return checks[type as FilesMessage["type"]](value as Fields) ? (value as FilesMessage) : undefined;
}

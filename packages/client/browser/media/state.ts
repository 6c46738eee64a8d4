import { type Check, count, match, record, shape, text } from "../../core/shape.ts";
import type { Source } from "../api.ts";

/** What pages tell each other about what they send. */

export type Kind = "audio" | "video";
export const kinds: readonly Kind[] = ["audio", "video"];

/** `on`: sent. `muted`: there is a track, and it is held back. `none`: no such track. */
export type Sending = "on" | "muted" | "none";

/** What goes over the channel `parlour:media` whenever something changes. */
export interface MediaState {
  /** Counts the states of this page, so that one that arrives late changes nothing. */
  readonly n: number;
  readonly sources: { readonly [source: string]: Readonly<Record<Kind, Sending>> };
}
/** What goes beside each description. */
export interface MediaDescription extends MediaState {
  /** By media line (`mid`): which source and kind this page sends on it. */
  readonly mids: Readonly<Record<string, readonly [source: Source, kind: Kind]>>;
}
/** How high a page shows another's pictures, in pixels; 0: not at all. What is not named is wanted in full. */
export type Wants = Readonly<Record<string, number>>;
export const mostHeight = 4_320;

const sending = match(/^(on|muted|none)$/);
const source = text(32, 1);
const kind = match(/^(audio|video)$/);
const purpose: Check = (value) => Array.isArray(value) && source(value[0]) && kind(value[1]);

const fields = { n: count(), sources: record(source, shape({ audio: sending, video: sending }), 16) };
const isState = shape(fields);
const isDescription = shape({ ...fields, mids: record(text(16), purpose, 64) });

const isWants = shape({ wants: record(source, count(0, mostHeight), 16) });

const parsed =
  <Of>(is: Check) =>
  (value: unknown): Of | undefined =>
    is(value) ? (value as Of) : undefined;
export const parseWants = parsed<{ readonly wants: Wants }>(isWants);
export const parseMediaState = parsed<MediaState>(isState);
export const parseMediaDescription = parsed<MediaDescription>(isDescription);

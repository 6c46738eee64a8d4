import * as v from "valibot";

/** What pages tell each other about what they send. */

export type Kind = "audio" | "video";
export const kinds: readonly Kind[] = ["audio", "video"];

/** `on`: sent. `muted`: there is a track, and it is held back. `none`: no such track. */
export type Sending = "on" | "muted" | "none";

const sending = v.picklist(["on", "muted", "none"]);
const source = v.pipe(v.string(), v.minLength(1), v.maxLength(32));
const few = <T extends Record<string, unknown>>(most: number) =>
  v.check<T, string>((record) => Object.keys(record).length <= most, "too many");

const fields = {
  /** Counts the states of this page, so that one that arrives late changes nothing. */
  n: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sources: v.pipe(v.record(source, v.object({ audio: sending, video: sending })), few(16)),
};
const state = v.object(fields);
const description = v.object({
  ...fields,
  /** By media line (`mid`): which source and kind this page sends on it. */
  mids: v.pipe(
    v.record(v.pipe(v.string(), v.maxLength(16)), v.tuple([source, v.picklist(["audio", "video"])])),
    few(64),
  ),
});

/** What goes over the channel `parlour:media` whenever something changes. */
export type MediaState = v.InferOutput<typeof state>;
/** What goes beside each description. */
export type MediaDescription = v.InferOutput<typeof description>;

export function parseMediaState(value: unknown): MediaState | undefined {
  const result = v.safeParse(state, value);
  return result.success ? result.output : undefined;
}

export function parseMediaDescription(value: unknown): MediaDescription | undefined {
  const result = v.safeParse(description, value);
  return result.success ? result.output : undefined;
}

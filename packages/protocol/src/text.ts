import * as v from "valibot";
import { cleanName, withoutInvisible } from "./clean-name.ts";
import { limits } from "./limits.ts";
import { roomNamePattern } from "./names.ts";

export const roomName = v.pipe(v.string(), v.maxLength(limits.roomNameCharacters), v.regex(roomNamePattern));

/** Bytes as text without padding (RFC 4648, section 5). */
export const base64url = v.pipe(v.string(), v.regex(/^[\w-]+$/));

export const displayName = v.pipe(
  v.string(),
  v.maxLength(4 * limits.nameCharacters),
  v.transform(cleanName),
  v.minLength(1),
);
/** A room's title, cleaned like a name. */
export const title = v.pipe(
  v.string(),
  v.maxLength(limits.titleCharacters),
  v.transform((text) => withoutInvisible(text).trim()),
  v.minLength(1),
);

import { type LabConditions, readLabId } from "../lab/conditions.ts";
import { concat, type Primitives } from "../primitives.ts";

/** What a username of the REST form says. */
export interface User {
  /** Unix seconds. */
  readonly expiresAt: number;
  /** Who it is: quotas and `dropUser` go by it. */
  readonly id: string;
  /** Only for ids marked for labs. */
  readonly lab: LabConditions | undefined;
}

/** RFC 8489, section 14.3: a username has fewer than 509 bytes. */
const longestUsername = 508;

/** Reads `<unix expiry>:<id>` (draft-uberti-behave-turn-rest-00). Undefined for anything else, and for a lab's mark that can't be read. */
export function readUsername(username: string): User | undefined {
  const match = /^(\d{1,12}):(.+)$/s.exec(username);
  if (match === null || username.length > longestUsername) return undefined;
  const id = match[2] ?? "";
  const lab = readLabId(id);
  if (lab === "malformed") return undefined;
  return { expiresAt: Number(match[1]), id, lab };
}

/** The password that belongs to a username: base64(HMAC-SHA1(secret, username)). */
export function passwordOf(primitives: Primitives, secret: string, username: string): string {
  return primitives.base64(primitives.hmacSha1(primitives.utf8(secret), primitives.utf8(username)));
}

/** The key of the long-term mechanism: MD5(username ":" realm ":" password) (RFC 8489, section 9.2.2). */
export function longTermKey(
  primitives: Primitives,
  username: string,
  realm: string,
  password: string,
): Uint8Array {
  const { utf8 } = primitives;
  return primitives.md5(concat(utf8(username), utf8(`:${realm}:`), utf8(password)));
}

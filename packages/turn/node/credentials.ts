import { passwordOf } from "../core/index.ts";
import { primitives } from "./primitives.ts";

/** What goes into `iceServers` beside the URLs. */
export interface TurnCredentials {
  readonly username: string;
  readonly credential: string;
  /** Unix seconds; allocations made before live on. */
  readonly expiresAt: number;
}

/**
 * Credentials of the shared-secret form (draft-uberti-behave-turn-rest-00), as this server and coturn with `use-auth-secret` take them:
 * username `<unix expiry>:<id>`, password base64(HMAC-SHA1(secret, username)).
 *
 * @param id who they are for: quotas and `dropUser` go by it. End it so that no other id begins with it, e.g. `room/seat/`.
 * @param now ms since 1970
 */
export function makeCredentials(
  secret: string,
  id: string,
  ttlSeconds: number,
  now: number,
): TurnCredentials {
  const expiresAt = Math.floor(now / 1000) + ttlSeconds;
  const username = `${expiresAt}:${id}`;
  return { username, credential: passwordOf(primitives, secret, username), expiresAt };
}

import { longTermKey, passwordOf, readUsername, type User } from "../auth/credentials.ts";
import { isNonce } from "../auth/nonce.ts";
import { attributeOf, hasIntegrity } from "../stun/decode.ts";
import { attributes } from "../stun/registry.ts";
import type { Effect } from "./effects.ts";
import { type Request, refuse } from "./replies.ts";
import type { World } from "./world.ts";

/** Who signed a request. */
export interface Authenticated {
  readonly user: User;
  readonly username: string;
  /** Signs the answer. */
  readonly key: Uint8Array;
}

/**
 * The long-term mechanism (RFC 8489, section 9.2.4): who signed this, or the refusal to send. Nothing is remembered before it succeeds.
 *
 * The nonce is looked at before the signature, unlike in the RFC's order: it costs one hash to turn away who can't receive at the
 * address that it sends from.
 */
export function authenticate(world: World, request: Request): Authenticated | readonly Effect[] {
  const { message, path, now } = request;
  const { primitives, realm, secret, nonceKey } = world.options;
  if (message.integrityAt === undefined) return refuse(world, request, 401, undefined);
  const usernameBytes = attributeOf(message, attributes.username);
  const givenRealm = attributeOf(message, attributes.realm);
  const nonce = attributeOf(message, attributes.nonce);
  if (usernameBytes === undefined || givenRealm === undefined || nonce === undefined)
    return refuse(world, request, 400, undefined);
  const seconds = Math.floor(now / 1000);
  if (!isNonce(primitives, nonceKey, path.client, nonce, seconds, world.limits.nonceLifetime))
    return refuse(world, request, 438, undefined);

  const username = primitives.text(usernameBytes);
  const { allocation } = path;
  const isKnown = allocation !== undefined && allocation.username === username;
  const user = readUsername(username);
  if (user === undefined || primitives.text(givenRealm) !== realm)
    return refuse(world, request, 401, undefined);
  const key = isKnown
    ? allocation.key
    : longTermKey(primitives, username, realm, passwordOf(primitives, secret, username));
  if (!hasIntegrity(message, key, primitives.hmacSha1)) return refuse(world, request, 401, undefined);
  return { user, username, key };
}

/** Whether credentials may make a new allocation now. What was made with them before lives on: a call may be longer than they are good for. */
export function mayAllocate(world: World, user: User, now: number): boolean {
  if (user.expiresAt * 1000 <= now) return false;
  for (const [prefix, until] of world.revoked)
    if (user.expiresAt <= until && user.id.startsWith(prefix)) return false;
  return true;
}

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { limits, type PeerId } from "@parlour/protocol";
import type { SeatClaim } from "../core/index.ts";

/** Resume tokens: prove a seat to any server that has the same key. */
export interface Tokens {
  /** `roomMade` is the room's `madeAt`; `now` in ms since 1970. */
  issue(
    seat: {
      readonly room: string;
      readonly id: PeerId;
      readonly name?: string | undefined;
      readonly roomMade: number;
    },
    now: number,
  ): string;
  /** What the token says, or undefined when it is altered, of another installation, for another room, or too old. Never throws. */
  verify(token: string, room: string, now: number): SeatClaim | undefined;
}

/** Short names: the token travels in every welcome and hello. */
interface Payload {
  readonly r: string;
  readonly i: PeerId;
  readonly n?: string;
  readonly m: number;
  /** When it ends. */
  readonly e: number;
}

// Names the format, and keeps this MAC from meaning anything under another use of the key.
const domain = "parlour seat token 1";

/**
 * Tokens of the form `1.<payload>.<mac>`: JSON and HMAC-SHA-256 (RFC 2104) over it, base64url. Readable by the page
 * that holds one, which learns nothing that its `welcome` did not say.
 */
export function createTokens(key: Buffer): Tokens {
  if (key.length < 32) throw new Error("The key of resume tokens needs 32 bytes.");
  const mac = (payload: string): string =>
    createHmac("sha256", key).update(`${domain}\0${payload}`).digest("base64url");
  return {
    issue(seat, now) {
      const payload: Payload = {
        r: seat.room,
        i: seat.id,
        ...(seat.name === undefined ? {} : { n: seat.name }),
        m: seat.roomMade,
        e: now + limits.tokenMs,
      };
      const text = Buffer.from(JSON.stringify(payload)).toString("base64url");
      return `1.${text}.${mac(text)}`;
    },
    verify(token, room, now) {
      if (token.length > limits.tokenCharacters) return undefined;
      const [version, text, given, ...more] = token.split(".");
      if (version !== "1" || text === undefined || given === undefined || more.length > 0) return undefined;
      // Compared as text, so that no second spelling of the same bytes passes.
      if (!isSame(given, mac(text))) return undefined;
      // From here on it is what `issue` wrote.
      const payload = JSON.parse(Buffer.from(text, "base64url").toString()) as Payload;
      if (payload.r !== room || payload.e <= now) return undefined;
      return {
        id: payload.i,
        roomMade: payload.m,
        ...(payload.n === undefined ? {} : { name: payload.n }),
      };
    },
  };
}

/** A new host token, for its owner alone, and what the server keeps of it. */
export function makeHostToken(): { readonly token: string; readonly hash: string } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: hashHostToken(token) };
}

/** Whether this is the host token that the hash was made of. Never throws. */
export function isHostToken(token: string, hash: string): boolean {
  return isSame(hashHostToken(token), hash);
}

/** 256 random bits need no salt and no slow hash. */
function hashHostToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** Compares without telling by its time how far two texts agree; their lengths are no secret. */
function isSame(a: string, b: string): boolean {
  const bytes = Buffer.from(a);
  const others = Buffer.from(b);
  return bytes.length === others.length && timingSafeEqual(bytes, others);
}

import type { PeerId } from "@parlour/protocol";
import type { Card } from "./card.ts";
import { utf8 } from "./joined.ts";

/** Who one end of a pair says it is. */
export type VerifiedEnd = { readonly id: PeerId } & Pick<Card, "sign" | "agree" | "fingerprint">;

/**
 * The code that two people compare: five groups of four decimal digits (66 bits), the same on both sides. Other digits
 * mean that somebody between them gave each another's keys.
 */
export async function verificationCode(room: string, a: VerifiedEnd, b: VerifiedEnd): Promise<string> {
  const ends = [a, b]
    .map(({ id, sign, agree, fingerprint }) => [id, sign, agree, fingerprint].join("\n"))
    .sort();
  const text = ["parlour v1 code", room, ...ends].join("\n");
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)));
  const number = hash.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % 10n ** 20n;
  return (String(number).padStart(20, "0").match(/\d{4}/g) ?? []).join(" ");
}

import type { Answer, Invitation } from "./introduction.ts";
import type { Side, Way } from "./side.ts";

/** A side as a browser has it: its first host address, and what more is named. */
export function sampleSide(...more: readonly Way[]): Side {
  return {
    fragment: "Xt9+",
    password: "8bJk/2mNq5rStUvWxYz01234",
    fingerprint: Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 11) & 255),
    ways: [{ kind: "host", address: "192.168.178.23", port: 54_321 }, ...more],
  };
}

/** When samples are made, ms since 1970. */
export const sampleAt = 1_795_192_000_000;

export const sampleRoom = (n = 1) => Uint8Array.from([n, 2, 3, 4, 255]);

export const sampleInvitation = (side = sampleSide(), room = sampleRoom()): Invitation => ({
  kind: "invitation",
  madeAt: sampleAt / 1_000,
  secret: Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
  room,
  side,
});

export const sampleAnswer = (side = sampleSide(), room = sampleRoom()): Answer => ({
  kind: "answer",
  room,
  side,
});

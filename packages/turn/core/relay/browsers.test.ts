import { describe, expect, it } from "vitest";
import { primitives } from "../../node/primitives.ts";
import { longTermKey, passwordOf } from "../auth/credentials.ts";
import { attributeOf, decodeMessage, hasIntegrity } from "../stun/decode.ts";
import { attributes } from "../stun/registry.ts";
import { browsers } from "./browsers.fixture.ts";
import { Rehearsal } from "./rehearsal.fixture.ts";
import { unknownAttributes } from "./replies.ts";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

describe.each(Object.entries(browsers))("what %s sends", (_name, { username, password, messages }) => {
  const signed = Object.entries(messages).filter(
    ([name]) => name === "signedAllocate" || name === "createPermission" || name === "channelBind",
  );

  it("[T6] is read, its signature is right, and nothing in it is unknown", () => {
    expect(passwordOf(primitives, "0123456789abcdef", username)).toBe(password);
    const key = longTermKey(primitives, username, "parlour", password);
    expect(signed.length).toBeGreaterThanOrEqual(2);
    for (const [name, hex] of signed) {
      const message = decodeMessage(bytesOf(hex), primitives.crc32);
      if (message === undefined) throw new Error(`${name} is no message.`);
      expect(hasIntegrity(message, key, primitives.hmacSha1), name).toBe(true);
      expect(unknownAttributes(message), name).toEqual([]);
      expect(attributeOf(message, attributes.nonce), name).toHaveLength(16);
    }
  });

  it("[T10] its first Allocate gets a nonce, and the signed one another, since that nonce is of another server", () => {
    const rehearsal = new Rehearsal();
    const client = rehearsal.client();
    expect(client.ask(bytesOf(messages.allocate)).code).toBe(401);
    for (const [name, hex] of signed) expect(client.ask(bytesOf(hex)).code, name).toBe(438);
    expect(rehearsal.relay.statistics.allocationsMade).toBe(0);
  });

  it("[T40] its Send indications are understood", () => {
    const rehearsal = new Rehearsal();
    const client = rehearsal.client();
    client.allocate();
    expect(client.raw(bytesOf(messages.send))).toEqual([]);
    // Understood up to the peer, for whom there is no permission here.
    expect(rehearsal.relay.statistics.droppedPackets).toMatchObject({ malformed: 0, "no-permission": 1 });
  });
});

import { limits } from "@parlour/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { randomText, toBase64url } from "./bytes.ts";
import { type Card, makeCard, openCard } from "./card.ts";
import {
  type Certificates,
  type Identity,
  type IdentityKeys,
  type IdentityStore,
  openIdentity,
} from "./identity.ts";
import { joined, utf8 } from "./joined.ts";
import { isGenuine, isMessage, signMessage } from "./message.ts";
import { pairSealer } from "./sealer.ts";
import { type RoomSecret, roomSecret, sealBytes } from "./secret.ts";
import { verificationCode } from "./verification.ts";

let made = 0;
const certificates: Certificates = {
  make: async () => ({ expires: 1e15, id: made++ }) as unknown as RTCCertificate,
  fingerprint: async (certificate) =>
    `sha-256 ${Array(32)
      .fill((certificate as unknown as { id: number }).id.toString(16).toUpperCase().padStart(2, "0"))
      .join(":")}`,
};
const identityOf = async (): Promise<Identity> =>
  (await openIdentity("nowhere", undefined, certificates, 0)).identity;
const secretOf = (room: string, byte = 7): Promise<RoomSecret> =>
  roomSecret(room, new Uint8Array(16).fill(byte));
const binding = Uint8Array.of(0, 0, 0, 1);

let den: RoomSecret;
let ada: Identity;
let bo: Identity;
beforeAll(async () => {
  [den, ada, bo] = await Promise.all([secretOf("den"), identityOf(), identityOf()]);
});

describe("what is derived from a link", () => {
  it("[P1] is a check value that depends on secret and room, and says neither", async () => {
    expect(den.check).toMatch(/^[\w-]{22}$/);
    expect((await secretOf("den")).check).toBe(den.check);
    expect((await secretOf("den", 8)).check).not.toBe(den.check);
    expect((await secretOf("attic")).check).not.toBe(den.check);
    expect(den.check).not.toBe(toBase64url(den.secret));
  });

  it("[P1] is HKDF-SHA-256 with the room's name as salt, as another implementation computes it", async () => {
    const { hkdfSync } = await import("node:crypto");
    const check = hkdfSync("sha256", den.secret, "den", "parlour v1 check", 16);
    expect(den.check).toBe(Buffer.from(check).toString("base64url"));
  });
});

describe("an identity", () => {
  function memory(): IdentityStore & {
    kept: Map<string, IdentityKeys>;
    refuse: "nothing" | "certificates" | "all";
  } {
    const kept = new Map<string, IdentityKeys>();
    const store = {
      kept,
      refuse: "nothing" as "nothing" | "certificates" | "all",
      load: async (place: string) => {
        if (store.refuse === "all") throw new Error("no storage");
        return kept.get(place);
      },
      save: async (place: string, keys: IdentityKeys) => {
        if (store.refuse === "all" || (store.refuse === "certificates" && keys.certificate))
          throw new Error("no");
        kept.set(place, keys);
      },
    };
    return store;
  }

  it("[P2] has the hash of its signing key as id, and keys that can't be read", async () => {
    const { createHash } = await import("node:crypto");
    const hash = createHash("sha256").update(Buffer.from(ada.sign, "base64url")).digest().subarray(0, 16);
    expect(ada.id).toBe(hash.toString("base64url"));
    for (const { privateKey } of [ada.keys.sign, ada.keys.agree]) {
      expect(privateKey.extractable).toBe(false);
      await expect(crypto.subtle.exportKey("pkcs8", privateKey)).rejects.toThrow();
    }
  });

  it("[P3] comes back with keys and certificate after a reload of the same tab, and only there", async () => {
    const store = memory();
    const first = await openIdentity("den/tab", store, certificates, 0);
    expect(first.isKept).toBe(false);
    const again = await openIdentity("den/tab", store, certificates, 1);
    expect(again).toMatchObject({ isKept: true });
    expect(again.identity).toMatchObject({ id: first.identity.id, fingerprint: first.identity.fingerprint });
    const other = await openIdentity("den/other-tab", store, certificates, 1);
    expect(other.identity.id).not.toBe(first.identity.id);
  });

  it("[P3] keeps its keys with another certificate where certificates can't be kept, or one runs out", async () => {
    const store = memory();
    store.refuse = "certificates";
    const first = await openIdentity("den/tab", store, certificates, 0);
    const again = await openIdentity("den/tab", store, certificates, 1);
    expect(again.identity.id).toBe(first.identity.id);
    expect(again.identity.fingerprint).not.toBe(first.identity.fingerprint);
    store.refuse = "nothing";
    const kept = await openIdentity("den/tab", store, certificates, 2);
    const late = await openIdentity("den/tab", store, certificates, 1e15);
    expect(late.identity.id).toBe(first.identity.id);
    expect(late.identity.fingerprint).not.toBe(kept.identity.fingerprint);
  });

  it("[P3] is a new one on every page where nothing can be kept", async () => {
    const store = memory();
    store.refuse = "all";
    const first = await openIdentity("den/tab", store, certificates, 0);
    const again = await openIdentity("den/tab", store, certificates, 0);
    expect(again.isKept).toBe(false);
    expect(again.identity.id).not.toBe(first.identity.id);
  });
});

describe("a card", () => {
  it("[P4] opens for who has the link, and fits into a hello", async () => {
    const card = await makeCard(den, ada, "Ada");
    expect(await openCard(den, ada.id, card)).toEqual({
      v: 1,
      name: "Ada",
      sign: ada.sign,
      agree: ada.agree,
      fingerprint: ada.fingerprint,
    });
    const longest = await makeCard(den, ada, "𝒜".repeat(limits.nameCharacters));
    expect(longest.length).toBeLessThanOrEqual(limits.cardCharacters);
    expect(await openCard(den, ada.id, longest)).toBeDefined();
  });

  it("[P4] does not open when moved to another seat or room, or with another link's secret", async () => {
    const card = await makeCard(den, ada, "Ada");
    expect(await openCard(den, bo.id, card)).toBeUndefined();
    expect(await openCard(await secretOf("attic"), ada.id, card)).toBeUndefined();
    expect(await openCard(await secretOf("den", 8), ada.id, card)).toBeUndefined();
  });

  it("[P4] does not open when any part of it was altered", async () => {
    const card = Buffer.from(await makeCard(den, ada, "Ada"), "base64url");
    for (let at = 0; at < card.length; at += 7) {
      const altered = Buffer.from(card);
      altered[at] = (altered[at] as number) ^ 1;
      expect(await openCard(den, ada.id, altered.toString("base64url"))).toBeUndefined();
    }
    expect(await openCard(den, ada.id, "")).toBeUndefined();
    expect(await openCard(den, ada.id, "not base64url!")).toBeUndefined();
  });

  it("[P5] made by a member in another's name does not hold: it must be signed by the key that the seat is named by", async () => {
    const seal = async (card: object, signer: Identity, id: string): Promise<string> => {
      const json = utf8(JSON.stringify(card));
      const signature = await crypto.subtle.sign(
        "Ed25519",
        signer.keys.sign.privateKey,
        joined(utf8("parlour v1 card\nden\n"), json),
      );
      const plain = joined(new Uint8Array(signature), json);
      return toBase64url(await sealBytes(den.cardKey, plain, utf8(`card\nden\n${id}`)));
    };
    const { sign, agree, fingerprint } = ada;
    const honest: Card = { v: 1, name: "Ada", sign, agree, fingerprint };
    expect(await openCard(den, ada.id, await seal(honest, ada, ada.id))).toEqual(honest);
    expect(
      await openCard(den, ada.id, await seal({ ...honest, agree: bo.agree }, bo, ada.id)),
    ).toBeUndefined();
    expect(await openCard(den, ada.id, await seal({ ...honest, sign: bo.sign }, bo, ada.id))).toBeUndefined();
    for (const broken of [
      { ...honest, v: 2 },
      { ...honest, name: "" },
      { ...honest, name: "Ada\u202e" },
      { ...honest, name: "a".repeat(41) },
      { ...honest, agree: "AA" },
      { ...honest, fingerprint: "sha-1 AB" },
      { ...honest, fingerprint: 7 },
      [],
    ]) {
      expect(await openCard(den, ada.id, await seal(broken, ada, ada.id))).toBeUndefined();
    }
  });
});

describe("a sealed signal", () => {
  const epochs = { ada: "a".repeat(16), bo: "b".repeat(16) };
  async function pair(secret = den, adaEpoch = epochs.ada, boEpoch = epochs.bo) {
    const cards = await Promise.all(
      [ada, bo].map(async (own) => openCard(den, own.id, await makeCard(den, own, "x"))),
    );
    const a = { id: ada.id, epoch: adaEpoch, number: 1, card: cards[0] as Card };
    const b = { id: bo.id, epoch: boEpoch, number: 2, card: cards[1] as Card };
    return { atAda: pairSealer(secret, ada, a, b), atBo: pairSealer(secret, bo, b, a) };
  }
  const plain = utf8("v=0 a=candidate");

  it("[P6] opens at the page it is meant for, both ways, and shows nothing of what is in it", async () => {
    const { atAda, atBo } = await pair();
    const sealed = await atAda.seal(plain, binding);
    expect(Buffer.from(sealed).includes("candidate")).toBe(false);
    expect(await atBo.open(sealed, binding)).toEqual(plain);
    expect(await atAda.open(await atBo.seal(plain, binding), binding)).toEqual(plain);
    expect(await atAda.seal(plain, binding)).not.toEqual(sealed);
  });

  it("[P6] does not open altered, at another place in the sequence, or sent back to its sender", async () => {
    const { atAda, atBo } = await pair();
    const sealed = await atAda.seal(plain, binding);
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.slice();
      altered[at] = (altered[at] as number) ^ 1;
      expect(await atBo.open(altered, binding)).toBeUndefined();
    }
    expect(await atBo.open(sealed, Uint8Array.of(0, 0, 0, 2))).toBeUndefined();
    expect(await atAda.open(sealed, binding)).toBeUndefined();
    expect(await atBo.open(sealed.subarray(0, 11), binding)).toBeUndefined();
    expect(await atBo.open(new Uint8Array(), binding)).toBeUndefined();
  });

  it("[P7] does not open when it comes from an earlier page of either seat", async () => {
    const sealed = await (await pair()).atAda.seal(plain, binding);
    expect(await (await pair(den, "c".repeat(16))).atBo.open(sealed, binding)).toBeUndefined();
    expect(await (await pair(den, epochs.ada, "c".repeat(16))).atBo.open(sealed, binding)).toBeUndefined();
    expect(await (await pair()).atBo.open(sealed, binding)).toEqual(plain);
  });

  it("[P6] does not open in another room, nor for a member who is not one of the two", async () => {
    const sealed = await (await pair()).atAda.seal(plain, binding);
    expect(await (await pair(await secretOf("attic"))).atBo.open(sealed, binding)).toBeUndefined();
    expect(await (await pair(await secretOf("den", 8))).atBo.open(sealed, binding)).toBeUndefined();
    const cy = await identityOf();
    const card = (await openCard(den, ada.id, await makeCard(den, ada, "Ada"))) as Card;
    const from = { id: ada.id, epoch: epochs.ada, number: 1, card };
    const atCy = pairSealer(den, cy, { id: bo.id, epoch: epochs.bo }, from);
    expect(await atCy.open(sealed, binding)).toBeUndefined();
  });

  it("[P6] opens as nothing, and throws nothing, when the other's agreement key is no key", async () => {
    const card = (await openCard(den, bo.id, await makeCard(den, bo, "Bo"))) as Card;
    const broken = { ...card, agree: toBase64url(new Uint8Array(32)) };
    const sealer = pairSealer(
      den,
      ada,
      { id: ada.id, epoch: epochs.ada },
      { id: bo.id, epoch: epochs.bo, card: broken },
    );
    expect(await sealer.open(new Uint8Array(40), binding)).toBeUndefined();
    await expect(sealer.seal(plain, binding)).rejects.toThrow();
  });
});

describe("the code that two people compare", () => {
  it("[P9] has five groups of four digits, is the same on both sides, and changes with every key and fingerprint", async () => {
    const code = await verificationCode("den", ada, bo);
    expect(code).toMatch(/^(\d{4} ){4}\d{4}$/);
    expect(await verificationCode("den", bo, ada)).toBe(code);
    const others = [
      verificationCode("attic", ada, bo),
      verificationCode("den", ada, await identityOf()),
      verificationCode("den", ada, { ...bo, agree: ada.agree }),
      verificationCode("den", ada, { ...bo, fingerprint: ada.fingerprint }),
    ];
    expect(new Set([code, ...(await Promise.all(others))]).size).toBe(5);
  });
});

describe("a signed message", () => {
  const what = { id: randomText(12), name: "Ada", n: 1, at: 1_000, text: "hello" };

  it("[P10] holds for its room and author, and for nothing else", async () => {
    const message = await signMessage("den", ada, what);
    expect(isMessage(message)).toBe(true);
    expect(await isGenuine("den", message)).toBe(true);
    expect(await isGenuine("attic", message)).toBe(false);
    for (const change of [
      { text: "hallo" },
      { n: 2 },
      { at: 1_001 },
      { id: randomText(12) },
      { name: "Bo" },
      { author: bo.id },
      { sign: bo.sign },
      { author: bo.id, sign: bo.sign },
      { signature: randomText(64) },
    ]) {
      expect(await isGenuine("den", { ...message, ...change })).toBe(false);
    }
  });

  it("[P26] to one alone holds for that one, and never passes for one to everyone, nor the other way round", async () => {
    const whisper = await signMessage("den", ada, what, bo.id);
    expect(await isGenuine("den", whisper, bo.id)).toBe(true);
    expect(await isGenuine("den", whisper, ada.id)).toBe(false);
    expect(await isGenuine("attic", whisper, bo.id)).toBe(false);
    expect(await isGenuine("den", whisper)).toBe(false);
    expect(await isGenuine("den", await signMessage("den", ada, what), bo.id)).toBe(false);
    expect(await isGenuine("den", { ...whisper, text: "other" }, bo.id)).toBe(false);
  });

  it("[P10] has a form that is checked before anything else", async () => {
    const message = await signMessage("den", ada, what);
    for (const change of [
      { text: "" },
      { text: "a".repeat(limits.textCharacters + 1) },
      { name: "" },
      { name: "a".repeat(500) },
      { n: 0 },
      { n: 1.5 },
      { n: "1" },
      { at: Number.NaN },
      { author: "__proto__" },
      { sign: "" },
      { signature: null },
    ]) {
      expect(isMessage({ ...message, ...change })).toBe(false);
    }
    for (const nothing of [null, undefined, 7, "text", []]) expect(isMessage(nothing)).toBe(false);
  });
});

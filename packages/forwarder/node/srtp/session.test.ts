import { createCipheriv } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SrtcpSession as ForeignControl, SrtpSession as ForeignMedia } from "werift";
import { profiles, type SrtpProfile, sessionKeys } from "./keys.ts";
import { indexOf, ReplayWindow } from "./replay.ts";
import { gcmSealing, nodeGcm } from "./sealing.ts";
import { headerLengthOf, SrtpReceiver, SrtpSender } from "./session.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");
const [cm, gcm] = profiles as readonly [SrtpProfile, SrtpProfile];
const master = (profile: SrtpProfile) => ({
  key: hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
  salt: hex("0EC675AD498AFEEBB6960B3AABE6").subarray(0, profile.saltBytes),
});
const allocate = (bytes: number): Uint8Array => new Uint8Array(bytes);

function rtp(sequence: number, payload = "payload", ssrc = 0xcafebabe): Buffer {
  const packet = Buffer.alloc(12);
  packet[0] = 0x80;
  packet[1] = 96;
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(1234, 4);
  packet.writeUInt32BE(ssrc, 8);
  return Buffer.concat([packet, Buffer.from(payload)]);
}
const rtcp = hex("81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61");

function protect(sender: SrtpSender, packet: Uint8Array): Buffer {
  const out = Buffer.concat([packet, Buffer.alloc(sender.tagBytes)]);
  expect(sender.protect(out, headerLengthOf(packet) ?? 0, packet.length)).toBe(true);
  return out;
}

describe("vectors", () => {
  it("[X40] keys are derived as in RFC 3711, appendix B.3", () => {
    const keys = sessionKeys(cm, master(cm), "rtp");
    expect(keys.key).toEqual(hex("C61E7A93744F39EE10734AFE3FF7A087"));
    expect(keys.salt).toEqual(hex("30CBBC08863D8C85D49DB34A9AE1"));
    expect(keys.authentication).toEqual(hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
  });

  it("[X40] AES128_CM_HMAC_SHA1_80 gives what libsrtp's own test expects", () => {
    const sender = new SrtpSender(cm, master(cm));
    const plain = hex("800f1234decafbadcafebabe abababababababababababababababab");
    expect(protect(sender, plain)).toEqual(
      hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb"),
    );
  });

  it("[X40] AEAD_AES_128_GCM gives what RFC 7714, sections 16.1.1 and 17.1 say", () => {
    const keys = {
      key: hex("000102030405060708090a0b0c0d0e0f"),
      salt: hex("51756964 2070726f 2071756f"),
      authentication: Buffer.alloc(0),
    };
    const sealing = gcmSealing(keys, keys, nodeGcm);
    const plain = Buffer.concat([
      hex("8040f17b 8041f8d3 5501a0b2"),
      Buffer.from("Gallia est omnis divisa in partes tres"),
    ]);
    const packet = Buffer.concat([plain, Buffer.alloc(16)]);
    sealing.sealRtp(packet, 12, plain.length, 0);
    expect(packet.subarray(12)).toEqual(
      hex(`f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833
           899d7f27 beb16a91 52cf765e e4390cce`),
    );
    const control = hex(`81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
                         deadbeef deadbeef deadbeef deadbeef deadbeef`);
    const sealed = sealing.sealRtcp(control, 0x5d4);
    expect(Buffer.from(sealed)).toEqual(
      hex(`81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda
           4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4`),
    );
    expect(Buffer.from(sealing.openRtcp(sealed) ?? [])).toEqual(control);
  });

  it("[X40] the key stream is that of counter mode", () => {
    const sender = new SrtpSender(cm, master(cm));
    const plain = rtp(65_535, "x".repeat(1200));
    const keys = sessionKeys(cm, master(cm), "rtp");
    const counter = Buffer.alloc(16);
    counter.set(keys.salt);
    plain.subarray(8, 12).forEach((byte, at) => {
      counter[4 + at] = (counter[4 + at] ?? 0) ^ byte;
    });
    counter.writeUInt16BE(counter.readUInt16BE(12) ^ 65_535, 12);
    const expected = createCipheriv("aes-128-ctr", keys.key, counter).update(plain.subarray(12));
    expect(protect(sender, plain).subarray(12, -10)).toEqual(expected);
  });
});

describe.each([gcm, cm])("$name", (profile) => {
  const pair = () => ({
    sender: new SrtpSender(profile, master(profile)),
    receiver: new SrtpReceiver(profile, master(profile)),
  });

  it("[X41] what was protected is opened once, whatever order it comes in, over rollovers of the sequence number", () => {
    const { sender, receiver } = pair();
    const sealed = Array.from({ length: 140_000 / 70 }, (_, i) => {
      const packet = rtp((65_000 + i * 70) & 0xffff, `number ${i}`);
      return [packet, protect(sender, packet)] as const;
    });
    for (let i = 0; i + 1 < sealed.length; i += 2) {
      for (const [plain, bytes] of [sealed[i + 1], sealed[i]].filter((one) => one !== undefined)) {
        expect(Buffer.from(receiver.open(bytes, allocate) ?? [])).toEqual(plain);
        expect(receiver.open(bytes, allocate)).toBeUndefined();
      }
    }
  });

  it("[X41] nothing that was changed, cut or made with another key is opened, and it leaves nothing behind", () => {
    const { sender, receiver } = pair();
    const sealed = protect(sender, rtp(7));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      expect(receiver.open(changed, allocate)).toBeUndefined();
      expect(receiver.open(sealed.subarray(0, at), allocate)).toBeUndefined();
    }
    expect(Buffer.from(receiver.open(sealed, allocate) ?? [])).toEqual(rtp(7));
    const control = Buffer.from(sender.protectControl(rtcp) ?? []);
    for (let at = 0; at < control.length; at++) {
      const changed = Buffer.from(control);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(receiver.openControl(changed)).toBeUndefined();
      expect(receiver.openControl(control.subarray(0, at))).toBeUndefined();
    }
    expect(Buffer.from(receiver.openControl(control) ?? [])).toEqual(rtcp);
    expect(receiver.openControl(control)).toBeUndefined();
  });

  it("[X41] another implementation opens it, and is opened", () => {
    const { key, salt } = master(profile);
    const keys = {
      localMasterKey: key,
      localMasterSalt: salt,
      remoteMasterKey: key,
      remoteMasterSalt: salt,
    };
    const options = { keys, profile: profile.code as 1 | 7 };
    const foreign = new ForeignMedia(options);
    const foreignControl = new ForeignControl(options);
    const { sender, receiver } = pair();
    expect(Buffer.from(foreign.decrypt(protect(sender, rtp(9))))).toEqual(rtp(9));
    expect(Buffer.from(foreignControl.decrypt(Buffer.from(sender.protectControl(rtcp) ?? [])))).toEqual(rtcp);
    expect(Buffer.from(receiver.openControl(foreignControl.encrypt(rtcp)) ?? [])).toEqual(rtcp);
  });

  it("[X41] a stranger's streams don't grow without end", () => {
    const { sender, receiver } = pair();
    for (let ssrc = 1; ssrc <= 256; ssrc++) receiver.open(protect(sender, rtp(1, "x", ssrc)), allocate);
    const late = new SrtpSender(profile, master(profile));
    expect(receiver.open(protect(late, rtp(1, "x", 999)), allocate)).toBeUndefined();
    const out = Buffer.concat([rtp(1, "x", 1000), Buffer.alloc(16)]);
    expect(sender.protect(out, 12, out.length - 16)).toBe(false);
  });
});

it("[X45] under GCM no number is sent twice, whatever the packet is then; in counter mode it may be", () => {
  for (const [profile, mayRepeat] of [
    [gcm, false],
    [cm, true],
  ] as const) {
    const sender = new SrtpSender(profile, master(profile));
    protect(sender, rtp(65_535));
    protect(sender, rtp(1));
    const again = Buffer.concat([rtp(65_535, "another"), Buffer.alloc(16)]);
    expect(sender.protect(again, 12, 19)).toBe(mayRepeat);
    const late = Buffer.concat([rtp(0, "late"), Buffer.alloc(16)]);
    expect(sender.protect(late, 12, 16)).toBe(true);
  }
});

it("[X41] indexes are guessed as in RFC 3711, appendix A, and a window of 1024 tells what is old", () => {
  expect(indexOf(2, 65_534)).toBe(65_538);
  expect(indexOf(65_534, 65_538)).toBe(65_534);
  expect(indexOf(65_000, 3)).toBeLessThan(0);
  const window = new ReplayWindow(5);
  expect([window.isFresh(5), window.isFresh(4), window.isFresh(6)]).toEqual([false, true, true]);
  window.accept(3000);
  expect([window.isFresh(1976), window.isFresh(1977), window.isFresh(3000)]).toEqual([false, true, false]);
  window.accept(1977);
  expect(window.isFresh(1977)).toBe(false);
});

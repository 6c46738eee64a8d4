import { randomBytes } from "node:crypto";
import { isPossible } from "@parlour/turn/datagrams";
import { describe, expect, it } from "vitest";
import { type CounterCrypto, cmTag, nodeCounter } from "./counter.ts";
import { profiles, type SrtpProfile } from "./keys.ts";
import { opensslCounter } from "./openssl-counter.ts";
import { nodeGcm } from "./sealing.ts";
import { SrtpReceiver, SrtpSender } from "./session.ts";

const make = opensslCounter();
/** The last two bytes count blocks. */
const counter = (): Buffer => Buffer.concat([randomBytes(14), Buffer.alloc(2)]);

describe.runIf(isPossible())("OpenSSL, called directly", () => {
  const keys = { key: randomBytes(16), salt: randomBytes(14), authentication: randomBytes(20) };
  const sealed = (
    crypto: CounterCrypto,
    plain: Buffer,
    from: number,
    first: Buffer,
    more: Buffer,
  ): Buffer => {
    const packet = Buffer.concat([plain, Buffer.alloc(cmTag)]);
    crypto.seal(packet, from, plain.length, first, more);
    return packet;
  };

  it("[X111] gives what Node gives, for packets of every size, and opens what Node sealed", () => {
    expect(make).toBeDefined();
    const [ours, theirs] = [make?.(keys), nodeCounter(keys)];
    if (ours === undefined) throw new Error("it is not there");
    for (const length of [12, 13, 27, 28, 29, 500, 1_200, 4_080, 4_092, 4_093, 9_000]) {
      const [plain, first, more] = [randomBytes(length), counter(), randomBytes(4)];
      const packet = sealed(ours, plain, 12, first, more);
      expect(packet.equals(sealed(theirs, plain, 12, first, more)), `${length}`).toBe(true);
      const opened = Buffer.alloc(length);
      expect(ours.open(packet, 12, first, more, opened)).toBe(true);
      expect(opened.equals(plain), `${length}`).toBe(true);
      packet[length - 1] = (packet[length - 1] ?? 0) ^ 1;
      expect(ours.open(packet, 12, first, more, opened)).toBe(false);
    }
    ours.close();
  });

  it("[X111] keeps connections apart, and closing one twice hurts none", () => {
    const others = { ...keys, key: randomBytes(16) };
    const [one, two] = [make?.(keys), make?.(others)];
    if (one === undefined || two === undefined) throw new Error("it is not there");
    const [plain, first, more] = [randomBytes(300), counter(), randomBytes(4)];
    const before = [sealed(one, plain, 12, first, more), sealed(two, plain, 12, first, more)];
    expect(before[0]?.equals(before[1] ?? plain)).toBe(false);
    one.close();
    one.close();
    const third = make?.(keys);
    expect(sealed(two, plain, 12, first, more).equals(before[1] ?? plain)).toBe(true);
    // What is closed still tells the truth.
    for (const each of [one, third])
      expect(each && sealed(each, plain, 12, first, more).equals(before[0] ?? plain)).toBe(true);
    two.close();
    third?.close();
  });

  it("[X40] is what sessions use, either way round with Node's", () => {
    const [profile] = profiles as readonly [SrtpProfile];
    const master = { key: randomBytes(16), salt: randomBytes(14) };
    const node = { gcm: nodeGcm, counter: nodeCounter };
    for (const [there, here] of [
      [undefined, node],
      [node, undefined],
    ]) {
      const [sender, receiver] = [
        new SrtpSender(profile, master, there),
        new SrtpReceiver(profile, master, here),
      ];
      for (let sequence = 65_530; sequence < 65_545; sequence++) {
        const packet = Buffer.concat([Buffer.alloc(12), Buffer.from("payload"), Buffer.alloc(cmTag)]);
        packet[0] = 0x80;
        packet.writeUInt16BE(sequence & 0xffff, 2);
        expect(sender.protect(packet, 12, 19)).toBe(true);
        const opened = receiver.open(packet, (bytes) => new Uint8Array(bytes));
        expect(
          Buffer.from(opened ?? [])
            .subarray(12)
            .toString(),
        ).toBe("payload");
      }
      sender.close();
      receiver.close();
    }
  });
});

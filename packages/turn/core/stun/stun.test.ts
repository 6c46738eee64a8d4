import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { primitives } from "../../node/primitives.ts";
import { formatHost, parseEndpoint } from "../address.ts";
import { longTermKey } from "../auth/credentials.ts";
import { attributeOf, decodeMessage, hasIntegrity, readXorAddress, type StunMessage } from "./decode.ts";
import { MessageWriter } from "./encode.ts";
import { cutFrames } from "./framing.ts";
import { attributes, methods } from "./registry.ts";
import { longTerm, password, request, responseV4, responseV6 } from "./vectors.fixture.ts";

const { crc32, hmacSha1, utf8, text } = primitives;
const read = (bytes: Uint8Array): StunMessage => {
  const message = decodeMessage(bytes, crc32);
  if (message === undefined) throw new Error("That is no message.");
  return message;
};
const textOf = (message: StunMessage, type: number): string =>
  text(attributeOf(message, type) ?? new Uint8Array());
const mapped = (message: StunMessage): string => {
  const endpoint = readXorAddress(
    attributeOf(message, attributes.xorMappedAddress) ?? new Uint8Array(),
    message.transactionId,
  );
  return endpoint ? `${formatHost(endpoint.bytes)} ${endpoint.port}` : "";
};

describe("the messages of RFC 5769", () => {
  it("[T6] the request", () => {
    const message = read(request);
    expect(message).toMatchObject({ class: "request", method: methods.binding, hasFingerprint: true });
    expect(textOf(message, attributes.username)).toBe("evtj:h6vY");
    expect(hasIntegrity(message, utf8(password), hmacSha1)).toBe(true);
    expect(hasIntegrity(message, utf8(`${password}.`), hmacSha1)).toBe(false);
  });

  it("[T6] the responses", () => {
    for (const [bytes, address] of [
      [responseV4, "192.0.2.1 32853"],
      [responseV6, "2001:db8:1234:5678:11:2233:4455:6677 32853"],
    ] as const) {
      const message = read(bytes);
      expect(message).toMatchObject({ class: "success", method: methods.binding, hasFingerprint: true });
      expect(mapped(message)).toBe(address);
      expect(hasIntegrity(message, utf8(password), hmacSha1)).toBe(true);
    }
  });

  it("[T6] the long-term mechanism, read and written", () => {
    const message = read(longTerm.bytes);
    expect(textOf(message, attributes.username)).toBe(longTerm.username);
    const key = longTermKey(primitives, longTerm.username, longTerm.realm, longTerm.password);
    expect(hasIntegrity(message, key, hmacSha1)).toBe(true);
    const written = new MessageWriter(methods.binding, "request", message.transactionId)
      .attribute(attributes.username, utf8(longTerm.username))
      .attribute(attributes.nonce, utf8(longTerm.nonce))
      .attribute(attributes.realm, utf8(longTerm.realm))
      .integrity(key, hmacSha1)
      .finish();
    expect(written).toEqual(longTerm.bytes);
  });

  it("[T6] one changed bit is noticed", () => {
    for (const bytes of [request, responseV4, responseV6]) {
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const changed = bytes.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // A changed type or length can hide FINGERPRINT and signature; what is left has neither.
        const message = decodeMessage(changed, crc32);
        expect(message?.hasFingerprint ?? false).toBe(false);
        if (message !== undefined)
          expect(hasIntegrity(message, utf8(password), hmacSha1)).toBe(bit >> 4 === (bytes.length - 8) >> 1);
      }
    }
  });
});

const octets = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const anyAttribute = fc.record({
  type: fc.integer({ min: 0, max: 0xffff }).filter((type) => type !== 8 && type !== 0x8028),
  value: fc.uint8Array({ maxLength: 40 }),
});
const anyMessage = fc.record({
  // Larger ones begin like other protocols (RFC 7983).
  method: fc.integer({ min: 0, max: 0xff }),
  class: fc.constantFrom("request", "indication", "success", "error"),
  transactionId: octets(12),
  attributes: fc.array(anyAttribute, { maxLength: 8 }),
  key: fc.option(fc.uint8Array({ minLength: 1, maxLength: 64 }), { nil: undefined }),
  isPrinted: fc.boolean(),
});
const write = (one: typeof anyMessage extends fc.Arbitrary<infer Value> ? Value : never): Uint8Array => {
  const writer = new MessageWriter(one.method, one.class, one.transactionId);
  for (const { type, value } of one.attributes) writer.attribute(type, value);
  if (one.key !== undefined) writer.integrity(one.key, hmacSha1);
  if (one.isPrinted) writer.fingerprint(crc32);
  return writer.finish();
};

describe("the codec", () => {
  it("[T8] reads what it writes", () => {
    fc.assert(
      fc.property(anyMessage, (one) => {
        const message = read(write(one));
        expect(message.method).toBe(one.method);
        expect(message.class).toBe(one.class);
        expect(message.transactionId).toEqual(one.transactionId);
        expect(
          message.attributes.map(({ type, value }) => ({ type, value: Uint8Array.from(value) })),
        ).toEqual(one.attributes.map(({ type, value }) => ({ type, value: Uint8Array.from(value) })));
        expect(message.hasFingerprint).toBe(one.isPrinted);
        if (one.key !== undefined) expect(hasIntegrity(message, one.key, hmacSha1)).toBe(true);
      }),
    );
  });

  it("[T8] hides and shows addresses", () => {
    const host = fc.oneof(octets(4), octets(16));
    fc.assert(
      fc.property(host, fc.integer({ min: 0, max: 65_535 }), octets(12), (bytes, port, id) => {
        const writer = new MessageWriter(methods.binding, "success", id);
        writer.address(attributes.xorMappedAddress, { family: bytes.length === 4 ? 4 : 6, bytes, port });
        const message = read(writer.finish());
        const value = attributeOf(message, attributes.xorMappedAddress) ?? new Uint8Array();
        const back = readXorAddress(value, message.transactionId);
        expect(back && { ...back, bytes: Uint8Array.from(back.bytes) }).toEqual({
          family: bytes.length === 4 ? 4 : 6,
          bytes: Uint8Array.from(bytes),
          port,
        });
      }),
    );
  });

  it("[T8] never throws, whatever comes", () => {
    const mutated = fc
      .tuple(anyMessage, fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }))
      .map(([one, changes]) => {
        const bytes = write(one).slice();
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
        const message = decodeMessage(bytes, crc32);
        if (message === undefined) return;
        for (const { value } of message.attributes) readXorAddress(value, message.transactionId);
        expect(message.bytes.length % 4).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it("[T1] a message is read only when it fills its packet", () => {
    const bytes = new MessageWriter(methods.binding, "request", new Uint8Array(12))
      .number(0x8001, 1)
      .finish();
    expect(decodeMessage(bytes, crc32)).toBeDefined();
    expect(decodeMessage(Uint8Array.from([...bytes, 0, 0, 0, 0]), crc32)).toBeUndefined();
    for (let size = 0; size < bytes.length; size++)
      expect(decodeMessage(bytes.subarray(0, size), crc32)).toBeUndefined();
    for (const [at, byte] of [
      [0, 0x40],
      [0, 0x80],
      [3, 4],
      [4, 0],
      [23, 5],
      [23, 0xff],
    ] as const) {
      const changed = bytes.slice();
      changed[at] = byte;
      expect(decodeMessage(changed, crc32), `byte ${at}`).toBeUndefined();
    }
  });

  it("[T2] FINGERPRINT is right and last, or the message is none", () => {
    const writer = () => new MessageWriter(methods.binding, "request", new Uint8Array(12));
    expect(decodeMessage(writer().fingerprint(crc32).finish(), crc32)?.hasFingerprint).toBe(true);
    expect(decodeMessage(writer().number(attributes.fingerprint, 1).finish(), crc32)).toBeUndefined();
    expect(decodeMessage(writer().fingerprint(crc32).number(0x8001, 1).finish(), crc32)).toBeUndefined();
  });

  it("[T3] the first of a type counts", () => {
    const bytes = new MessageWriter(methods.refresh, "request", new Uint8Array(12))
      .number(attributes.lifetime, 1)
      .number(attributes.lifetime, 2)
      .finish();
    expect(attributeOf(read(bytes), attributes.lifetime)).toEqual(Uint8Array.of(0, 0, 0, 1));
  });

  it("[T4] what follows MESSAGE-INTEGRITY does not count, and does not break it", () => {
    const key = utf8("key");
    const bytes = new MessageWriter(methods.refresh, "request", new Uint8Array(12))
      .integrity(key, hmacSha1)
      .number(attributes.lifetime, 0)
      .attribute(attributes.messageIntegrity, new Uint8Array(20))
      .fingerprint(crc32)
      .finish();
    const message = read(bytes);
    expect(message.attributes).toEqual([]);
    expect(message.hasFingerprint).toBe(true);
    expect(hasIntegrity(message, key, hmacSha1)).toBe(true);
  });
});

describe("streams", () => {
  const frame = fc.oneof(
    anyMessage.map(write),
    fc
      .tuple(fc.integer({ min: 0x4000, max: 0x7fff }), fc.uint8Array({ maxLength: 60 }))
      .map(([number, data]) => {
        const bytes = new Uint8Array(4 + ((data.length + 3) & ~3));
        bytes.set([number >> 8, number & 255, 0, data.length]);
        bytes.set(data, 4);
        return bytes;
      }),
  );

  it("[T7] are cut alike, whatever pieces they come in", () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat(400)), (frames, cuts) => {
        const all = Uint8Array.from(frames.flatMap((one) => [...one]));
        const found: Uint8Array[] = [];
        let rest: Uint8Array = new Uint8Array();
        let needs = 4;
        let from = 0;
        for (const to of [...cuts.filter((at) => at < all.length).sort((a, b) => a - b), all.length]) {
          rest = Uint8Array.from([...rest, ...all.subarray(from, to)]);
          from = to;
          if (rest.length < needs) continue;
          const cut = cutFrames(rest, 4096);
          if (cut === undefined) throw new Error("That was a sound stream.");
          found.push(...cut.frames.map((one) => one.slice()));
          rest = cut.rest.slice();
          needs = cut.needs;
        }
        expect(found).toEqual(frames.map((one) => Uint8Array.from(one)));
        expect(rest).toHaveLength(0);
      }),
    );
  });

  it("[T7] end at anything else, as soon as it can be seen", () => {
    const bad = [
      utf8("GET / HTTP/1.1\r\n"),
      utf8("get / http"),
      Uint8Array.of(0x16, 3, 1),
      Uint8Array.of(0x80),
      Uint8Array.of(0, 1, 0, 3),
      Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x43),
      Uint8Array.of(0, 1, 0xff, 0xfc),
    ];
    // "G" begins ChannelData, whose length is then too large.
    for (const bytes of bad) expect(cutFrames(bytes, 2048), text(bytes)).toBeUndefined();
    expect(cutFrames(Uint8Array.of(0x40, 0, 0, 200), 100)).toBeUndefined();
    expect(cutFrames(new Uint8Array(), 100)).toMatchObject({ frames: [] });
  });
});

describe("addresses as text", () => {
  it("[T8] are read back", () => {
    fc.assert(
      fc.property(fc.oneof(octets(4), octets(16)), (bytes) => {
        const back = parseEndpoint(formatHost(bytes), 1);
        const isMapped =
          bytes.length === 16 && bytes.subarray(0, 12).join() === "0,0,0,0,0,0,0,0,0,0,255,255";
        expect([...(back?.bytes ?? [])]).toEqual([...(isMapped ? bytes.subarray(12) : bytes)]);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (host) => {
        expect(parseEndpoint(host, 1), host).toBeDefined();
      }),
    );
  });

  it("[T8] are nothing else", () => {
    const bad = [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "256.1.1.1",
      "1.2.3.4x",
      ":",
      ":::",
      "1::2::3",
      "1:2:3",
      "::g",
      "1:2:3:4:5:6:7:8:9",
      "::1.2.3",
      "example.org",
      "12345::",
    ];
    for (const host of bad) expect(parseEndpoint(host, 1), host).toBeUndefined();
    expect(parseEndpoint("::ffff:1.2.3.4", 1)?.family).toBe(4);
    expect(parseEndpoint("fe80::1%eth0", 1)?.family).toBe(6);
  });
});

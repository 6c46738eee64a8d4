import { createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import {
  attributeOf,
  attributes,
  decodeMessage,
  hasIntegrity,
  iceAttributes,
  MessageWriter,
  methods,
  parseEndpoint,
  readXorAddress,
} from "@parlour/turn/core";
import { describe, expect, it } from "vitest";
import { consentMs, IceLite, type IcePrimitives, ufragOf } from "./lite.ts";

const primitives: IcePrimitives = {
  hmacSha1: (key, data) => createHmac("sha1", key).update(data).digest(),
  crc32: (data) => crc32(data),
  utf8: (text) => new TextEncoder().encode(text),
  text: (bytes) => new TextDecoder().decode(bytes),
};
const local = { ufrag: "mine0001", password: "m".repeat(24) };
const from = parseEndpoint("198.51.100.7", 4000) ?? expect.unreachable();
const key = primitives.utf8(local.password);

interface Check {
  readonly name?: string;
  readonly password?: string;
  readonly nominates?: boolean;
  readonly controlled?: boolean;
  readonly unknown?: boolean;
}
function check({ name = "mine0001:page", password = local.password, ...has }: Check = {}) {
  const writer = new MessageWriter(methods.binding, "request", new Uint8Array(12).fill(7));
  writer.attribute(attributes.username, primitives.utf8(name)).number(iceAttributes.priority, 1);
  writer.attribute(
    has.controlled ? iceAttributes.iceControlled : iceAttributes.iceControlling,
    new Uint8Array(8),
  );
  if (has.nominates) writer.attribute(iceAttributes.useCandidate, new Uint8Array());
  if (has.unknown) writer.attribute(0x7001, new Uint8Array(2));
  writer.integrity(primitives.utf8(password), primitives.hmacSha1).fingerprint(primitives.crc32);
  return decodeMessage(writer.finish().slice(), primitives.crc32) ?? expect.unreachable();
}
const replyOf = (bytes: Uint8Array | undefined) => {
  const message = bytes && decodeMessage(bytes, primitives.crc32);
  if (message === undefined) throw new Error("There is no reply.");
  expect(hasIntegrity(message, key, primitives.hmacSha1)).toBe(true);
  return message;
};
const agent = () => new IceLite<string>(primitives, local, "page", 0);

describe("checks of the page", () => {
  it("[X36] are answered with its address, signed; the path that it nominated last is the one to send by", () => {
    const ice = agent();
    const first = ice.check("wifi", check(), from, 0);
    expect(first.isSound).toBe(true);
    const reply = replyOf(first.reply);
    expect(reply.class).toBe("success");
    const mapped = attributeOf(reply, attributes.xorMappedAddress);
    expect(mapped && readXorAddress(mapped, reply.transactionId)).toEqual(from);
    expect(ice.selected).toBeUndefined();
    ice.check("wifi", check({ nominates: true }), from, 1);
    expect(ice.selected).toBe("wifi");
    ice.check("mobile", check(), from, 2);
    expect(ice.selected).toBe("wifi");
    ice.check("mobile", check({ nominates: true }), from, 3);
    expect(ice.selected).toBe("mobile");
    expect(ice.has("wifi")).toBe(true);
  });

  it("[X37] of anyone else leave no trace and get no reply", () => {
    const ice = agent();
    for (const strange of [
      check({ password: "x".repeat(24) }),
      check({ name: "mine0001:other" }),
      check({ name: "mine0002:page" }),
      check({ name: "mine0001" }),
    ]) {
      expect(ice.check("x", strange, from, 0)).toEqual({ isSound: false, dropped: [] });
    }
    expect([...ice.paths]).toEqual([]);
    expect(ufragOf(check(), primitives.text)).toBe("mine0001");
  });

  it("[X36] that claim the other role, or ask for what is not known, are told so", () => {
    const ice = agent();
    const code = (request: Check): number | undefined => {
      const value = attributeOf(replyOf(ice.check("x", check(request), from, 0).reply), attributes.errorCode);
      return value && (value[2] ?? 0) * 100 + (value[3] ?? 0);
    };
    expect(code({ controlled: true })).toBe(487);
    expect(code({ unknown: true })).toBe(420);
    expect(ice.selected).toBeUndefined();
  });
});

it("[X38] after a restart both names count until a path is chosen under the new one", () => {
  const ice = agent();
  ice.check("wifi", check({ nominates: true }), from, 0);
  const next = { ufrag: "mine0002", password: "n".repeat(24) };
  ice.restart(next, "page2");
  expect(ice.selected).toBe("wifi");
  expect(ice.check("wifi", check(), from, 1).isSound).toBe(true);
  expect(ice.ufrags).toEqual(["mine0002", "mine0001"]);
  const renewed = { name: "mine0002:page2", password: next.password };
  expect(ice.check("mobile", check(renewed), from, 2).isSound).toBe(true);
  expect(ice.check("mobile", check({ ...renewed, nominates: true }), from, 3).isSound).toBe(true);
  expect(ice.selected).toBe("mobile");
  expect(ice.ufrags).toEqual(["mine0002"]);
  expect(ice.check("wifi", check(), from, 4).isSound).toBe(false);
});

it("[X39] silence for 30 s ends consent; any sound check renews it", () => {
  const ice = agent();
  expect(ice.isSilent(consentMs - 1)).toBe(false);
  expect(ice.isSilent(consentMs)).toBe(true);
  ice.check("wifi", check({ nominates: true }), from, 10_000);
  ice.check("wifi", check({ password: "x".repeat(24) }), from, 39_000);
  expect(ice.isSilent(39_999)).toBe(false);
  expect(ice.isSilent(40_000)).toBe(true);
  expect(ice.sweep(40_000)).toEqual(["wifi"]);
  expect(ice.selected).toBeUndefined();
});

it("[X37] a page has sixteen paths at most, and keeps the chosen one", () => {
  const ice = agent();
  ice.check("chosen", check({ nominates: true }), from, 0);
  for (let i = 0; i < 40; i++) ice.check(`path ${i}`, check(), from, i);
  expect([...ice.paths]).toHaveLength(16);
  expect(ice.has("chosen")).toBe(true);
});

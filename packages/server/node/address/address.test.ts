import type { IncomingMessage } from "node:http";
import { rates } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { addressKey, clientAddress, isLoopback, normalizeAddress, type TrustProxy } from "./address.ts";
import { Visitors } from "./visitors.ts";

describe("addresses", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    [" 192.0.2.1:4711 ", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:0201", "192.0.2.1"],
    ["2001:DB8::1", "2001:db8:0:0:0:0:0:1"],
    ["[2001:db8::1]:443", "2001:db8:0:0:0:0:0:1"],
    ["fe80::1%eth0", "fe80:0:0:0:0:0:0:1"],
    ["::", "0:0:0:0:0:0:0:0"],
    ["64:ff9b::192.0.2.33", "64:ff9b:0:0:0:0:c000:221"],
    ["unknown", undefined],
    ["1.2.3", undefined],
    ["", undefined],
  ])("%s is %s in one spelling", (text, expected) => {
    expect(normalizeAddress(text)).toBe(expected);
  });

  it("[G5] IPv6 counts by its /64, IPv4 by itself", () => {
    const key = (text: string) => addressKey(normalizeAddress(text) ?? "");
    expect(key("2001:db8:1:2::1")).toBe(key("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    expect(key("2001:db8:1:2::1")).not.toBe(key("2001:db8:1:3::1"));
    expect(key("192.0.2.1")).not.toBe(key("192.0.2.2"));
    expect(isLoopback("127.0.0.53")).toBe(true);
    expect(isLoopback(normalizeAddress("::1") ?? "")).toBe(true);
    expect(isLoopback("192.0.2.1")).toBe(false);
  });

  it.each<[TrustProxy, string, string | undefined, string]>([
    [false, "10.0.0.9", "203.0.113.5", "10.0.0.9"],
    [true, "10.0.0.9", undefined, "10.0.0.9"],
    [true, "10.0.0.9", "203.0.113.5", "203.0.113.5"],
    // What stands further left is whatever the visitor wrote.
    [true, "10.0.0.9", "8.8.8.8, 203.0.113.5", "203.0.113.5"],
    [true, "10.0.0.9", "nonsense", "10.0.0.9"],
    [["10.0.0.0/8"], "203.0.113.77", "8.8.8.8", "203.0.113.77"],
    [["10.0.0.0/8"], "10.0.0.9", "8.8.8.8, 203.0.113.5, 10.1.1.1", "203.0.113.5"],
    [["10.0.0.0/8", "::1"], "::1", "2001:db8::7", "2001:db8:0:0:0:0:0:7"],
    [["10.0.0.0/8"], "10.0.0.9", "10.0.0.4", "10.0.0.4"],
  ])("[G6] trusting %s, from %s with %s: %s", (trust, remoteAddress, forwarded, expected) => {
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
    expect(clientAddress(trust)(request)).toBe(expected);
  });

  it("[G6] a range that is none is refused at the start", () => {
    expect(() => clientAddress(["everywhere"])).toThrow("trustProxy");
  });
});

describe("visitors", () => {
  it("[G11] those at rest are forgotten, and a flood of addresses shares one entry", () => {
    const visitors = new Visitors(rates);
    for (let i = 0; i < 60_000; i++)
      visitors.at(`2001:db8:${(i >> 8).toString(16)}:${(i & 255).toString(16)}:0:0:0:1`);
    expect(visitors.size).toBe(50_000);
    const shared = visitors.at("198.51.100.1");
    expect(visitors.at("198.51.100.2")).toBe(shared);
    visitors.sweep(0);
    expect(visitors.size).toBe(0);
    const busy = visitors.at("198.51.100.1");
    busy.connections = 1;
    const limited = visitors.at("198.51.100.3");
    limited.take("joinsPerAddress", 0);
    visitors.sweep(0);
    expect(visitors.size).toBe(2);
    visitors.sweep(60_000);
    expect(visitors.at("198.51.100.1")).toBe(busy);
    expect(visitors.size).toBe(1);
  });
});

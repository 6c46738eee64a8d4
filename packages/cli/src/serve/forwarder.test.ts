import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import type { ServeOptions } from "./flags.ts";
import { addressesFor } from "./forwarder.ts";
import { serviceOf } from "./relay.ts";

const info = (address: string, internal = false) => ({ address, internal }) as NetworkInterfaceInfo;
const machine = {
  lo: [info("127.0.0.1", true), info("::1", true)],
  eth0: [info("192.0.2.7"), info("2001:db8::7"), info("fe80::1")],
};

describe("where a page reaches the forwarder", () => {
  it("[X103] at the address by which it came, and at those that the host gave", () => {
    expect(addressesFor("::ffff:192.0.2.7", [], machine)).toEqual(["192.0.2.7"]);
    expect(addressesFor("2001:db8::7", ["203.0.113.5"], machine)).toEqual(["203.0.113.5", "2001:db8::7"]);
  });

  it("[X103] at every address of the machine when it came from the machine itself or through a proxy", () => {
    expect(addressesFor("127.0.0.1", [], machine)).toEqual(["127.0.0.1", "192.0.2.7", "2001:db8::7"]);
    expect(addressesFor(undefined, ["203.0.113.5"], machine)).toEqual([
      "203.0.113.5",
      "192.0.2.7",
      "2001:db8::7",
    ]);
  });

  it("[X103] at six addresses at most, each once", () => {
    const many = { eth0: Array.from({ length: 20 }, (_, n) => info(`192.0.2.${n}`)) };
    expect(addressesFor("127.0.0.1", ["192.0.2.1"], many)).toHaveLength(6);
  });
});

it("[X52] through this server's own relay, when it has one and a forwarder", () => {
  const options = (change: Partial<ServeOptions>) =>
    ({ forwarder: "embedded", turn: "closed", "forwarder-port": undefined, ...change }) as ServeOptions;
  expect(serviceOf(options({}), 8080, undefined)).toEqual({ host: "127.0.0.1", port: 8080 });
  expect(serviceOf(options({ turn: "open", "forwarder-port": 7000 }), 8080, "192.0.2.7")).toEqual({
    host: "192.0.2.7",
    port: 7000,
  });
  for (const change of [
    { forwarder: "off" },
    { turn: "off" },
    { turn: "external" },
    { "forwarder-port": 0 },
  ] as const)
    expect(serviceOf(options(change), 8080, undefined)).toBeUndefined();
});

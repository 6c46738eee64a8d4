import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { isWithin, machineAddresses, machineNames } from "./names.ts";

const at = (address: string) => ({ address }) as NetworkInterfaceInfo;

describe("the names of a machine", () => {
  it("[H12] are localhost, the host name and that under .local", () => {
    expect(machineNames("Laptop")).toEqual(["laptop", "laptop.local", "localhost"]);
    expect(machineNames("box.example.org")).toEqual(["box.example.org", "box.local", "localhost"]);
  });

  it("leave out what DNS does not allow", () => {
    expect(machineNames("my_box")).toEqual(["localhost"]);
    expect(machineNames("")).toEqual(["localhost"]);
  });

  it("[H12] addresses are all of them, without zones, with those of the machine itself", () => {
    const interfaces = {
      lo: [at("127.0.0.1")],
      eth0: [at("192.168.1.5"), at("fe80::1%eth0"), at("2001:db8::5")],
    };
    expect(machineAddresses(interfaces)).toEqual([
      "127.0.0.1",
      "192.168.1.5",
      "2001:db8::5",
      "::1",
      "fe80::1",
    ]);
  });

  it("[H11] are within what is permitted label by label", () => {
    expect(isWithin("a.local", ["local"])).toBe(true);
    expect(isWithin("local", ["local"])).toBe(true);
    expect(isWithin("notlocal", ["local"])).toBe(false);
    expect(isWithin("local.example.org", ["local"])).toBe(false);
  });
});

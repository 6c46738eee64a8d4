import { describe, expect, it } from "vitest";
import { countryFinder } from "./country.ts";

describe("countries", () => {
  const { find } = countryFinder();

  it.each([
    ["8.8.8.8", "US"],
    ["85.214.132.117", "DE"],
    ["2a00:1450:4001:0:0:0:0:1", "IE"],
    ["2001:4860:4860::8888", "US"],
  ])("[G26] %s is in %s", async (address, country) => {
    expect(await find(address)).toBe(country);
  });

  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "100.64.3.4",
    "169.254.1.1",
    "172.16.0.1",
    "172.31.255.255",
    // The database itself has an answer for this one.
    "192.168.1.1",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "fe80::1",
    "fd00::1",
    "2001:db8::1",
    "ff02::1",
    "not an address",
    "",
  ])("[G26] %s is nowhere", async (address) => {
    expect(await find(address)).toBeUndefined();
  });
});

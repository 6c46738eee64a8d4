import { describe, expect, it } from "vitest";
import { type RelayDoors, stunUrls, turnUrls } from "./addresses.ts";

const doors: RelayDoors = { udp: 3478, tcp: 3478, isOnPagePort: true };
const visitor = { host: "meet.example.org", port: 443, isSecure: true, isProxied: false };

describe("the relay's addresses", () => {
  it("[H24] name the host and the port by which the visitor came", () => {
    expect(stunUrls(doors, visitor)).toEqual(["stun:meet.example.org:3478"]);
    expect(turnUrls(doors, visitor)).toEqual([
      "turn:meet.example.org:3478?transport=udp",
      "turn:meet.example.org:3478?transport=tcp",
      "turns:meet.example.org:443?transport=tcp",
    ]);
    expect(turnUrls(doors, { ...visitor, host: "laptop.local", port: 3000, isSecure: false })).toEqual([
      "turn:laptop.local:3478?transport=udp",
      "turn:laptop.local:3478?transport=tcp",
      "turn:laptop.local:3000?transport=tcp",
    ]);
  });

  it("[H24] by an address: with TLS and without, since Firefox takes no turns: with an address", () => {
    const came = { ...visitor, host: "2001:db8::1", port: 3000 };
    expect(stunUrls(doors, came)).toEqual(["stun:[2001:db8::1]:3478"]);
    expect(turnUrls(doors, came)).toEqual([
      "turn:[2001:db8::1]:3478?transport=udp",
      "turn:[2001:db8::1]:3000?transport=tcp",
      "turns:[2001:db8::1]:3000?transport=tcp",
    ]);
  });

  it("[H24] behind a proxy leave the page's port out", () => {
    expect(turnUrls(doors, { ...visitor, isProxied: true })).toEqual([
      "turn:meet.example.org:3478?transport=udp",
      "turn:meet.example.org:3478?transport=tcp",
    ]);
  });

  it("[H25] send nobody to a port that the relay could not have", () => {
    const none = { udp: undefined, tcp: undefined, isOnPagePort: true };
    expect(stunUrls(none, visitor)).toEqual([]);
    expect(turnUrls(none, visitor)).toEqual(["turns:meet.example.org:443?transport=tcp"]);
    expect(turnUrls({ ...none, isOnPagePort: false }, visitor)).toEqual([]);
  });
});

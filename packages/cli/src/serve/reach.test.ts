import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { networkUrls, ownUrl, type Reach, readyLines, trustLines } from "./reach.ts";

const address = (text: string, internal = false) =>
  ({ address: text, internal, family: text.includes(":") ? "IPv6" : "IPv4" }) as NetworkInterfaceInfo;

const interfaces = {
  lo: [address("127.0.0.1", true), address("::1", true)],
  eth0: [address("192.168.1.5"), address("2001:db8::5"), address("fe80::1")],
  docker0: [address("172.17.0.1")],
};
const notes = ["Relay: somewhere"];
const reach: Reach = { scheme: "http", port: 3000, host: undefined, interfaces };

describe("where the server is reached", () => {
  it("[H6] is localhost for the one at this machine, unless it listens elsewhere", () => {
    expect(ownUrl(reach)).toBe("http://localhost:3000");
    expect(ownUrl({ ...reach, host: "0.0.0.0" })).toBe("http://localhost:3000");
    expect(ownUrl({ ...reach, host: "127.0.0.1" })).toBe("http://127.0.0.1:3000");
    expect(ownUrl({ ...reach, host: "::1", scheme: "https", port: 443 })).toBe("https://[::1]");
    expect(ownUrl({ ...reach, port: 80 })).toBe("http://localhost");
    expect(ownUrl({ ...reach, port: 443 })).toBe("http://localhost:443");
  });

  it("[H7] is the IPv4 address for others, without containers and link-local ones", () => {
    expect(networkUrls(reach)).toEqual(["http://192.168.1.5:3000"]);
    expect(networkUrls({ ...reach, interfaces: { eth0: [address("2001:db8::5")] } })).toEqual([
      "http://[2001:db8::5]:3000",
    ]);
    expect(
      networkUrls({ ...reach, host: "0.0.0.0", interfaces: { eth0: [address("2001:db8::5")] } }),
    ).toEqual([]);
    expect(networkUrls({ ...reach, host: "127.0.0.1" })).toEqual([]);
    expect(networkUrls({ ...reach, host: "192.168.1.5" })).toEqual(["http://192.168.1.5:3000"]);
  });

  it("[H7] comes with what does not work there", () => {
    const plain = readyLines({ ...reach, tls: "off", hasPage: true, notes });
    expect(plain[0]).toBe("Parlour is ready at http://localhost:3000");
    expect(plain.join("\n")).toMatch(/no camera or microphone.*--tls self/);
    expect(plain.join("\n")).toMatch(/^ {2}Relay: somewhere$/m);
    expect(plain.join("\n")).not.toMatch(/not built|ca\.pem/);
  });

  it("[H7] says nothing about other devices when only this machine can reach it", () => {
    const lines = readyLines({ ...reach, host: "127.0.0.1", tls: "off", hasPage: true, notes });
    expect(lines.join("\n")).not.toMatch(/other devices|On this network/);
  });

  it("[H7] says when anyone could pretend to be the proxy", () => {
    expect(trustLines({ "trust-proxy": true, host: undefined }).join()).toMatch(
      /--host 127\.0\.0\.1.*--trust-proxy 10/,
    );
    expect(trustLines({ "trust-proxy": true, host: "127.0.0.1" })).toEqual([]);
    expect(trustLines({ "trust-proxy": ["10.0.0.2"], host: undefined })).toEqual([]);
    expect(trustLines({ "trust-proxy": false, host: undefined })).toEqual([]);
  });

  it("[H7] names the authority's certificate, and a missing page", () => {
    const lines = readyLines({
      ...reach,
      scheme: "https",
      tls: "self",
      hasPage: false,
      notes,
      fingerprint: "AB:CD",
    });
    expect(lines.join("\n")).toContain("https://192.168.1.5:3000/ca.pem");
    expect(lines.join("\n")).toContain("SHA-256 fingerprint: AB:CD");
    expect(lines.join("\n")).toContain("npm run build");
    expect(lines.filter((line) => line.startsWith("Parlour is ready at "))).toHaveLength(1);
  });
});

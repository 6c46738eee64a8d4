import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { cameBy, front } from "./origin.ts";

const request = (remoteAddress: string, headers: Record<string, string>) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
const forwarded = {
  host: "127.0.0.1:3000",
  "x-forwarded-host": "meet.example.org",
  "x-forwarded-proto": "https",
};

describe("by which name a visitor came", () => {
  it("is what a trusted proxy says, and only what a trusted proxy says", () => {
    const ranged = front(["10.0.0.0/8"]);
    expect(ranged.host(request("10.1.2.3", forwarded))).toBe("meet.example.org");
    expect(ranged.isSecure(request("10.1.2.3", forwarded))).toBe(true);
    expect(ranged.host(request("192.0.2.9", forwarded))).toBe("127.0.0.1:3000");
    expect(ranged.isSecure(request("192.0.2.9", forwarded))).toBe(false);
    expect(front(true).host(request("192.0.2.9", forwarded))).toBe("meet.example.org");
    expect(front(false).host(request("10.1.2.3", forwarded))).toBe("127.0.0.1:3000");
  });

  it("[H24] comes with the port of the page's address, and whether a proxy stands between", () => {
    const direct = { isSecure: false, isProxied: false };
    const by = (host: string) => cameBy(front(false), request("192.0.2.9", { host }));
    expect(by("laptop.local:3000")).toEqual({ ...direct, host: "laptop.local", port: 3000 });
    expect(by("[2001:db8::1]:8080")).toEqual({ ...direct, host: "2001:db8::1", port: 8080 });
    expect(by("[2001:db8::1]")).toEqual({ ...direct, host: "2001:db8::1", port: 80 });
    expect(cameBy(front(["10.0.0.0/8"]), request("10.1.2.3", forwarded))).toEqual({
      host: "meet.example.org",
      port: 443,
      isSecure: true,
      isProxied: true,
    });
  });

  it("is unknown when it is no host", () => {
    expect(front(false).host(request("192.0.2.9", { host: "a b" }))).toBeUndefined();
    expect(front(false).host(request("192.0.2.9", { host: "x'; script-src *" }))).toBeUndefined();
  });
});

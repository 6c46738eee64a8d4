import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { front } from "./origin.ts";

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

  it("is unknown when it is no host", () => {
    expect(front(false).host(request("192.0.2.9", { host: "a b" }))).toBeUndefined();
    expect(front(false).host(request("192.0.2.9", { host: "x'; script-src *" }))).toBeUndefined();
  });
});

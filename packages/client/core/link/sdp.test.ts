import { describe, expect, it } from "vitest";
import { hasOnlyFingerprint } from "./fingerprint.ts";
import { ufragOfCandidate, ufragsOf } from "./sdp.ts";

const sdp = (...lines: string[]) => `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n${lines.join("\r\n")}\r\n`;

describe("what is read from descriptions", () => {
  it("finds each username fragment once, however lines end", () => {
    expect(ufragsOf(sdp("a=ice-ufrag:ab", "m=audio 9 X 0", "a=ice-ufrag:ab", "a=ice-ufrag:c/+"))).toEqual([
      "ab",
      "c/+",
    ]);
    expect(ufragsOf("a=ice-ufrag:x\na=ice-ufrag:y")).toEqual(["x", "y"]);
    expect(ufragsOf("")).toEqual([]);
  });
  it("finds the fragment in a candidate line", () => {
    expect(
      ufragOfCandidate("candidate:1 1 udp 1 192.0.2.1 9 typ host generation 0 ufrag aB/1 network-id 1"),
    ).toBe("aB/1");
    expect(ufragOfCandidate("candidate:1 1 udp 1 192.0.2.1 9 typ host")).toBeUndefined();
  });
  it("[L16] takes a description whose every fingerprint is the expected one", () => {
    const good = sdp("a=fingerprint:sha-256 AB:CD", "m=audio 9 X 0", "a=fingerprint:SHA-256 ab:cd");
    expect(hasOnlyFingerprint(good, "sha-256 AB:CD")).toBe(true);
  });
  it.each([
    ["another", sdp("a=fingerprint:sha-256 AB:CE")],
    ["none", sdp("m=audio 9 X 0")],
    ["one of two another", sdp("a=fingerprint:sha-256 AB:CD", "a=fingerprint:sha-256 AB:CE")],
    ["another hash of the same bytes", sdp("a=fingerprint:sha-1 AB:CD")],
    ["a second in odd writing", sdp("a=fingerprint:sha-256 AB:CD", " a=Fingerprint: sha-256 AB:CE")],
    [
      "a second behind a lone carriage return",
      sdp("a=fingerprint:sha-256 AB:CD\ra=fingerprint:sha-256 AB:CE"),
    ],
    ["more on the line", sdp("a=fingerprint:sha-256 AB:CD:EF")],
  ])("[L16] does not take %s", (_, text) => {
    expect(hasOnlyFingerprint(text, "sha-256 AB:CD")).toBe(false);
  });
});

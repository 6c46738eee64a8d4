import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { hasOnlyFingerprint } from "../link/fingerprint.ts";
import { packAddress, readAddress } from "./address.ts";
import { browserOffers } from "./browsers.fixture.ts";
import { writeIntroduction } from "./introduction.ts";
import { packer, unpacker } from "./packing.ts";
import { sampleInvitation, sampleSide } from "./sample.fixture.ts";
import {
  candidateOf,
  descriptionOf,
  fingerprintText,
  reachOf,
  readSide,
  type Side,
  sideOf,
  writeSide,
} from "./side.ts";

const packed = (side: Side) => {
  const pack = packer();
  writeSide(pack, side);
  return pack.done();
};

describe("what a page has to know of the other", () => {
  it.each(Object.entries(browserOffers))(
    "[O2][O3] is found in a description by %s, and makes one of it again",
    (_, sdp) => {
      const side = sideOf(sdp) as Side;
      expect(side.ways.length).toBeGreaterThan(0);
      const again = readSide(unpacker(packed(side)));
      expect(again).toEqual(side);
      const made = descriptionOf(side, "offer");
      expect(sideOf(made)).toEqual(side);
      expect(hasOnlyFingerprint(made, fingerprintText(side.fingerprint))).toBe(true);
      for (const line of ["a=mid:0", "a=setup:actpass", "a=sctp-port:5000", "a=group:BUNDLE 0"])
        expect(sdp).toContain(line);
      // Packed it is less than a third of the description, and less than what deflate makes of that.
      const text = writeIntroduction({ ...sampleInvitation(), side });
      expect(text.length * 3).toBeLessThan(sdp.length);
      expect(text.length * 0.75).toBeLessThan(deflateRawSync(sdp, { level: 9 }).length);
    },
  );

  it("[O2] keeps the best ways of each kind, the best first, and leaves out what leads nowhere", () => {
    const line = (priority: number, address: string, kind = "host", transport = "udp") =>
      `a=candidate:1 1 ${transport} ${priority} ${address} ${5_000 + priority} typ ${kind}`;
    const sdp = [
      descriptionOf({ ...sampleSide(), ways: [] }, "offer").trimEnd(),
      line(1, "10.0.0.1"),
      line(9, "10.0.0.9"),
      line(9, "10.0.0.9"),
      line(10, "fe80::1"),
      line(11, "10.0.0.11", "host", "tcp"),
      line(12, "203.0.113.5", "srflx"),
      line(13, "203.0.113.6", "prflx"),
      ...Array.from({ length: 8 }, (_, i) => line(20 + i, `2001:db8::${i + 1}`)),
      "",
    ].join("\r\n");
    const { ways } = sideOf(sdp) as Side;
    expect(ways.map(({ address }) => address)).toEqual([
      ...[8, 7, 6, 5, 4, 3].map((n) => `2001:db8::${n}`),
      "203.0.113.5",
    ]);
    expect(sideOf(sdp.replace("sha-256", "sha-1"))).toBeUndefined();
    expect(sideOf(sdp.replace(/a=ice-ufrag:.*/, "a=ice-ufrag:ab!c"))).toBeUndefined();
  });

  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["::1", "::1"],
    ["::", "::"],
    ["fd00::", "fd00::"],
    ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["10:0:0:10::a", "10:0:0:10::a"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"],
    ["d4c9a9b1-0f3e-4c55-9f3a-0123456789ab.local", "d4c9a9b1-0f3e-4c55-9f3a-0123456789ab.local"],
    ["host.example", "host.example"],
  ])("packs the address %s", (address, read) => {
    const where = packAddress(address);
    if (!where) throw new Error("not packed");
    const bytes =
      where.form === 3 ? packer().number(where.bytes.length, 1).bytes(where.bytes).done() : where.bytes;
    expect(readAddress(unpacker(bytes), where.form)).toBe(read);
  });

  it.each(["", "1.2.3", "1:2:3", "1::2::3", ":", "a b", "-x", "256.1.1.1.", "2001:db8::12345"])(
    "packs no %j",
    (address) => expect(packAddress(address)?.form ?? 3).toBe(3),
  );

  it("gives candidates the order they came in", () => {
    const priority = (line: string) => Number(line.split(" ")[3]);
    const { ways } = sampleSide(
      { kind: "host", address: "10.0.0.1", port: 9 },
      { kind: "srflx", address: "203.0.113.5", port: 9 },
    );
    const all = ways.map((way, place) => priority(candidateOf(way, place, "ab")));
    expect(all).toEqual([...all].sort((a, b) => b - a));
    expect(new Set(all).size).toBe(3);
  });

  it("says how far it leads", () => {
    const hidden = { kind: "host", address: "d4c9a9b1-0f3e-4c55-9f3a-0123456789ab.local", port: 1 } as const;
    const side = sampleSide();
    expect(reachOf({ ...side, ways: [] })).toBe("nowhere");
    expect(reachOf({ ...side, ways: [hidden] })).toBe("names");
    expect(reachOf(sampleSide(hidden))).toBe("network");
    expect(reachOf(sampleSide({ kind: "srflx", address: "203.0.113.5", port: 9 }))).toBe("beyond");
  });
});

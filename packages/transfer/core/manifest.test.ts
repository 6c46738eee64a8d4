import { limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { bits, fullBits } from "./bits.ts";
import { base64url, fromBase64url } from "./bytes.ts";
import { readBlock, roomFor, writeBlock } from "./lane.ts";
import { readManifest, writeManifest } from "./manifest.ts";
import { readMessage } from "./messages.ts";
import { cutOf, lengthOf, pieceBytesFor, piecesIn } from "./pieces.ts";
import type { Source } from "./seams.ts";

const id = "A".repeat(22);
const key = "k".repeat(43);
const source = (name: string, size: number, more: Partial<Source> = {}): Source => ({
  name,
  size,
  read: async () => new Uint8Array(),
  ...more,
});
const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

describe("manifests", () => {
  it("[F3][F4] files lie one after another, with safe names", () => {
    const text = writeManifest(id, key, [
      source("a.txt", 10, { path: ["trip"], type: "text/PLAIN", modified: 5.4 }),
      source("../b", 0, { path: ["trip", ".."] }),
      source("c", 7, { path: ["trip"], type: "no type" }),
    ]);
    expect(readManifest(text)).toEqual({
      id,
      key,
      name: "trip",
      cut: { size: 17, pieceBytes: 256 * KiB, count: 1 },
      files: [
        { path: ["trip"], name: "a.txt", size: 10, type: "text/plain", modified: 5, offset: 0 },
        { path: ["trip", "_"], name: ".._b", size: 0, type: "", offset: 10 },
        { path: ["trip"], name: "c", size: 7, type: "", offset: 10 },
      ],
    });
  });

  it("[F3] what breaks a bound is no offer", () => {
    const good = JSON.parse(writeManifest(id, key, [source("a", 10)])) as Record<string, unknown>;
    const read = (more: object) => readManifest(JSON.stringify({ ...good, ...more }));
    expect(read({})).toBeDefined();
    for (const bad of [
      { v: 2 },
      { id: "short" },
      { key: 5 },
      { name: 5 },
      { pieceBytes: 1000 },
      { pieceBytes: 2 * limits.pieceBytes },
      { pieceBytes: 0 },
      { files: [] },
      { files: [{ path: [], size: 1 }] },
      { files: [{ path: ["a"], size: -1 }] },
      { files: [{ path: ["a"], size: 1.5 }] },
      { files: [{ path: ["a"], size: 2 ** 53 }] },
      { files: [{ path: ["a"], size: 2 ** 52 }] },
      { files: [{ path: ["x".repeat(2000)], size: 1 }] },
      { files: [{ path: Array.from({ length: 33 }, () => "d"), size: 1 }] },
      { files: [{ path: ["a"], size: 1, type: 5 }] },
      { files: Array.from({ length: limits.transferFiles + 1 }, () => ({ path: ["a"], size: 1 })) },
    ])
      expect(read(bad), JSON.stringify(bad).slice(0, 80)).toBeUndefined();
    expect(readManifest("{")).toBeUndefined();
    expect(readManifest("null")).toBeUndefined();
    expect(() => writeManifest(id, key, [])).toThrow(RangeError);
  });

  it("[F4] pieces are small for small transfers, and never more than 65,536", () => {
    expect(pieceBytesFor(10)).toBe(256 * KiB);
    expect(pieceBytesFor(64 * MiB)).toBe(512 * KiB);
    expect(pieceBytesFor(8 * GiB)).toBe(MiB);
    expect(pieceBytesFor(64 * GiB)).toBe(MiB);
    expect(pieceBytesFor(64 * GiB + 1)).toBe(2 * MiB);
    expect(cutOf(0).count).toBe(0);
    const cut = cutOf(2.5 * MiB, MiB);
    expect([0, 1, 2, 3].map((piece) => lengthOf(cut, piece))).toEqual([MiB, MiB, MiB / 2, 0]);
    expect(piecesIn(cut, MiB - 1, 2)).toEqual([0, 1]);
    expect(piecesIn(cut, 5, 0)).toEqual([]);
    const small = writeManifest(
      id,
      key,
      Array.from({ length: 10_000 }, (_, i) => source(`${i}`, 10 * KiB)),
    );
    expect(readManifest(small)?.cut.count).toBe(196);
  });

  it("bits count what is in them, and leave out what is beyond", () => {
    const all = fullBits(11);
    expect([all.count, all.isFull, [...all.bytes]]).toEqual([11, true, [255, 224]]);
    const some = bits(11, new Uint8Array([128, 255]));
    expect([some.count, some.has(0), some.has(1), some.has(10), some.has(11)]).toEqual([
      4,
      true,
      false,
      true,
      false,
    ]);
    expect([some.add(0), some.add(1), some.add(11), some.add(-1), some.count]).toEqual([
      false,
      true,
      false,
      false,
      5,
    ]);
  });

  it("base64url is what everyone means by it", () => {
    for (let length = 0; length < 40; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 89 + length) & 255);
      expect(base64url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
      expect(fromBase64url(base64url(bytes))).toEqual(bytes);
    }
    expect(fromBase64url("a")).toBeUndefined();
    expect(fromBase64url("a+b=")).toBeUndefined();
  });
});

describe("what comes over the wire", () => {
  it("[F6] a block says what it is a part of; the first brings the proof", () => {
    const proof = new Uint8Array(96).fill(7);
    const first = { id, piece: 70_000, turn: 3, offset: 0, proof, bytes: Uint8Array.of(1, 2, 3) };
    expect(readBlock(writeBlock(first))).toEqual(first);
    const next = { ...first, offset: 65_536, proof: undefined };
    expect(readBlock(writeBlock(next))).toEqual(next);
    expect(writeBlock(first).length).toBe(29 + 96 + 3);
    expect(roomFor(65_536, 0) + 29 + 96).toBe(65_536);
    for (const bad of [
      new Uint8Array(),
      new Uint8Array(29),
      Uint8Array.of(2, ...new Uint8Array(200)),
      writeBlock(first).slice(0, 100),
    ])
      expect(readBlock(bad)).toBeUndefined();
  });

  it("[F3] messages that break a bound are none", () => {
    const good: object[] = [
      { type: "offer", text: "{}", signature: "s".repeat(86), giver: "g" },
      {
        type: "offer",
        text: "{}",
        signature: "s".repeat(86),
        giver: "g",
        to: ["a"],
        thumbnail: "data:image/png;base64,AA==",
      },
      { type: "field", id, have: "AA", answer: true },
      { type: "have", id, pieces: [0, 65_535] },
      { type: "ask", id, pieces: [1], urgent: true },
      { type: "unask", id },
      { type: "deny", id, pieces: [1] },
      { type: "ready", id },
      { type: "hold", id, held: true },
      { type: "state", id, state: "paused" },
      { type: "leave", id, code: "declined" },
    ];
    for (const one of good) expect(readMessage(one), JSON.stringify(one)).toBe(one);
    for (const bad of [
      undefined,
      null,
      [],
      "offer",
      { type: "toString" },
      { type: "offer", text: 5, signature: "s".repeat(86), giver: "g" },
      { type: "offer", text: "{}", signature: "short", giver: "g" },
      {
        type: "offer",
        text: "{}",
        signature: "s".repeat(86),
        giver: "g",
        thumbnail: "data:image/svg+xml;base64,AA==",
      },
      {
        type: "offer",
        text: "{}",
        signature: "s".repeat(86),
        giver: "g",
        thumbnail: "https://elsewhere.example/",
      },
      { type: "field", id, have: "a" },
      { type: "field", id, have: "A".repeat(20_000) },
      { type: "have", id, pieces: [] },
      { type: "have", id, pieces: [65_536] },
      { type: "have", id: "x", pieces: [1] },
      { type: "ask", id, pieces: Array.from({ length: 129 }, (_, i) => i) },
      { type: "ask", id, pieces: [0.5] },
      { type: "hold", id },
      { type: "state", id, state: "constructor" },
      { type: "leave", id, code: "Very Long <b>" },
    ])
      expect(readMessage(bad), JSON.stringify(bad)?.slice(0, 80)).toBeUndefined();
  });
});

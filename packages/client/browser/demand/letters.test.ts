import { runSeeds } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { encodeLetter, letterBytes, letterReader } from "./letters.ts";
import { decodeWord, encodeWord } from "./words.ts";

describe("letters", () => {
  it.each([0, 1, 47 * 1024 - 1, 47 * 1024, 47 * 1024 + 1, 300_000, letterBytes])(
    "[X162] of %i bytes come together byte for byte, in pieces that the post takes",
    (size) => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i * 31);
      const read = letterReader();
      const pieces = encodeLetter({ name: "größe", kind: "bytes", bytes });
      expect(pieces.every((piece) => piece.length <= 48 * 1024)).toBe(true);
      const letters = pieces.map(read);
      expect(letters.slice(0, -1).every((letter) => letter === undefined)).toBe(true);
      const whole = letters.at(-1);
      expect([whole?.name, whole?.kind]).toEqual(["größe", "bytes"]);
      expect(Buffer.from(whole?.bytes ?? []).equals(bytes)).toBe(true);
    },
  );

  it("[X162] a piece without its begin, one of another kind and too many of them are dropped, and the next letter is read", () => {
    const read = letterReader();
    const [first, second] = encodeLetter({ name: "a", kind: "text", bytes: new Uint8Array(60_000) });
    if (!first || !second) throw new Error("two pieces");
    expect(read(second)).toBeUndefined();
    expect(read(Uint8Array.of())).toBeUndefined();
    expect(read(Uint8Array.of(3, 9, 0))).toBeUndefined();
    expect(read(Uint8Array.of(3, 0, 9, 1))).toBeUndefined();
    expect(read(Uint8Array.of(4, 0, 0))).toBeUndefined();
    read(first);
    for (let i = 0; i < 30; i++) expect(read(Uint8Array.from([0, ...first.subarray(1)]))).toBeUndefined();
    expect(read(second)).toBeUndefined();
    read(first);
    expect(read(second)?.bytes.length).toBe(60_000);
  });

  it("[X162] whatever comes is read without a throw", () => {
    runSeeds({ seeds: 2_000, env: process.env }, (random) => {
      const read = letterReader();
      for (let i = 0; i < 20; i++) {
        const piece = random.bytes(random.int(0, 12));
        if (piece.length > 2 && random.chance(0.7))
          piece.set([random.int(0, 3), random.int(0, 3), random.int(0, 3)]);
        const letter = read(piece);
        if (letter) expect(letter.bytes.length).toBeLessThanOrEqual(letterBytes);
      }
    });
  });
});

describe("what is said of a link", () => {
  it("[X152] is a verb and a number, and nothing else", () => {
    for (const verb of ["want", "here", "busy", "spare", "end", "ended", "keep"] as const)
      expect(decodeWord(encodeWord({ verb, number: 7 }))).toEqual({ verb, number: 7 });
    const bad = ["", "7", "null", "[]", "{}", `{"end":0}`, `{"end":1.5}`, `{"end":"1"}`, `{"end":9e9}`];
    for (const text of [...bad, `{"burn":1}`, `{"end":1,"keep":1}`, `{"end":null}`, `{"__proto__":1}`])
      expect(decodeWord(new TextEncoder().encode(text)), text).toBeUndefined();
  });
});

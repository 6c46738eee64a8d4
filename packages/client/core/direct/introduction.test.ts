import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findIntroduction, readIntroduction, writeIntroduction } from "./introduction.ts";
import { sampleAnswer, sampleInvitation, sampleSide } from "./sample.fixture.ts";

const text = writeIntroduction(sampleInvitation());

describe("the text that introduces a page", () => {
  it("[O1] says what it is, in plain letters, and comes back as it was", () => {
    expect(text).toMatch(/^INV1[\w-]+$/);
    expect(readIntroduction(text)).toEqual(sampleInvitation());
    const answer = writeIntroduction(sampleAnswer());
    expect(answer).toMatch(/^ANS1[\w-]+$/);
    expect(readIntroduction(answer)).toEqual(sampleAnswer());
  });

  it.each([
    ["a link", `https://meet.example.org/direct#${text}`],
    ["a sentence around it", `Hi Bo, here it is: ${text}. See you!`],
    ["words that follow without a sign between", `${text}\nGreetings, Ada`],
    ["lines of a mail, quoted", `> ${text.match(/.{1,60}/g)?.join("\n> ")}`],
    ["breaks that nobody sees", text.split("").join("\u200b")],
    ["spaces around", `  \t${text}\r\n`],
  ])("[O1] is found in %s", (_, pasted) => {
    expect(findIntroduction(pasted)).toEqual({ kind: "invitation", text });
    expect(readIntroduction(pasted)).toEqual(sampleInvitation());
  });

  it("[O2] fits into one code of 57 by 57 modules, with two addresses hidden or of IPv6", () => {
    const long = "d4c9a9b1-0f3e-4c55-9f3a-0123456789ab.local";
    const sides = [
      sampleSide({ kind: "host", address: long, port: 1 }),
      sampleSide({ kind: "host", address: "2001:db8:0:1:2:3:4:5", port: 65_535 }),
    ];
    // ISO/IEC 18004, table 7: version 10 at level M holds 213 bytes.
    for (const side of sides)
      expect(writeIntroduction(sampleInvitation(side)).length).toBeLessThanOrEqual(213);
    expect(writeIntroduction(sampleAnswer()).length).toBeLessThan(130);
  });

  it("[O4] every changed letter is noticed", () => {
    const wrong = [...text].flatMap((letter, i) => {
      if (i < 4) return [];
      const other = letter === "A" ? "B" : "A";
      const read = readIntroduction(text.slice(0, i) + other + text.slice(i + 1));
      return typeof read === "string" ? [] : [i];
    });
    // The last letter has bits that stand for nothing.
    expect(wrong.filter((i) => i < text.length - 1)).toEqual([]);
  });

  it("[O4] a missing end is told from wrong letters", () => {
    for (let length = 8; length < text.length; length++)
      expect(readIntroduction(text.slice(0, length))).toBe("text-cut");
    const swapped = text.slice(0, 50) + text[51] + text[50] + text.slice(52);
    expect(readIntroduction(swapped)).toBe("text-damaged");
  });

  it("[O4] nothing that is pasted fails, and nothing is read out of chance", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."AINVS1-_x9 "), maxLength: 400 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          letters,
          letters.map((rest) => `INV1${rest}`),
        ),
        (pasted) => {
          expect(typeof readIntroduction(pasted)).toBe("string");
        },
      ),
      { numRuns: 500 },
    );
    expect(readIntroduction(`INV1${"_".repeat(5_000_000)}`)).toBe("text-damaged");
    expect(readIntroduction(`${" ".repeat(5_000_000)}INV1`)).toBe("text-unknown");
  });

  it("[O5] what is none, and what comes from a later version", () => {
    expect(readIntroduction("")).toBe("text-unknown");
    expect(readIntroduction("Hello Bo, call me.")).toBe("text-unknown");
    expect(readIntroduction("https://meet.example.org/r/tea#k=AAAAAAAAAAAAAAAAAAAAAA")).toBe("text-unknown");
    expect(readIntroduction(`INV2${text.slice(4)}`)).toBe("text-newer");
  });
});

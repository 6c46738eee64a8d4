import { describe, expect, it } from "vitest";
import { answerMost, dataHeaders, type Facts, playerPage, rangeOf } from "./answer.ts";

const film: Facts = { size: 5_000_000, type: "video/mp4", look: "film", name: "a.mp4" };
const part = (start: number, end: number) => ({ kind: "part", start, end });

describe("what the player's worker answers", () => {
  it("[W87] parts of a file as they are asked for, never much at once", () => {
    expect(rangeOf("bytes=0-1", 100)).toEqual(part(0, 2));
    expect(rangeOf("bytes=10-", 100)).toEqual(part(10, 100));
    expect(rangeOf("bytes=90-200", 100)).toEqual(part(90, 100));
    expect(rangeOf("bytes=-10", 100)).toEqual(part(90, 100));
    expect(rangeOf("bytes=-1000", 100)).toEqual(part(0, 100));
    expect(rangeOf("bytes=0-", film.size)).toEqual(part(0, answerMost));
    expect(rangeOf("bytes=4000000-4999999", film.size)).toEqual(part(4_000_000, 4_000_000 + answerMost));
  });

  it("[W87] what is beyond the end is said to be, and what is no range gets the whole", () => {
    expect(rangeOf("bytes=100-", 100)).toEqual({ kind: "beyond" });
    expect(rangeOf("bytes=-0", 100)).toEqual({ kind: "beyond" });
    expect(rangeOf("bytes=0-", 0)).toEqual({ kind: "beyond" });
    for (const header of [null, "", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "pieces=0-1", "bytes=a-b"])
      expect(rangeOf(header, 100), String(header)).toEqual({ kind: "whole" });
  });

  it("[W87] headers say which part it is", () => {
    expect(dataHeaders(film, rangeOf("bytes=0-1", film.size))).toMatchObject({
      "content-range": "bytes 0-1/5000000",
      "content-length": "2",
      "accept-ranges": "bytes",
    });
    expect(dataHeaders(film, { kind: "beyond" })["content-range"]).toBe("bytes */5000000");
    expect(dataHeaders(film, { kind: "whole" })["content-length"]).toBe("5000000");
  });

  it("[W86] nothing that is answered may load or run anything, or be taken for something else", () => {
    const headers = dataHeaders(film, { kind: "whole" });
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).toContain("sandbox");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-type"]).toBe("video/mp4");
    const evil = { ...film, name: `"><script>alert('1')</script>&` };
    const page = playerPage(evil, "/files/data/x", "/files/player.css");
    expect(page).not.toContain("<script");
    expect(page).toContain("&#60;script&#62;");
  });
});

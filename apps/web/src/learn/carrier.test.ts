import { describe, expect, it } from "vitest";
import { isCode, newCode, readMessage, readText } from "./carrier.ts";

describe("texts over the bare socket", () => {
  it("[B2] are told apart by their first word, whatever they hold", () => {
    expect(readText('server {"type":"other-came"}')).toEqual({ word: { type: "other-came" } });
    expect(readText('other server {"type":"closing"}')).toEqual({ text: 'server {"type":"closing"}' });
    expect(readText("other ")).toEqual({ text: "" });
    for (const text of ["", "server {", "nothing"]) expect(readText(text)).toBeUndefined();
  });

  it("[B12] from the other side are taken only when they are a description or a candidate", () => {
    const description = { type: "offer", sdp: "v=0" };
    expect(readMessage(JSON.stringify({ description }))).toEqual({ description });
    const candidate = { candidate: "candidate:1", sdpMid: "0" };
    expect(readMessage(JSON.stringify({ candidate }))).toEqual({ candidate });
    const bad = [
      ...[
        "",
        "{",
        "null",
        "7",
        "[]",
        "{}",
        '{"description":null}',
        '{"description":{"type":"rollback","sdp":""}}',
      ],
      ...['{"description":{"type":"offer"}}', '{"candidate":"x"}', '{"candidate":{"candidate":7}}'],
    ];
    for (const text of bad) expect(readMessage(text), text).toBeUndefined();
  });

  it("[B1] go by a code that the server takes and nobody guesses", () => {
    const codes = new Set(Array.from({ length: 50 }, newCode));
    expect(codes.size).toBe(50);
    for (const code of codes) expect(isCode(code), code).toBe(true);
    for (const code of ["", "short", "ABCDEFGHIJKLMNOP", "aaaaaaaaaaaaaaa1"])
      expect(isCode(code)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { readTogether, type Together, togetherText } from "./together.ts";

describe("what two pages tell each other of an experiment", () => {
  it("[B90] arrives as it was sent", () => {
    const all: readonly Together[] = [
      { kind: "invite", id: "glare", isRun: true },
      { kind: "join", id: "glare" },
      { kind: "decline", id: "mdns" },
      { kind: "did", move: 12 },
      { kind: "leave" },
    ];
    for (const word of all) expect(readTogether(togetherText(word))).toEqual(word);
  });

  it("[B12] is nothing else", () => {
    const bad = [
      ...[
        "",
        "{",
        "null",
        '{"description":{"type":"offer","sdp":""}}',
        '{"together":null}',
        '{"together":7}',
      ],
      ...['{"together":{"kind":"invite","id":"fork-bomb"}}', '{"together":{"kind":"did","move":"1"}}'],
      `{"together":{"kind":"leave"},"x":"${"x".repeat(300)}"}`,
    ];
    for (const text of bad) expect(readTogether(text), text).toBeUndefined();
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { foldLines, unfoldLines } from "./folded-lines.ts";
import { forwardingLimits, parseToForwarder, writeForwarding } from "./forwarding.ts";

const recorded = readFileSync(
  new URL("../../forwarder/core/sdp/recorded/chromium-156.sdp", import.meta.url),
  "utf8",
).replaceAll(/\r?\n/g, "\r\n");
/** A browser's offer with so many lines for pictures. */
const offerWith = (lines: number): string => {
  const [head = "", ...sections] = recorded.split(/^(?=m=)/m);
  const picture = sections.find((section) => section.startsWith("m=video")) ?? "";
  const copies = Array.from({ length: lines }, (_, at) => picture.replace(/^a=mid:.*$/m, `a=mid:p${at}`));
  return [head, ...sections, ...copies].join("");
};

describe("descriptions with many lines", () => {
  it("[X220] a text that repeats itself is folded and unfolded as it was, whatever it is", () => {
    for (const text of ["", "\r\n", "a", "a\r\nb\r\na\r\nb\r\nb\r\n", "a\nb\r\r\n", recorded, offerWith(25)])
      expect(unfoldLines(foldLines(text), Number.POSITIVE_INFINITY)).toBe(text);
    expect(foldLines("a\r\nb\r\na\r\nb\r\nc").runs).toEqual([0, 2, 0, 3]);
  });

  it("[X220] an offer with places for 25 pictures is more than a signal holds, and travels folded in a sixth of it", () => {
    const sdp = offerWith(25);
    const offer = { type: "offer", connection: 0, n: 0, sdp, sends: {} } as const;
    expect(JSON.stringify(offer).length).toBeGreaterThan(forwardingLimits.messageBytes);
    const text = writeForwarding(offer);
    expect(text.length).toBeLessThan(forwardingLimits.messageBytes / 3);
    const read = parseToForwarder(text);
    if (read?.type !== "offer") throw new Error("no offer");
    expect(unfoldLines(read.sdp, forwardingLimits.descriptionCharacters)).toBe(sdp);
    // What fits goes as it always did: older servers read it.
    const small = { ...offer, sdp: recorded };
    expect(writeForwarding(small)).toBe(JSON.stringify(small));
  });

  it("[X221] what is no folded text, or unfolds to too much, gives nothing, without being built", () => {
    const lines = ["a".repeat(1_000)];
    expect(unfoldLines({ lines, runs: [0, 1] }, 1_000)).toHaveLength(1_000);
    expect(unfoldLines({ lines, runs: [0, 1] }, 999)).toBeUndefined();
    expect(unfoldLines(lines[0] as string, 999)).toBeUndefined();
    expect(unfoldLines({ lines, runs: Array(20_000).fill([0, 1]).flat() }, 512 * 1024)).toBeUndefined();
    for (const runs of [[0], [1, 1], [0, 2], [0, 0], [-1, 1], [0, 1e15]])
      expect(unfoldLines({ lines, runs }, 10_000)).toBeUndefined();
    expect(unfoldLines({ lines: [""], runs: Array(2_000).fill([0, 1]).flat() }, 1_000)).toBeUndefined();
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOnlyEmoji, textParts } from "./chat-text.ts";

const links = (text: string) =>
  textParts(text).flatMap((part) => (part.kind === "link" ? [[part.text, part.href]] : []));

describe("what people write", () => {
  it("[W51] has links that can be followed, without the end of their sentence", () => {
    expect(links("see https://example.org/a?b=c#d.")).toEqual([
      ["https://example.org/a?b=c#d", "https://example.org/a?b=c#d"],
    ]);
    expect(links("(at www.example.org/x)")).toEqual([["www.example.org/x", "https://www.example.org/x"]]);
    expect(links("https://en.example.org/wiki/Tea_(drink)")).toEqual([
      ["https://en.example.org/wiki/Tea_(drink)", "https://en.example.org/wiki/Tea_(drink)"],
    ]);
    expect(links("http://a.example, https://b.example!")).toHaveLength(2);
  });

  it("[W51] has no other kind of link", () => {
    expect(links("javascript:alert(1) data:text/html,x file:///etc example.org mailto:a@b.example")).toEqual(
      [],
    );
  });

  it("[W51] loses no letter", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.webUrl(),
            fc.constantFrom("https://", "www.", ").", " ", "\n", "http://[", "'"),
          ),
        ),
        (pieces) => {
          const text = pieces.join("");
          expect(
            textParts(text)
              .map((part) => part.text)
              .join(""),
          ).toBe(text);
        },
      ),
    );
  });

  it("is large when it is nothing but a few emoji", () => {
    expect(["👍", "🎉 🎉", "👩‍🚀🇩🇪❤️"].map(isOnlyEmoji)).toEqual([true, true, true]);
    expect(["", "ok 👍", "👍👍👍👍", "5", "#"].map(isOnlyEmoji)).toEqual([false, false, false, false, false]);
  });
});

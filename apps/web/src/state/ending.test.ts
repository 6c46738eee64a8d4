import { describe, expect, it } from "vitest";
import { endingFor } from "./ending.ts";

describe("endings", () => {
  const codes = [
    "left",
    "removed",
    "room-ended",
    "room-full",
    "locked",
    "wrong-key",
    "bad-link",
    "no-such-room",
    "unreachable",
    "replaced",
    "seat-taken",
    "too-old",
    "old-browser",
    "insecure-page",
    "timeout",
    "too-many",
    "not-found",
  ];

  it("[W34] each says what happened, what it means, and one thing to do", () => {
    for (const code of codes) {
      const ending = endingFor({ code });
      expect(ending.title, code).not.toBe(endingFor({ code: "something-new" }).title);
      expect(ending.meaning, code).toMatch(/\.$/);
      expect(ending.actionLabel, code).not.toBe("");
    }
  });

  it("[W34] one that the page has no words for is told in the server's", () => {
    expect(
      endingFor({ code: "too-slow", detail: "It can't keep up.", hint: "Try another network." }),
    ).toMatchObject({
      code: "too-slow",
      meaning: "It can't keep up. Try another network.",
      action: "retry",
    });
    expect(endingFor({ code: "internal" }).meaning).toBe("");
  });

  it("says of an incomplete link that it is the link", () => {
    for (const code of ["wrong-key", "bad-link"])
      expect(endingFor({ code }).title).toMatch(/link is incomplete/);
  });
});

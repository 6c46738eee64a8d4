import { describe, expect, it } from "vitest";
import { makePrivateLink, parseRoomLink } from "./link-text.ts";

const read = (link: string): unknown => {
  try {
    return parseRoomLink(link);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("a room's link", () => {
  it("[P18] has server, name, and in a private room the secret", () => {
    expect(read("https://meet.example.org/r/standup")).toEqual({
      server: "https://meet.example.org",
      name: "standup",
      secret: undefined,
      href: "https://meet.example.org/r/standup",
    });
    expect(read("http://localhost:3000/meet/r/den/?name=Ada&join=now#k=AAAAAAAAAAAAAAAAAAAAAA")).toEqual({
      server: "http://localhost:3000/meet",
      name: "den",
      secret: new Uint8Array(16),
      href: "http://localhost:3000/meet/r/den#k=AAAAAAAAAAAAAAAAAAAAAA",
    });
  });

  it("[P18] is refused as bad-link when it is none, or its secret is damaged", () => {
    for (const link of [
      "",
      "standup",
      "https://meet.example.org/",
      "https://meet.example.org/r/",
      "https://meet.example.org/r/Not%20a%20name",
      "https://meet.example.org/r/-x",
      "https://meet.example.org/r/a/b",
      "ftp://meet.example.org/r/den",
      "https://meet.example.org/r/den#k=",
      "https://meet.example.org/r/den#k=AAAA",
      "https://meet.example.org/r/den#k=AAAAAAAAAAAAAAAAAAAAAAAA",
      "https://meet.example.org/r/den#k=AAAAAAAAAAA!AAAAAAAAAA",
    ]) {
      expect([link, read(link)]).toEqual([link, "bad-link"]);
    }
  });

  it("[P19] to a fresh private room has a name and a secret that nobody can guess", () => {
    const links = Array.from({ length: 200 }, () =>
      parseRoomLink(makePrivateLink("https://meet.example.org/")),
    );
    expect(new Set(links.map(({ name }) => name)).size).toBe(200);
    expect(new Set(links.map(({ secret }) => String(secret))).size).toBe(200);
    for (const { name, secret, server } of links) {
      expect(name).toMatch(/^[a-km-np-z2-9]{10}$/);
      expect(secret).toHaveLength(16);
      expect(server).toBe("https://meet.example.org");
    }
  });
});

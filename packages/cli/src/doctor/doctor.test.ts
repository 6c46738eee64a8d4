import { describe, expect, it } from "vitest";
import { readRequest } from "./doctor.ts";

describe("what parlour doctor is asked for", () => {
  it.each([
    [["--jsn"], /^There is no flag --jsn\. parlour doctor --help/],
    [["--ca"], /^--ca needs a value/],
    [["ftp://a.example"], /^"ftp:\/\/a\.example" is not the address of a server\. For example:/],
    [["a.example", "b.example"], /^One address at a time/],
  ])("[H35] %j is answered by one line", (words, line) => {
    expect(readRequest(words, {})).toMatchObject({ kind: "problem", line: expect.stringMatching(line) });
  });

  it("[H35] takes links, names, and without any the settings of this machine", () => {
    const url = (words: string[], environment = {}) => {
      const request = readRequest(words, environment);
      return request.kind === "look" ? request.target.url : request;
    };
    expect(url(["https://meet.example.org/r/tea#k=abc"])).toBe("https://meet.example.org");
    expect(url(["meet.example.org"])).toBe("https://meet.example.org");
    expect(url(["http://[::1]:3000"])).toBe("http://[::1]:3000");
    expect(url(["https://meet.example.org/"])).toBe("https://meet.example.org");
    expect(url(["https://meet.example.org/new"])).toBe("https://meet.example.org");
    expect(url([])).toBe("http://localhost:3000");
    expect(url([], { PARLOUR_DOMAIN: "meet.example.org" })).toBe("https://meet.example.org");
    expect(url([], { PARLOUR_PORT: "8443", PARLOUR_TLS: "self" })).toBe("https://localhost:8443");
  });

  it.each([
    ["https://example.org/meet", "https://example.org/meet"],
    ["example.org/meet/", "https://example.org/meet"],
    ["https://example.org/a/meet/r/tea#k=abc", "https://example.org/a/meet"],
    ["https://example.org/r/r/tea", "https://example.org/r"],
  ])("[H75] takes %s to be the server at %s", (typed, url) => {
    expect(readRequest([typed], {})).toMatchObject({ kind: "look", target: { url, host: "example.org" } });
  });
});

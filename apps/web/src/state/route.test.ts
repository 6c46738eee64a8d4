import { describe, expect, it } from "vitest";
import { routeOf } from "./route.ts";

const at = (path: string) => routeOf(`https://meet.example${path}`);

describe("addresses", () => {
  it("[W3] knows home, /new, rooms, and says of anything else that it is nothing", () => {
    expect(at("/")).toEqual({ page: "home" });
    expect(at("/?from=mail")).toEqual({ page: "home" });
    expect(at("/new")).toEqual({ page: "new" });
    expect(at("/inspect")).toEqual({ page: "inspect" });
    expect(at("/r/den")).toMatchObject({ page: "room", name: "den" });
    expect(at("/r/den/")).toMatchObject({ page: "room", name: "den", link: "https://meet.example/r/den" });
    for (const path of ["/r/", "/r/a/b", "/rooms", "/news", "/r"]) {
      expect(at(path)).toEqual({ page: "unknown", path });
    }
  });

  it("[B7] knows the workbench, and the other side of one that was shared", () => {
    expect(at("/learn")).toEqual({ page: "learn", code: undefined });
    expect(at("/learn/?with=abcd#term-ice")).toEqual({ page: "learn", code: "abcd" });
    expect(at("/learn/more")).toMatchObject({ page: "unknown" });
  });

  it("[O21] takes what stands after the # of /direct as an invitation", () => {
    expect(at("/direct")).toEqual({ page: "direct", pasted: "" });
    expect(at("/direct/#INV1abc-_")).toEqual({ page: "direct", pasted: "INV1abc-_" });
  });

  it("[W4] reads name, mic, camera and join from the query", () => {
    expect(at("/r/den?name=Ada%20L&mic=off&camera=off&join=now")).toMatchObject({
      query: { name: "Ada L", microphone: false, camera: false, joinsNow: true },
    });
    expect(at("/r/den")).toMatchObject({
      query: { name: undefined, microphone: true, camera: true, joinsNow: false },
    });
    expect(at("/r/den?mic=on&name=%20")).toMatchObject({ query: { name: undefined, microphone: true } });
  });

  it("[W5] hands the fragment on to the SDK untouched, and the query not at all", () => {
    expect(at("/r/den?join=now#k=s3cret")).toMatchObject({
      link: "https://meet.example/r/den#k=s3cret",
      hasSecret: true,
    });
    expect(at("/r/den#k=")).toMatchObject({ hasSecret: false });
    expect(at("/r/den#other")).toMatchObject({ hasSecret: false, link: "https://meet.example/r/den#other" });
  });

  it("takes a path that can't be decoded as it is", () => {
    expect(at("/r/%E0%A4%A")).toMatchObject({ page: "room", name: "%E0%A4%A" });
  });
});

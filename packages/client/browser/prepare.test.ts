import { describe, expect, it } from "vitest";
import { makePrivateLink } from "./link-text.ts";
import { prepareRoom } from "./prepare.ts";

describe("preparing to join", () => {
  it("[S64] has what the room needs there, and refuses what is no link", async () => {
    await prepareRoom(makePrivateLink("https://meet.example.org"));
    await prepareRoom("https://meet.example.org/r/den");
    await expect(prepareRoom("https://meet.example.org/den")).rejects.toMatchObject({ code: "bad-link" });
  });
});

import type { PeerId, Taker } from "@parlour/client";
import { describe, expect, it } from "vitest";
import { FakeGiving, FakeOffer, FakeTaking, offeredFile } from "../../../test/fake-files.ts";
import { FakePeer } from "../../../test/fake-room.ts";
import { canLookAt } from "./looking.ts";
import { givingView, offerView, pathOf, takingView } from "./views.ts";

const bo = new FakePeer("bo" as PeerId, "Bo");
const film = [offeredFile("film.mp4", 2_000_000_000)];

describe("cards of files", () => {
  it("[W81] an offer says what, how much, from whom, and what of it is here already", () => {
    const folder = [offeredFile("a", 600, { path: ["trip"] }), offeredFile("b", 400, { path: ["trip"] })];
    const offer = new FakeOffer("1", bo, folder);
    expect(offerView(offer)).toMatchObject({ name: "trip", facts: "1 kB · 2 files · from Bo", status: "" });
    offer.kept = 500;
    expect(offerView(offer).status).toBe("500 bytes are here already. Accepting goes on from there.");
    expect(pathOf(folder[0] ?? offeredFile("", 0))).toBe("trip/a");
  });

  it("[W82] a taking says how far it is, how fast, how long still, and why it stands still", () => {
    const taking = new FakeTaking("1", bo, film);
    const status = (state: FakeTaking["state"], progress: Partial<FakeTaking["progress"]> = {}) => {
      taking.state = state;
      taking.progress = {
        bytes: 1_000_000_000,
        total: 2_000_000_000,
        bytesPerSecond: 0,
        secondsLeft: undefined,
        peers: 1,
        ...progress,
      };
      return takingView(taking, undefined).status;
    };
    expect(status("taking", { bytesPerSecond: 2e7, secondsLeft: 50, peers: 3 })).toBe(
      "1 GB of 2 GB · 20 MB/s · 50 seconds left · from 3 people",
    );
    expect(status("taking")).toBe("1 GB of 2 GB");
    expect(status("paused")).toBe("Paused · 1 GB of 2 GB");
    expect(status("waiting")).toMatch(/^1 GB of 2 GB · Waiting for Bo/);
    expect(status("done")).toMatch(/^Received\. Others in the room/);
    expect(takingView(taking, undefined).bar).toBeUndefined();
    taking.state = "failed";
    expect(takingView(taking, { state: "failed", code: "file-changed" })).toMatchObject({
      status: "The file was changed at the giver meanwhile. Ask them to offer it again.",
      isBad: true,
    });
    expect(takingView(taking, { state: "failed", code: "constructor" }).status).toBe(
      "Something went wrong. Try it again.",
    );
  });

  it("[W84] a giving says to whom it is offered, how far each is, and when one may leave", () => {
    const giving = new FakeGiving("1", film);
    expect(givingView(giving, undefined).status).toMatch(/^Everyone here can take it/);
    expect(givingView(giving, "Bo").status).toBe("Offered to Bo");
    const states: readonly Taker["state"][] = ["offered", "taking", "paused", "done", "declined", "failed"];
    for (const [index, state] of states.entries())
      giving.takers.set(`${index}` as PeerId, { peer: bo, state, bytes: 5e8 });
    giving.progress = { ...giving.progress, bytesPerSecond: 3e6 };
    expect(givingView(giving, "Bo").status).toBe("Offered to Bo · 3 MB/s");
    expect(givingView(giving, undefined).takers.map(({ status }) => status)).toEqual([
      "has not answered yet",
      "25%",
      "paused at 25%",
      "has it",
      "declined",
      "could not take it",
    ]);
    giving.isSpread = true;
    expect(givingView(giving, undefined).status).toMatch(/you may leave/);
  });

  it("[W86] films and sounds play while they arrive, the rest is looked at when it is here", () => {
    const [picture, movie] = [offeredFile("a.png", 10), offeredFile("a.mp4", 10)];
    expect([canLookAt(picture, 9, "taking"), canLookAt(picture, 10, "taking")]).toEqual([
      undefined,
      "picture",
    ]);
    expect([canLookAt(movie, 0, "taking"), canLookAt(movie, 0, "failed")]).toEqual(["film", undefined]);
    expect(canLookAt(offeredFile("a.html", 1), 1, "done")).toBeUndefined();
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { makePrivateLink } from "../link-text.ts";
import { join, next, origin, texts, until, withServer, world } from "./real-server.fixture.ts";

withServer();
afterEach(() => world.unblock());

describe("two pages of a private room that reach each other only by the server", () => {
  it("[Z30] what is said gets there, once, and private messages alone where they should", async () => {
    world.block();
    const link = makePrivateLink(origin);
    const ada = await join(link, { name: "Ada" });
    const bo = await join(link, { name: "Bo" });
    const cy = await join(link, { name: "Cy" });
    await until(ada, "peer", () => ada.peers.size === 2);
    await ada.say("to everyone");
    await until(bo, "said", () => texts(bo).includes("to everyone"));
    await until(cy, "said", () => texts(cy).includes("to everyone"));
    const [toBo] = [...ada.peers.values()].filter(({ name }) => name === "Bo");
    if (!toBo) throw new Error("Bo is here");
    await ada.say("to Bo", { to: toBo });
    await until(bo, "said", () => texts(bo).includes("to Bo"));
    expect(bo.messages.at(-1)).toMatchObject({ to: bo.self.id, from: { name: "Ada" } });
    expect([...ada.peers.values()].every((peer) => peer.link.state !== "connected")).toBe(true);

    // When the links come after all, what went both ways is there once.
    world.unblock();
    await until(ada, "link", () => [...ada.peers.values()].every((peer) => peer.link.state === "connected"));
    const last = next(bo, "said", ({ text }) => text === "and over the link");
    await ada.say("and over the link");
    await last;
    expect(texts(bo).filter((text) => text === "to everyone")).toHaveLength(1);
    expect(texts(bo).filter((text) => text === "to Bo")).toHaveLength(1);
    expect(texts(cy)).not.toContain("to Bo");
  });
});

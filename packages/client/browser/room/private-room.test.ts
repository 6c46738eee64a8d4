import { describe, expect, it, vi } from "vitest";
import { makePrivateLink } from "../link-text.ts";
import { makeCard, openIdentity, roomSecret } from "../private/index.ts";
import { certificates, clearStage, join, links, record, seat, settle, socket } from "./stage.fixture.ts";

clearStage();

describe("a private room", () => {
  it("[P5] shows nobody where a card does not hold, and its seat appears once it does", async () => {
    const link = makePrivateLink("https://x.org");
    const { name, secret } = (await import("../link-text.ts")).parseRoomLink(link);
    const shared = await roomSecret(name, secret as Uint8Array<ArrayBuffer>);
    const { identity } = await openIdentity("bo", undefined, certificates, 0);
    const card = await makeCard(shared, identity, "Bo");
    const { name: _, ...bare } = seat("b", 1, { id: identity.id });
    const room = await join(
      {
        room: {
          name,
          visibility: "private",
          capacity: 2,
          topology: "mesh",
          locked: false,
          knock: false,
          hasPasscode: false,
        },
        peers: [bare, { ...seat("c", 2), card }],
      },
      {},
      link,
    );
    const seen = record(room);
    await settle();
    expect(room.peers.size).toBe(0);
    expect(links).toHaveLength(0);
    expect((await room.inspect()).events.filter(({ event }) => event === "card-refused")).toHaveLength(2);
    socket().say({ type: "changed", peer: { ...bare, card } });
    await vi.waitFor(() => expect(room.peers.size).toBe(1));
    expect(room.peers.get(identity.id)?.name).toBe("Bo");
    expect(seen).toContain("peer Bo");
    expect(seen).toContain("notice Bo joined");
    const described = (fingerprint: string) => `v=0\r\na=fingerprint:${fingerprint}\r\n`;
    expect(links[0]?.setup.isTheirs?.(described(identity.fingerprint))).toBe(true);
    expect(links[0]?.setup.isTheirs?.(described("sha-256 00"))).toBe(false);
    socket().say({ type: "left", id: identity.id, reason: "timeout" });
    await settle();
    expect(seen).toContain("notice Bo lost the connection");
  });

  it("[P4] says hello with the seat's id, the check value and a sealed card, and without a name", async () => {
    const link = makePrivateLink("https://x.org");
    await join({}, { name: "Ada Lovelace" }, link);
    const hello = socket().frames[0] as Record<string, string>;
    expect(hello).toMatchObject({
      type: "hello",
      id: expect.any(String),
      key: expect.any(String),
      card: expect.any(String),
    });
    expect(hello["name"]).toBeUndefined();
    const all = JSON.stringify(socket().sent);
    expect(all).not.toContain("Lovelace");
    expect(all).not.toContain(link.split("#k=")[1]);
  });
});

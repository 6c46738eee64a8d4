import { encodeSignal } from "@parlour/protocol";
import { describe, expect, it, vi } from "vitest";
import {
  clearStage,
  hub,
  join,
  links,
  media,
  record,
  seat,
  settle,
  socket,
  welcome,
} from "./stage.fixture.ts";

clearStage();

describe("links", () => {
  it("[S43] are offered by the newcomer, who is impolite, with the page's ICE servers", async () => {
    await join({ you: seat("m", 5), peers: [seat("b", 1)] });
    socket().say({ type: "joined", peer: seat("c", 6) });
    await settle();
    expect(links.map(({ setup }) => setup.sealer)).toEqual(links.map(() => undefined));
    expect(links.map(({ setup }) => [setup.isPolite, setup.makesFirstOffer])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(links[0]?.setup.iceServers).toEqual([{ urls: ["stun:here"] }]);
  });

  it("[S70] take the ICE servers that the server sends later", async () => {
    await join({ peers: [seat("b", 1)] });
    const fresh = [{ urls: ["turn:here"], username: "2:b", credential: "other" }];
    socket().say({ type: "ice-servers", iceServers: fresh });
    socket().say({ type: "joined", peer: seat("c", 6) });
    await settle();
    expect(links.map(({ setup }) => setup.iceServers)).toEqual([fresh, fresh]);
  });

  it("[S44][S111] carry signals to and from the seat by its number", async () => {
    await join({ peers: [seat("b", 1), seat("c", 2)] });
    const payload = Uint8Array.of(1, 2, 3);
    expect(links[1]?.setup.send(payload)).toBe(true);
    expect(socket().sent.at(-1)).toEqual(encodeSignal(2, payload));
    socket().onmessage?.({ data: encodeSignal(1, payload).buffer });
    socket().onmessage?.({ data: encodeSignal(9, payload).buffer });
    await settle();
    expect(links.map(({ did }) => did)).toEqual([["receive 1,2,3"], []]);
    socket().onclose?.({ code: 1006 });
    expect(links[1]?.setup.send(payload)).toBe(false);
  });

  it("[X68] are not what signals of seat 0 are for: those are the room's media engine's", async () => {
    await join({ peers: [seat("b", 1)] });
    socket().onmessage?.({ data: encodeSignal(0, Uint8Array.of(7)).buffer });
    await settle();
    expect([media, links[0]?.did]).toEqual([["add b", "receive 7"], []]);
  });

  it("[S45] stay while the server is away, and take up where they were", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const seen = record(room);
    const peer = [...room.peers.values()][0];
    await settle();
    socket().onclose?.({ code: 1006 });
    await settle();
    expect(room.state).toBe("recovering");
    expect(links).toHaveLength(1);
    const before = socket();
    await vi.waitFor(() => expect(socket()).not.toBe(before), { timeout: 2_000 });
    socket().open();
    socket().say(welcome({ peers: [seat("b", 1)], resumed: true }));
    await settle();
    expect(room.state).toBe("live");
    expect(links).toHaveLength(1);
    expect(links[0]?.did).toEqual(["resync"]);
    expect([...room.peers.values()][0]).toBe(peer);
    expect(seen.filter((event) => event.startsWith("peer"))).toEqual([]);
  });

  it("[S72] have the server asked for a sign of life when they lose their connection", async () => {
    await join({ peers: [seat("b", 1)] });
    links[0]?.says("connection-state", "disconnected");
    expect(socket().frames.at(-1)).toEqual({ type: "ping" });
  });

  it("[S72] have signaling made anew when nothing comes over them, and the server does not answer either", async () => {
    await join({ peers: [seat("b", 1)] });
    const before = socket();
    await vi.waitFor(
      () => {
        links[0]?.says("quiet", "disconnected");
        expect(socket()).not.toBe(before);
      },
      { timeout: 5_000 },
    );
    expect(before.frames.at(-1)).toEqual({ type: "ping" });
  });

  it("[S46] are made anew for a reloaded page, under the same peer", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const peer = [...room.peers.values()][0];
    const seen = record(room);
    socket().say({ type: "changed", peer: seat("b", 1, { presence: "away" }) });
    await settle();
    expect(media).toEqual(["add b", "hide b"]);
    expect(peer?.presence).toBe("away");
    expect(links[0]?.did).toEqual([]);
    socket().say({ type: "changed", peer: seat("b", 1, { epoch: "n".repeat(16) }) });
    await settle();
    expect(links[0]?.did.at(-1)).toBe("close page");
    expect(links).toHaveLength(2);
    expect(links[1]?.setup.pages?.other).toBe("n".repeat(16));
    expect(hub).toEqual(["add b", "remove b", "add b"]);
    expect([...room.peers.values()][0]).toBe(peer);
    expect(seen.filter((event) => event.startsWith("peer "))).toEqual([]);
  });

  it("[S47] are left alone while a peer is silent, and go on when it is back", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    socket().say({ type: "changed", peer: seat("b", 1, { presence: "silent" }) });
    await settle();
    expect(media).toEqual(["add b"]);
    expect([...room.peers.values()][0]?.presence).toBe("silent");
    socket().say({ type: "changed", peer: seat("b", 1) });
    await settle();
    expect(links).toHaveLength(1);
    expect(links[0]?.did).toEqual(["resync"]);
  });

  it("[S48] wait for a page that is away when this one comes in", async () => {
    const room = await join({ peers: [seat("b", 1, { presence: "away" })] });
    expect(links).toHaveLength(0);
    expect([...room.peers.values()][0]?.link.state).toBe("connecting");
    socket().say({ type: "changed", peer: seat("b", 1) });
    await settle();
    expect(links).toHaveLength(1);
  });

  it("[S49] are all made anew when this page comes back on another seat", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const peer = [...room.peers.values()][0];
    const before = socket();
    socket().onclose?.({ code: 1006 });
    await vi.waitFor(() => expect(socket()).not.toBe(before), { timeout: 2_000 });
    socket().open();
    socket().say(welcome({ you: seat("m", 9), peers: [seat("b", 1)] }));
    await settle();
    expect(links[0]?.did.at(-1)).toBe("close seat");
    expect(links).toHaveLength(2);
    expect([...room.peers.values()][0]).toBe(peer);
  });

  it("[S56] carry no media to a page that joined without", async () => {
    await join({ peers: [seat("b", 1, { capabilities: ["no-media"] }), seat("c", 2)] });
    expect(media).toEqual(["add c"]);
    expect(links.map(({ setup }) => Object.keys(setup.parts))).toEqual([["channels"], ["channels", "media"]]);
  });
});

import { refusal } from "@parlour/protocol";
import { describe, expect, it, vi } from "vitest";
import {
  clearStage,
  join,
  joinRoom,
  links,
  listened,
  media,
  record,
  seat,
  settle,
  socket,
} from "./stage.fixture.ts";

clearStage();

describe("joining", () => {
  it("[S40] tells whoever awaits the room everything from the welcome on: greeting and history", async () => {
    const said = { type: "said", seq: 1, at: 5, id: "m1", from: seat("b", 1).id, name: "b", text: "before" };
    const room = await join({ history: [said], peers: [seat("b", 1)] });
    expect(room.peers.size).toBe(1);
    const seen = record(room);
    await settle();
    expect(seen).toEqual(["notice Welcome.", "said before"]);
    expect(room.messages.map(({ text }) => text)).toEqual(["before"]);
  });

  it("[S41] rejects with aborted when it is called off, and leaves nothing behind", async () => {
    await expect(joinRoom("https://x.org/r/den", { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
    const controller = new AbortController();
    const joining = joinRoom("https://x.org/r/den", { signal: controller.signal, remember: "none" });
    await vi.waitFor(() => expect(socket().url).not.toBe(""));
    socket().open();
    controller.abort();
    await expect(joining).rejects.toMatchObject({ code: "aborted" });
    expect(socket().readyState).toBe(3);
  });

  it("[S41] is called off at once while the server is being asked", async () => {
    const before = socket();
    const controller = new AbortController();
    const joining = joinRoom("https://x.org/r/den", { signal: controller.signal, remember: "none" });
    await listened(before);
    socket().open();
    controller.abort();
    await expect(joining).rejects.toMatchObject({ code: "aborted" });
    expect(socket().readyState).toBe(3);
  });

  it("[S42] publishes what is given along before any link begins", async () => {
    const stream = {} as MediaStream;
    await join({ peers: [seat("b", 1)] }, { publish: [{ stream, source: "camera" }] });
    expect(media).toEqual(["publish camera", "add b"]);
    media.length = 0;
    const room = await join({ peers: [seat("b", 1)] }, { media: false });
    expect(media).toEqual([]);
    expect(socket().frames[0]).toMatchObject({ type: "hello", capabilities: ["no-media", "resting"] });
    await expect(room.publish(stream, { source: "camera" })).rejects.toMatchObject({ code: "bad-request" });
  });

  it("[P1] of a private room needs a secure page", async () => {
    const { crypto } = globalThis;
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: { getRandomValues: () => [] } });
    const joining = joinRoom("https://x.org/r/den#k=AAAAAAAAAAAAAAAAAAAAAA").catch((error) => error);
    Object.defineProperty(globalThis, "crypto", { configurable: true, value: crypto });
    expect(await joining).toMatchObject({ code: "insecure-page" });
  });
});

describe("the end", () => {
  it("[S50] comes with its reason, ends every link, and rejects what was not said yet", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const saying = room.say("hello").catch((error) => error);
    const seen: unknown[] = [];
    room.on("state", (...args) => seen.push(args));
    socket().say({ type: "closing", ...refusal("removed") });
    expect(await saying).toMatchObject({ code: "removed", hint: refusal("removed").hint });
    expect(seen).toEqual([["left", refusal("removed")]]);
    expect(links[0]?.did.at(-1)).toBe("close removed");
    expect(media).toContain("close");
    expect(room.peers.size).toBe(0);
    await expect(room.say("again")).rejects.toMatchObject({ code: "left" });
  });

  it("[S51] of another peer is told with its reason", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    const seen = record(room);
    await settle();
    socket().say({ type: "left", id: seat("b", 1).id, reason: "page" });
    await settle();
    expect(seen).toEqual(["notice Welcome.", "peer-left b page"]);
    expect(links[0]?.did.at(-1)).toBe("close page");
  });
});

describe("a page's own part", () => {
  it("[S52] rejects what can't be said before it asks the server", async () => {
    const room = await join();
    await expect(room.say("")).rejects.toMatchObject({ code: "bad-request" });
    await expect(room.say("a".repeat(4_001))).rejects.toMatchObject({ code: "too-long" });
    const refused = room.say("rude").catch((error) => error);
    await settle();
    const { id } = socket().frames.at(-1) as { id: string };
    socket().say({ type: "refused", ...refusal("profanity"), ref: id });
    expect(await refused).toMatchObject({ code: "profanity", hint: refusal("profanity").hint });
    expect(room.messages).toEqual([]);
  });

  it("[S53] keeps names of channels that start with parlour: to itself", async () => {
    const room = await join();
    expect(() => room.channel("parlour:chat")).toThrow(/parlour:/);
    expect(room.channel("cursors").name).toBe("cursors");
  });

  it("[S54] has every fault on demand", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    room.simulate("link-lost");
    await settle();
    expect(links[0]?.did.at(-1)).toBe("rebuild link-lost");
    expect(links[0]?.setup.rtc.iceTransportPolicy).toBeUndefined();
    room.simulate("relay-only");
    await settle();
    expect(links[0]?.did.at(-1)).toBe("rebuild relay-only");
    expect(links[0]?.setup.rtc.iceTransportPolicy).toBe("relay");
    room.simulate("signal-lost");
    await settle();
    expect(room.state).toBe("recovering");
  });

  it("[S55] can be looked into: what went over signaling, by type, and never what was in it", async () => {
    const room = await join({ peers: [seat("b", 1)] });
    room.say("a secret").catch(() => {});
    const { events, signaling, links: linked } = await room.inspect();
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["sent hello", "received welcome", "room-live", "sent say"]),
    );
    expect(JSON.stringify(events)).not.toContain("secret");
    expect(signaling).toMatchObject({ framesSent: 2, framesReceived: 1 });
    expect(linked).toMatchObject([{ peer: seat("b", 1).id, state: "connecting", stats: [] }]);
  });
});

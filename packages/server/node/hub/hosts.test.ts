import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@parlour/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { newKey, privatePage } from "../server/private.fixture.ts";
import { openHouse, type TestHouse, type TestVisitor, testClock } from "../server/visit.fixture.ts";

let house: TestHouse;
afterEach(() => house.close());

const from = (address: string) => ({ headers: { "x-forwarded-for": address } });

/** Ada, host, and Bob in a room. */
async function tea(...[options, internals]: Parameters<typeof openHouse>) {
  house = await openHouse(options, internals);
  const [ada, bob] = [await house.visit(), await house.visit()];
  const a = await ada.enter("tea", { name: "Ada" });
  const b = await bob.enter("tea", { name: "Bob" });
  await ada.next("joined");
  return { ada, bob, a, b };
}
/** Frames of that type that came and nobody took. */
const had = (visitor: TestVisitor, type: string) => visitor.frames.filter((frame) => frame.type === type);

describe("a host over sockets", () => {
  it("[G41] is answered in the order of asking, after everything that follows from it", async () => {
    const { ada, bob, b } = await tea();
    ada.send({ type: "set", passcode: "earl grey", title: "Club" });
    ada.send({ type: "hand-over", id: "x".repeat(22) });
    ada.send({ type: "set", locked: true });
    ada.send({ type: "hand-over", id: b.you.id });
    ada.send({ type: "set", locked: false });
    const answers: string[] = [];
    while (answers.length < 5) {
      const answer = await ada.answer();
      answers.push(answer.type === "done" ? answer.ref : `${answer.ref} ${answer.code}`);
    }
    expect(answers).toEqual(["set", "hand-over no-such-peer", "set", "hand-over", "set not-host"]);
    expect((await ada.next("room")).room).toMatchObject({ title: "Club", hasPasscode: true, locked: false });
    expect((await bob.next("room", ({ room }) => room.locked)).room.title).toBe("Club");
    expect((await (await house.visit()).knock("tea", { passcode: "earl grey" })).code).toBe("locked");
    expect(await bob.ask({ type: "set", locked: false })).toBe("done");
    expect((await (await house.visit()).knock("tea")).code).toBe("wrong-passcode");
    await (await house.visit()).enter("tea", { passcode: "earl grey" });
  });

  it("[G41] is told which of the frames was not understood", async () => {
    const { ada } = await tea();
    ada.socket.send(JSON.stringify({ type: "remove", id: "nobody" }));
    expect(await ada.next("refused")).toMatchObject({ code: "bad-frame", ref: "remove" });
    ada.send({ type: "set", title: "x".repeat(limits.titleCharacters + 1) });
    expect(await ada.next("refused")).toMatchObject({ code: "too-long", ref: "set" });
  });

  it("[G41] mutes one page, removes another's seat, hands over and ends the room", async () => {
    const { ada, bob, a, b } = await tea();
    const eve = await house.visit();
    const e = await eve.enter("tea", { name: "Eve" });
    expect(await ada.ask({ type: "mute", id: b.you.id, kind: "audio" })).toBe("done");
    expect(await bob.next("asked")).toEqual({ type: "asked", what: "mute", kind: "audio", by: a.you.id });
    expect(await eve.ask({ type: "remove", id: b.you.id })).toBe("not-host");
    expect(await ada.ask({ type: "remove", id: e.you.id })).toBe("done");
    expect((await eve.closed).is).toBe("removed");
    expect(await bob.next("left")).toMatchObject({ id: e.you.id, reason: "removed" });
    expect((await bob.next("notice", ({ event }) => event === "removed")).text).toBe(
      "Eve was removed by the host",
    );
    expect((await (await house.visit()).knock("tea", { token: e.token })).code).toBe("removed");
    expect(had(eve, "asked")).toEqual([]);
    expect(await ada.ask({ type: "hand-over", id: b.you.id })).toBe("done");
    bob.send({ type: "end" });
    expect((await ada.closed).is).toBe("room-ended");
    expect((await bob.closed).is).toBe("room-ended");
    expect((await house.fetch("/api/rooms/tea")).status).toBe(404);
  });

  it("[G42] may ask for so much at a time; a new passcode counts ten times", async () => {
    const { ada } = await tea({}, { rates: { hostFramesPerConnection: { burst: 12, perSecond: 0.001 } } });
    expect(await ada.ask({ type: "set", passcode: "earl grey" })).toBe("done");
    expect(await ada.ask({ type: "set", passcode: "assam" })).toBe("too-many");
    expect(await ada.ask({ type: "set", knock: true })).toBe("done");
    expect(await ada.ask({ type: "set", passcode: null })).toBe("done");
    expect(await ada.ask({ type: "set", knock: false })).toBe("too-many");
  });

  it("[G25] can't give a public room a title with words that it does not take", async () => {
    const { ada } = await tea();
    expect(await ada.ask({ type: "set", title: "fuck", knock: true })).toBe("profanity");
    await ada.settled();
    expect(had(ada, "room")).toEqual([]);
    const key = newKey();
    const shut = await house.visit();
    await shut.enter("shut", privatePage(key));
    expect(await shut.ask({ type: "set", title: "fuck" })).toBe("done");
  });

  it("[G41] finds everything as it was set after the server was started again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parlour-hosts-"));
    try {
      const { ada, a, b } = await tea({ data: folder });
      await ada.ask({ type: "set", title: "Club", passcode: "earl grey", locked: true, knock: true });
      await ada.ask({ type: "remove", id: b.you.id });
      await house.close();
      house = await openHouse({ data: folder });
      const back = await (await house.visit()).enter("tea", { token: a.token });
      expect(back).toMatchObject({
        you: { role: "host" },
        room: { title: "Club", locked: true, knock: true, hasPasscode: true },
        waiting: [],
      });
      expect((await (await house.visit()).knock("tea", { token: b.token })).code).toBe("removed");
      expect((await (await house.visit()).knock("tea", { passcode: "earl grey" })).code).toBe("locked");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("a private message in a public room", () => {
  it("[G43] reaches its receiver and its author alone, and is in no history", async () => {
    const { ada, bob, a, b } = await tea();
    const eve = await house.visit();
    await eve.enter("tea");
    ada.send({ type: "say", id: "message-1", text: "for Bob", to: b.you.id });
    const frame = { type: "whispered", id: "message-1", from: a.you.id, name: "Ada", to: b.you.id };
    expect(await ada.next("whispered")).toMatchObject({ ...frame, text: "for Bob" });
    expect(await bob.next("whispered")).toMatchObject({ ...frame, text: "for Bob" });
    await eve.settled();
    expect(JSON.stringify(eve.frames)).not.toContain("for Bob");
    const late = await (await house.visit()).enter("tea");
    expect(JSON.stringify(late)).not.toContain("for Bob");
  });

  it("[G43] is refused, to its author alone, when the other is not connected or words are not taken", async () => {
    const { ada, bob, a, b } = await tea();
    const say = async (id: string, to: string, text = "psst") => {
      ada.send({ type: "say", id, text, to });
      return (await ada.next("refused", ({ ref }) => ref === id)).code;
    };
    expect(await say("message-1", b.you.id, "fuck")).toBe("profanity");
    expect(await say("message-2", "x".repeat(22))).toBe("no-such-peer");
    expect(await say("message-3", a.you.id)).toBe("no-such-peer");
    await bob.settled();
    expect(had(bob, "whispered")).toEqual([]);
    bob.socket.close(1001);
    await ada.next("changed");
    expect(await say("message-4", b.you.id)).toBe("no-such-peer");
  });

  it("[G27] does not go through the server in a private room", async () => {
    house = await openHouse();
    const key = newKey();
    const [ada, bob] = [await house.visit(), await house.visit()];
    await ada.enter("shut", privatePage(key));
    const b = await bob.enter("shut", privatePage(key));
    ada.send({ type: "say", id: "message-1", text: "psst", to: b.you.id });
    expect(await ada.next("refused")).toMatchObject({ code: "unexpected", ref: "message-1" });
  });
});

describe("knocking over sockets", () => {
  it("[G44] keeps the connection open until the host decides", async () => {
    const { ada, bob } = await tea();
    await ada.ask({ type: "set", knock: true });
    const [joe, eve] = [await house.visit(), await house.visit()];
    await joe.waitAtDoor("tea", { name: "Joe" });
    const knock = await ada.next("knocking");
    expect(knock.peer).toEqual({ id: expect.any(String), name: "Joe" });
    await eve.waitAtDoor("tea", { name: "Eve" });
    const other = await ada.next("knocking");
    ada.send({ type: "say", id: "message-1", text: "before Joe" });
    await ada.next("accepted");
    expect(await ada.ask({ type: "admit", id: knock.peer.id })).toBe("done");
    const welcome = await joe.next("welcome");
    expect(welcome.you).toMatchObject({ id: knock.peer.id, name: "Joe", role: "member", number: 3 });
    expect(welcome.history.at(-1)).toMatchObject({ type: "said", text: "before Joe" });
    expect((await bob.next("joined")).peer).toEqual(welcome.you);
    expect(await ada.next("knock-ended")).toEqual({ type: "knock-ended", id: knock.peer.id });
    joe.signal(1, "hello");
    await ada.nextSignal();
    expect(await ada.ask({ type: "deny", id: other.peer.id })).toBe("done");
    expect((await eve.closed).is).toBe("denied");
    expect(had(bob, "knocking")).toEqual([]);
    // With the seat's token there is no need to knock again.
    joe.socket.close(1001);
    await joe.closed;
    expect((await (await house.visit()).enter("tea", { token: welcome.token })).resumed).toBe(true);
  });

  it("[G44] lets who waits do nothing but wait", async () => {
    const { ada, bob, b } = await tea();
    await ada.ask({ type: "set", knock: true });
    const joe = await house.visit();
    await joe.waitAtDoor("tea");
    const { peer } = await ada.next("knocking");
    for (const frame of [
      { type: "say", id: "message-1", text: "hello" },
      { type: "say", id: "message-1", text: "hello", to: b.you.id },
      { type: "admit", id: peer.id },
      { type: "hello", room: "tea", epoch: "e".repeat(16) },
    ] as const) {
      joe.send(frame);
      expect((await joe.next("refused")).code).toBe("unexpected");
    }
    joe.signal(2, "psst");
    expect((await joe.next("refused")).code).toBe("unexpected");
    await bob.settled();
    expect(bob.signals).toEqual([]);
    joe.send({ type: "leave" });
    expect(await ada.next("knock-ended")).toEqual({ type: "knock-ended", id: peer.id });
    expect((await joe.closed).is).toBe("left");
    expect(await ada.ask({ type: "admit", id: peer.id })).toBe("no-such-peer");
  });

  it("[G44] notices when who waits is gone without a word", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    const [ada, joe] = [await house.visit(), await house.visit()];
    await ada.enter("tea");
    await ada.ask({ type: "set", knock: true });
    await joe.waitAtDoor("tea");
    await ada.next("knocking");
    joe.isMute = true;
    for (let ms = 0; ms < limits.silentAfterMs + 4_000; ms += 2_000) {
      clock.advance(2_000);
      await ada.settled();
    }
    await ada.next("knock-ended");
    expect((await joe.closed).is).toBe("timeout");
  });

  it("[G44] shows the host of a private room a card that the server can't read", async () => {
    house = await openHouse();
    const key = newKey();
    const ada = await house.visit();
    await ada.enter("shut", privatePage(key));
    await ada.ask({ type: "set", knock: true });
    const page = privatePage(key);
    const joe = await house.visit();
    await joe.waitAtDoor("shut", page);
    expect((await ada.next("knocking")).peer).toEqual({ id: page.id, card: page.card });
    expect(await ada.ask({ type: "admit", id: page.id ?? "" })).toBe("done");
    expect((await joe.next("welcome")).you).toMatchObject({ id: page.id, card: page.card });
  });

  it("[G45] is limited: so many of one address at doors, so many knocks of one address in a while", async () => {
    house = await openHouse(
      { trustProxy: true },
      {
        limits: { waitingPerAddress: 2 },
        rates: { knocksPerAddress: { burst: 4, perSecond: 0.001 } },
      },
    );
    const ada = await house.visit(from("198.51.100.1"));
    await ada.enter("tea");
    await ada.ask({ type: "set", knock: true });
    const troll = () => house.visit(from("198.51.100.66"));
    const [one, two] = [await troll(), await troll()];
    await one.waitAtDoor("tea");
    await two.waitAtDoor("tea");
    const refusal = await (await troll()).knock("tea");
    expect(refusal).toMatchObject({ code: "too-many", retryAfterMs: expect.any(Number) });
    // Another address is not concerned.
    await (await house.visit(from("198.51.100.2"))).waitAtDoor("tea");
    for (const visitor of [one, two]) {
      visitor.socket.terminate();
      await ada.next("knock-ended");
    }
    await (await troll()).waitAtDoor("tea");
    await (await troll()).waitAtDoor("tea");
    for (let knocks = 0; knocks < 5; knocks++) {
      const { peer } = await ada.next("knocking");
      await ada.ask({ type: "deny", id: peer.id });
    }
    // The door is empty again, and yet this address has knocked too often.
    expect((await (await troll()).knock("tea")).code).toBe("too-many");
  });
});

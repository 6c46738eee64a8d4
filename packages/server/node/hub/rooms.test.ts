import { limits } from "@parlour/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { newKey, privatePage } from "../server/private.fixture.ts";
import { openHouse, type TestHouse, testClock } from "../server/visit.fixture.ts";

let house: TestHouse;
afterEach(() => house.close());

async function create(body: object): Promise<{ name: string; hostToken: string }> {
  const response = await house.fetch("/api/rooms", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { name: string; hostToken: string };
}

describe("rooms over sockets", () => {
  it("[G22] a room for two is full with two; who leaves makes room", async () => {
    house = await openHouse();
    await create({ name: "pair", capacity: 2 });
    const [ada, bob] = [await house.visit(), await house.visit()];
    await ada.enter("pair");
    await bob.enter("pair");
    const late = await house.visit();
    expect(await late.knock("pair")).toMatchObject({ code: "room-full", hint: "Wait until someone leaves." });
    expect((await late.closed).is).toBe("room-full");
    bob.send({ type: "leave" });
    await ada.next("left");
    expect((await (await house.visit()).enter("pair")).you.number).toBe(3);
  });

  it("[G22] a private room opens with its key alone, a public one without any", async () => {
    house = await openHouse();
    const key = newKey();
    const page = privatePage(key);
    const ada = await house.visit();
    const a = await ada.enter("shut", page);
    expect(a.you).toMatchObject({ id: page.id, card: page.card });
    expect(a.you).not.toHaveProperty("name");
    expect((await (await house.visit()).knock("shut", privatePage(newKey()))).code).toBe("wrong-key");
    expect((await (await house.visit()).knock("shut", { name: "Eve" })).code).toBe("wrong-key");
    expect((await (await house.visit()).knock("shut", { key })).code).toBe("bad-request");
    expect((await (await house.visit()).knock("shut", page)).code).toBe("seat-taken");
    await (await house.visit()).enter("open");
    expect((await (await house.visit()).knock("open", privatePage(key))).code).toBe("wrong-key");
    await ada.settled();
    expect(ada.frames.filter(({ type }) => type !== "pong")).toEqual([]);
  });

  it("[G22] the first key that enters a private room made over HTTP is its key", async () => {
    house = await openHouse();
    await create({ name: "shut", visibility: "private" });
    await (await house.visit()).enter("shut", privatePage(newKey()));
    expect((await (await house.visit()).knock("shut", privatePage(newKey()))).code).toBe("wrong-key");
  });

  it("[G22] a passcode is asked for, and a resumed seat needs none", async () => {
    house = await openHouse();
    await create({ name: "tea", passcode: "earl grey" });
    expect((await (await house.visit()).knock("tea")).code).toBe("wrong-passcode");
    expect((await (await house.visit()).knock("tea", { passcode: "coffee" })).code).toBe("wrong-passcode");
    const ada = await house.visit();
    const { token, you } = await ada.enter("tea", { passcode: "earl grey" });
    ada.socket.close(1001);
    await ada.closed;
    expect(await (await house.visit()).enter("tea", { token })).toMatchObject({
      resumed: true,
      you: { id: you.id },
    });
  });

  it("[G22] where joining makes no rooms, an unknown one is no-such-room", async () => {
    house = await openHouse({ createOnJoin: false });
    expect((await (await house.visit()).knock("tea")).code).toBe("no-such-room");
    await create({ name: "tea" });
    await (await house.visit()).enter("tea");
    expect(house.parlour.people).toBe(1);
  });

  it("[G23] after too many wrong guesses even the right passcode has to wait", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock, rates: { failedJoinsPerAddress: { burst: 3, perSecond: 0.1 } } });
    await create({ name: "tea", passcode: "earl grey" });
    const member = await house.visit();
    const { token } = await member.enter("tea", { passcode: "earl grey" });
    for (let i = 0; i < 3; i++) {
      expect((await (await house.visit()).knock("tea", { passcode: `guess ${i}` })).code).toBe(
        "wrong-passcode",
      );
    }
    const wait = await (await house.visit()).knock("tea", { passcode: "earl grey" });
    expect(wait).toMatchObject({ code: "too-many", retryAfterMs: 10_000 });
    // Who has a seat comes back to it all the same.
    member.socket.close(1001);
    await member.closed;
    expect((await (await house.visit()).enter("tea", { token })).resumed).toBe(true);
    clock.advance(10_000);
    await (await house.visit()).enter("tea", { passcode: "earl grey" });
    // Knowing it costs nothing.
    await (await house.visit()).enter("tea", { passcode: "earl grey" });
    expect(house.parlour.people).toBe(3);
  });

  it("[G23] guesses all at once are not checked all at once", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock, rates: { failedJoinsPerAddress: { burst: 3, perSecond: 0.1 } } });
    await create({ name: "tea", passcode: "earl grey" });
    const guessers = await Promise.all(Array.from({ length: 12 }, () => house.visit()));
    const answers = await Promise.all(
      guessers.map((guesser, i) => guesser.knock("tea", { passcode: `g${i}` })),
    );
    const checked = answers.filter(({ code }) => code === "wrong-passcode");
    expect(checked.length).toBeLessThanOrEqual(3);
    expect(answers.filter(({ code }) => code === "too-many").length).toBe(12 - checked.length);
  });

  it("[G24] what is said reaches everyone with time and number, and latecomers as history", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    const [ada, bob] = [await house.visit(), await house.visit()];
    const a = await ada.enter("tea", { name: "Ada" });
    await bob.enter("tea", { name: "Bob" });
    await ada.next("notice", ({ name }) => name === "Bob");
    ada.send({ type: "say", id: "message-1", text: "<b>hello</b> & 👋" });
    const accepted = await ada.next("accepted");
    const said = {
      type: "said",
      seq: accepted.seq,
      at: clock.now(),
      id: "message-1",
      from: a.you.id,
      name: "Ada",
      text: "<b>hello</b> & 👋",
    };
    expect(await ada.next("said")).toEqual(said);
    expect(await bob.next("said")).toEqual(said);
    ada.send({ type: "say", id: "message-1", text: "<b>hello</b> & 👋" });
    expect(await ada.next("accepted")).toEqual(accepted);
    const late = await (await house.visit()).enter("tea", { name: "Eve" });
    expect(late.history.map(({ type }) => type)).toEqual(["notice", "notice", "said"]);
    expect(late.history.at(-1)).toEqual(said);
    await bob.settled();
    expect(bob.frames.filter(({ type }) => type === "said")).toEqual([]);
  });

  it("[G25] profanity is told to its sender alone", async () => {
    house = await openHouse();
    const [ada, bob] = [await house.visit(), await house.visit()];
    await ada.enter("tea");
    await bob.enter("tea");
    ada.send({ type: "say", id: "message-1", text: "oh fuck" });
    expect(await ada.next("refused")).toMatchObject({ code: "profanity", ref: "message-1" });
    ada.send({ type: "say", id: "message-2", text: "oh dear" });
    expect((await bob.next("said")).text).toBe("oh dear");
    const late = await (await house.visit()).enter("tea");
    expect(JSON.stringify(late.history)).not.toContain("fuck");
  });

  it("[G25] names of people and of public rooms are held to the same", async () => {
    house = await openHouse();
    expect((await (await house.visit()).knock("tea", { name: "Sh1thead" })).code).toBe("profanity");
    expect((await (await house.visit()).knock("fuck-this")).code).toBe("profanity");
    await (await house.visit()).enter("scunthorpe", { name: "Dick Van Dyke" });
    expect(house.parlour.people).toBe(1);
  });

  it("[G26] a seat has the country of its address, and nobody sees the address", async () => {
    house = await openHouse({ trustProxy: true });
    const from = (address: string) => house.visit({ headers: { "x-forwarded-for": address } });
    const entered: Record<string, string | undefined> = {};
    const seen: string[] = [];
    for (const address of ["85.214.132.117", "2a00:1450:4001::1", "192.168.1.7", "10.1.2.3", "fd00::1"]) {
      const visitor = await from(address);
      const welcome = await visitor.enter("tea");
      entered[address] = welcome.you.country;
      visitor.send({ type: "say", id: "message-1", text: "hi" });
      await visitor.next("said");
      seen.push(JSON.stringify([welcome, visitor.frames]));
      expect(seen.join()).not.toContain(address);
    }
    expect(entered).toEqual({
      "85.214.132.117": "DE",
      "2a00:1450:4001::1": "IE",
      "192.168.1.7": undefined,
      "10.1.2.3": undefined,
      "fd00::1": undefined,
    });
  });

  it("[G27] a public room greets by name and country; a private one knows neither, and takes no chat", async () => {
    house = await openHouse({ trustProxy: true });
    const headers = { "x-forwarded-for": "85.214.132.117" };
    const ada = await house.visit({ headers });
    const { greeting } = await ada.enter("tea", { name: "Ada" });
    expect(greeting).toBe(
      "Welcome to tea. You are Ada from Germany. You are the first one here. You are the host.",
    );
    const bob = await (await house.visit()).enter("tea", { name: "Bob" });
    expect(bob.greeting).toBe("Welcome to tea. You are Bob. 2 people are here.");

    const eve = await house.visit({ headers });
    const welcome = await eve.enter("shut", { ...privatePage(newKey()), name: "Eve" });
    expect(welcome).not.toHaveProperty("greeting");
    expect(welcome.you).not.toHaveProperty("country");
    expect(welcome.you).not.toHaveProperty("name");
    eve.send({ type: "say", id: "message-1", text: "hello" });
    expect(await eve.next("refused")).toMatchObject({ code: "unexpected", ref: "message-1" });
  });

  it("[G28] a destroyed room closes everyone in it, and its name is free", async () => {
    house = await openHouse();
    const { hostToken } = await create({ name: "tea" });
    const [ada, bob] = [await house.visit(), await house.visit()];
    expect((await ada.enter("tea")).you.role).toBe("host");
    expect((await bob.enter("tea", { hostToken })).you.role).toBe("host");
    expect((await ada.next("changed")).peer.role).toBe("member");
    bob.send({ type: "say", id: "message-1", text: "gone with the room" });
    await bob.next("said");
    const ended = await house.fetch("/api/rooms/tea", {
      method: "DELETE",
      headers: { authorization: `Bearer ${hostToken}` },
    });
    expect(ended.status).toBe(204);
    expect((await ada.next("closing")).code).toBe("room-ended");
    expect((await bob.closed).is).toBe("room-ended");
    const again = await (await house.visit()).enter("tea");
    expect(again).toMatchObject({ history: [], you: { number: 1 } });
  });

  it("[H24] ICE servers are asked for with the door by which the visitor came", async () => {
    const asked: unknown[] = [];
    house = await openHouse({
      iceServers: (visitor) => {
        asked.push(visitor);
        return [{ urls: [`turn:${visitor.host}:3478`], username: "u", credential: "c" }];
      },
    });
    const welcome = await (await house.visit({ headers: { host: "meet.example.org:8080" } })).enter("tea");
    expect(welcome.iceServers).toEqual([
      { urls: ["turn:meet.example.org:3478"], username: "u", credential: "c" },
    ]);
    const came = {
      host: "meet.example.org",
      port: 8080,
      isSecure: false,
      isProxied: false,
      localAddress: "127.0.0.1",
    };
    expect(asked).toEqual([{ ...came, room: "tea", seat: welcome.you.id }]);
  });

  it("a room that nobody entered frees its name after ten minutes", async () => {
    const clock = testClock();
    house = await openHouse({}, { clock });
    await create({ name: "tea" });
    clock.advance(limits.unenteredRoomMs - 1);
    expect((await house.fetch("/api/rooms/tea")).status).toBe(200);
    clock.advance(1);
    expect((await house.fetch("/api/rooms/tea")).status).toBe(404);
  });
});

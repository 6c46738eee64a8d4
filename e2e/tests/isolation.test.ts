import { describe, expect, it } from "vitest";
import { privateLink } from "../harness/people.ts";
import { rawJoin } from "../harness/raw-client.ts";
import { useStage } from "../harness/stage.ts";

describe("rooms never mix", () => {
  const stage = useStage();
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  it("a signal reaches exactly the seat it names, and only in its own room", async () => {
    const [red, blue] = [stage.roomName("red"), stage.roomName("blue")];
    const { url } = stage.server;
    const ada = await rawJoin(url, { room: red, name: "Ada" });
    const bo = await rawJoin(url, { room: red, name: "Bo" });
    const cy = await rawJoin(url, { room: red, name: "Cy" });
    const others = [
      await rawJoin(url, { room: blue, name: "Xi" }),
      await rawJoin(url, { room: blue, name: "Yu" }),
      await rawJoin(url, { room: blue, name: "Zed" }),
      await rawJoin(url, { room: blue, name: "Wu" }),
    ];
    ada.signal(bo.welcome.you.number, bytes("to bo"));
    await ada.settled();
    await bo.settled();
    expect(bo.signals.map((one) => [one.peer, new TextDecoder().decode(one.payload)])).toEqual([
      [ada.welcome.you.number, "to bo"],
    ]);

    // Wu's number exists in the blue room only; every other number of that room exists in both.
    const foreign = others[3]?.welcome.you.number ?? 0;
    expect([ada, bo, cy].map((one) => one.welcome.you.number)).not.toContain(foreign);
    ada.signal(foreign, bytes("across"));
    for (const number of [99, 0xffffffff, ada.welcome.you.number]) ada.signal(number, bytes("to nobody"));
    await ada.settled();
    for (const one of [...others, cy]) {
      await one.settled();
      expect(one.signals).toEqual([]);
    }
    expect(bo.signals).toHaveLength(1);
    expect(ada.signals).toEqual([]);
    for (const one of [ada, bo, cy, ...others]) one.close();
  });

  it("a token, an id or an epoch of one room opens nothing in another", async () => {
    const [red, blue] = [stage.roomName("red"), stage.roomName("blue")];
    const { url } = stage.server;
    const ada = await rawJoin(url, { room: red, name: "Ada" });
    const xi = await rawJoin(url, { room: blue, name: "Xi" });
    const stranger = await rawJoin(url, {
      room: blue,
      name: "Ada",
      token: ada.welcome.token,
      epoch: ada.welcome.you.epoch,
    });
    expect(stranger.welcome.resumed).toBe(false);
    expect(stranger.welcome.you.id).not.toBe(ada.welcome.you.id);
    const forged = await rawJoin(url, {
      room: blue,
      name: "Xi",
      token: `${xi.welcome.token.slice(0, -2)}xx`,
    });
    expect(forged.welcome.resumed).toBe(false);
    expect(forged.welcome.you.id).not.toBe(xi.welcome.you.id);
    await ada.settled();
    expect(ada.frames.filter((frame) => frame.type === "closing" || frame.type === "changed")).toEqual([]);
    for (const one of [ada, xi, stranger, forged]) one.close();
  });

  it("two calls at once on one server: each sees, hears and reads its own people only", async () => {
    const links = [
      privateLink(stage.server, stage.roomName("one")),
      privateLink(stage.server, stage.roomName("two")),
    ];
    const people = [];
    for (const [index, link] of links.entries()) {
      for (const name of [`Ada${index}`, `Bo${index}`]) {
        people.push(await stage.person("chromium", link, { name, camera: index === 0, mic: false }));
      }
    }
    const [ada0, bo0, ada1, bo1] = people;
    if (!ada0 || !bo0 || !ada1 || !bo1) throw new Error("four people");
    await ada0.seesPeople("Bo0");
    await bo0.seesPeople("Ada0");
    await ada1.seesPeople("Bo1");
    await bo1.seesPeople("Ada1");
    await bo0.moves("Ada0");
    await ada0.say("only for room one");
    await bo1.say("only for room two");
    await bo0.readsOnce("only for room one");
    await ada1.readsOnce("only for room two");
    expect((await bo0.messages()).join()).not.toContain("room two");
    expect((await ada1.messages()).join()).not.toContain("room one");
    await ada0.leave();
    await bo0.seesPeople();
    await ada1.seesPeople("Bo1");
  });

  it("the same name and another key is not the same room: the page says the link is incomplete", async () => {
    const room = stage.roomName("keyed");
    const right = privateLink(stage.server, room);
    const ada = await stage.person("chromium", right, { name: "Ada", camera: false, mic: false });
    for (const link of [privateLink(stage.server, room), right.split("#")[0] ?? ""]) {
      const tab = await stage.page("chromium");
      await tab.page.goto(
        `${link.replace("#", "?name=Eve&mic=off&camera=off&join=now#")}${link.includes("#") ? "" : "?name=Eve&mic=off&camera=off&join=now"}`,
      );
      await tab.page.waitForFunction(() => /link is incomplete/i.test(document.body.textContent ?? ""), {
        timeout: 30_000,
      });
    }
    await ada.seesPeople();
  });
});

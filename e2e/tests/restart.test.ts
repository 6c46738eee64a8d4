import { describe, expect, it } from "vitest";
import { mediaReceived } from "../harness/measure.ts";
import { privateLink } from "../harness/people.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";
import { seen, witness, witnessed } from "../harness/witness.ts";

describe("the server goes away in mid-call and comes back", () => {
  const stage = useStage();

  it("private room: pictures and chat go on meanwhile, seats are resumed, nobody is seen to leave", async () => {
    const link = privateLink(stage.server, stage.roomName("away"));
    const watcher = await stage.member("chromium", { link, name: "Watcher", media: false });
    const ada = await stage.person("chromium", link, { name: "Ada" });
    const bo = await stage.person("firefox", link, { name: "Bo" });
    await linked(watcher, "Ada");
    await linked(watcher, "Bo");
    await ada.moves("Bo");
    await bo.moves("Ada");
    await witness(watcher);

    await stage.server.kill();
    await seen(watcher, "recovering", (one) => one.event === "state" && one.what === "recovering");
    for (const person of [ada, bo]) {
      await person.reads(/Reconnecting to the server/);
      const before = await mediaReceived(person.tab);
      await until(`${person.name}'s picture and sound to go on`, async () => {
        const now = await mediaReceived(person.tab);
        return now.frames > before.frames + 20 && now.audioPackets > before.audioPackets + 50;
      });
    }
    expect(await ada.moves("Bo")).toBeGreaterThan(0);
    await ada.say("the server is away");
    await bo.readsOnce("the server is away");
    await bo.say("we don't need it");
    await ada.readsOnce("we don't need it");

    await stage.server.start();
    await seen(watcher, "live again", (one) => one.event === "state" && one.what === "live", 60_000);
    for (const person of [ada, bo]) {
      await until(
        `${person.name} to be back`,
        () =>
          person.tab.page.evaluate(() => !/Reconnecting to the server/.test(document.body.textContent ?? "")),
        60_000,
      );
    }
    await ada.moves("Bo");
    await bo.moves("Ada");
    await ada.seesPeople("Bo", "Watcher");
    await ada.readsOnce("the server is away");
    await bo.readsOnce("we don't need it");
    expect(
      (await witnessed(watcher)).filter((one) => one.event === "peer" || one.event === "peer-left"),
    ).toEqual([]);

    // Signaling works again: a newcomer is introduced to everyone.
    const cy = await stage.person("chromium", link, { name: "Cy", mic: false });
    await cy.seesPeople("Ada", "Bo", "Watcher");
    await cy.moves("Bo");
    await cy.readsOnce("the server is away");
    await ada.moves("Cy");
    expect(bo.tab.problems.filter((line) => !/websocket|connect/i.test(line))).toEqual([]);
  }, 180_000);

  it("public room: what is said while it is away arrives once it is back, nothing twice, nothing lost", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("away")}`;
    const quiet = { camera: false, mic: false };
    const watcher = await stage.member("firefox", { link, name: "Watcher", media: false });
    const ada = await stage.person("chromium", link, { name: "Ada", ...quiet });
    const bo = await stage.person("chromium", link, { name: "Bo", ...quiet });
    await ada.say("before");
    await bo.readsOnce("before");
    await witness(watcher);
    await stage.server.kill();
    await seen(watcher, "recovering", (one) => one.event === "state" && one.what === "recovering");
    await ada.say("while it was away");
    await bo.say("I heard nothing yet");
    const sending = watcher.page.evaluate(async () => {
      await window.room.say("from the sdk, too");
    });
    await stage.server.start();
    await sending;
    for (const person of [ada, bo]) {
      for (const text of ["before", "while it was away", "I heard nothing yet", "from the sdk, too"]) {
        await person.readsOnce(text);
      }
    }
    await ada.say("after");
    await bo.readsOnce("after");
    await seen(watcher, "the last message", (one) => one.event === "said" && one.what === "after");
    const story = await witnessed(watcher);
    expect(
      story.filter((one) => one.event === "peer" || one.event === "peer-left" || one.event === "notice"),
    ).toEqual([]);
    const texts = story.filter((one) => one.event === "said").map((one) => one.what);
    expect([...texts].sort()).toEqual(
      ["I heard nothing yet", "after", "from the sdk, too", "while it was away"].sort(),
    );
    expect(await ada.roster()).toMatch(/3 people/);
  }, 120_000);

  it("SIGTERM says goodbye: the process ends by itself within ten seconds, people stay in their call", async () => {
    const link = privateLink(stage.server, stage.roomName("drain"));
    const ada = await stage.person("chromium", link, { name: "Ada", mic: false });
    const bo = await stage.person("chromium", link, { name: "Bo", mic: false });
    await ada.moves("Bo");
    const begun = Date.now();
    expect(await stage.server.stop()).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000);
    await bo.moves("Ada");
    await stage.server.start();
    await until(
      "Ada to be back",
      () => ada.tab.page.evaluate(() => !/Reconnecting to the server/.test(document.body.textContent ?? "")),
      60_000,
    );
    await ada.seesPeople("Bo");
  }, 120_000);
});

import { describe, expect, it } from "vitest";
import { complaints } from "../harness/axe.ts";
import type { Engine } from "../harness/browsers.ts";
import { choose } from "../harness/on-the-page.ts";
import { enter, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];

// What the inspector, files, gestures, /direct and /learn show is looked at where they are tested.
describe.each(engines)("%s: axe finds nothing, light and dark", (engine) => {
  const stage = useStage();

  it("[W58] on the screens before and after a call", async () => {
    const tab = await stage.page(engine);
    const { page } = tab;
    const ada = personOn(tab, "Ada");
    await fetch(`${stage.server.url}/api/rooms`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "axe-vault", passcode: "open sesame" }),
    });
    const visits: readonly (readonly [path: string, role: string, name: string])[] = [
      ["/", "button", "Start a private room"],
      ["/new", "textbox", "Link to this room"],
      ["/r/axe-lobby?name=Ada", "button", "Join"],
      ["/r/axe-watching?mic=off&camera=off", "button", "Join"],
      ["/no/such/place", "heading", "There is nothing here"],
      ["/r/axe-vault?name=Ada&mic=off&camera=off", "button", "Join"],
    ];
    for (const [path, role, name] of visits) {
      await page.goto(stage.server.url + path);
      await ada.sees(role, name);
      expect(await complaints(tab), path).toBe("");
    }
    await ada.press("Join");
    await ada.reads("This room has a passcode");
    expect(await complaints(tab), "passcode").toBe("");
    await ada.press("Test the connection");
    await ada.sees("button", "Test again");
    expect(await complaints(tab), "test of the connection").toBe("");

    await page.goto(`${stage.server.url}/r/axe-bad#k=x`);
    await ada.press("Join");
    await ada.sees("heading", "This link is incomplete");
    expect(await complaints(tab), "incomplete").toBe("");
    await page.goto(arrival("axe-left"));
    await ada.press("Leave");
    await ada.sees("heading", "You left the room");
    expect(await complaints(tab), "left").toBe("");

    await page.evaluate(() => localStorage.setItem("parlour:language", "de"));
    await page.goto(`${stage.server.url}/r/axe-deutsch`);
    await ada.sees("button", "Beitreten");
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
    expect(await complaints(tab), "German").toBe("");
  });
  const arrival = (room: string) => `${stage.server.url}/r/${room}?name=Ada&join=now&mic=off&camera=off`;

  it("[W58] where nothing is allowed, and where somebody waits to be let in", async () => {
    const tab = await stage.page(engine);
    await tab.page.evaluateOnNewDocument(() => {
      if (navigator.mediaDevices === undefined) return;
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
    });
    const link = `${stage.server.url}/r/${stage.roomName("axe-knock")}`;
    const host = await stage.member("chromium", { link, name: "Host", media: false });
    await host.page.evaluate(() => window.room.host.set({ knock: true }));
    const bo = await enter(tab, link, { name: "Bo", joinNow: false });
    await bo.reads("does not let this page use camera and microphone");
    expect(await complaints(tab), "denied").toBe("");
    await bo.press("Join");
    await bo.reads("Waiting for the host to let you in");
    expect(await complaints(tab), "waiting").toBe("");
    await host.page.evaluate(() => window.room.host.end());
    await bo.sees("heading", /./);
    expect(await complaints(tab), "ended").toBe("");
  });

  it("[W58] in a call, its panels, menus and dialogs", async () => {
    const link = privateLink(stage.server, stage.roomName("axe"));
    const ada = await stage.person(engine, link, { name: "Ada" });
    const { page } = ada.tab;
    expect(await complaints(ada.tab), "alone").toBe("");
    const bo = await stage.member("chromium", { link, name: "Bo", media: true });
    await stage.member("chromium", { link, name: "Watcher", media: false });
    await ada.seesPeople("Bo", "Watcher");
    await bo.page.evaluate(() => window.room.say("See https://example.org, 👍"));
    await ada.open("Chat");
    await ada.readsOnce("See https://example.org, 👍");
    await ada.say("So do I");
    expect(await complaints(ada.tab), "chat").toBe("");
    await ada.press("Chat");
    await ada.press("People");
    await ada.sees("list", "People");
    await until("the code", async () => /\d{4} \d{4}/.test(await ada.roster()));
    expect(await complaints(ada.tab), "people").toBe("");
    await page.keyboard.press("Escape");
    for (const [button, item, title] of [
      ["More", "Settings…", "Settings"],
      ["More", "Invite", "Invite people"],
      ["More", "Keyboard shortcuts…", "Keyboard shortcuts"],
      ["More", "Room settings…", "Room settings"],
      ["More", "End for everyone…", "End the room for everyone?"],
      ["Options for Bo", "Connection…", "Connection with Bo"],
      ["Options for Bo", "Make them the host", "Make Bo the host?"],
      ["Options for Bo", "Remove…", "Remove Bo?"],
    ] as const) {
      await choose(ada, button, item);
      await ada.sees("dialog", title);
      expect(await complaints(ada.tab), title).toBe("");
      await page.keyboard.press("Escape");
      await ada.seesNo("dialog", title);
    }
    for (const menu of ["More", "Options for Bo"]) {
      await ada.press(menu);
      await ada.sees("menu", menu);
      expect(await complaints(ada.tab), menu).toBe("");
      await page.keyboard.press("Escape");
      await ada.seesNo("menu", menu);
    }
    // A screen on the stage, and one of the people beside it.
    await bo.page.evaluate(() => {
      const canvas = document.createElement("canvas");
      const pen = canvas.getContext("2d");
      setInterval(() => pen?.fillRect(0, 0, 10, (performance.now() / 10) % 100), 100);
      window.room.publish(canvas.captureStream(10), { source: "screen" });
    });
    await ada.sees("figure", "Bo's screen");
    await choose(ada, "Options for Bo", "Pin to the stage");
    await ada.figureSays("Bo", "Pinned");
    expect(await complaints(ada.tab), "stage").toBe("");
  });
});

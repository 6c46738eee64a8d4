import { describe, expect, it } from "vitest";
import { complaints } from "../harness/axe.ts";
import type { Engine } from "../harness/browsers.ts";
import { choose } from "../harness/on-the-page.ts";
import { personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

/** Presses the item of a menu that a button opens. */
const engines: Engine[] = ["chromium", "firefox"];

describe("the page for everyone", () => {
  const stage = useStage();

  it("[W58] axe finds nothing on the screens before and after a call, light and dark", async () => {
    const tab = await stage.page("chromium");
    const ada = personOn(tab, "Ada");
    const visits: readonly (readonly [string, string, string])[] = [
      ["/", "button", "Start a private room"],
      ["/new", "textbox", "Link to this room"],
      ["/r/axe-lobby?mic=off&camera=off", "button", "Join"],
      ["/r/axe-bad#k=x", "button", "Join"],
    ];
    for (const [path, role, name] of visits) {
      await tab.page.goto(stage.server.url + path);
      await ada.sees(role, name);
      expect(await complaints(tab), path).toBe("");
    }
    await ada.press("Join");
    await ada.sees("heading", "This link is incomplete");
    expect(await complaints(tab)).toBe("");
    await tab.page.evaluate(() => localStorage.setItem("parlour:language", "de"));
    await tab.page.goto(`${stage.server.url}/r/axe-deutsch`);
    await ada.sees("button", "Beitreten");
    expect(await tab.page.evaluate(() => document.documentElement.lang)).toBe("de");
    expect(await complaints(tab)).toBe("");
  });

  it("[W58] axe finds nothing in a call, its panels, menus and dialogs, light and dark", async () => {
    const link = privateLink(stage.server, stage.roomName("axe"));
    const ada = await stage.person("chromium", link, { name: "Ada" });
    expect(await complaints(ada.tab), "alone").toBe("");
    const bo = await stage.member("chromium", { link, name: "Bo", media: true });
    await ada.seesPeople("Bo");
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
    await ada.tab.page.keyboard.press("Escape");
    for (const [button, item, title] of [
      ["More", "Settings…", "Settings"],
      ["More", "Invite", "Invite people"],
      ["More", "Keyboard shortcuts…", "Keyboard shortcuts"],
      ["More", "Room settings…", "Room settings"],
      ["More", "End for everyone…", "End the room for everyone?"],
      ["Options for Bo", "Connection…", "Connection with Bo"],
      ["Options for Bo", "Remove…", "Remove Bo?"],
    ] as const) {
      await choose(ada, button, item);
      await ada.sees("dialog", title);
      expect(await complaints(ada.tab), title).toBe("");
      await ada.tab.page.keyboard.press("Escape");
      await ada.seesNo("dialog", title);
    }
    await ada.press("More");
    await ada.sees("menu", "More");
    expect(await complaints(ada.tab), "menu").toBe("");
  });

  it.each(engines)(
    "[W59] %s: a whole call with the keyboard alone, from the home screen to leaving",
    async (engine) => {
      const tab = await stage.page(engine);
      const { page } = tab;
      const ada = personOn(tab, "Ada");
      /**
       * Goes on with Tab (or back, with Shift) until that is focused: there must be a way to it. Never past the page's end: a headless
       * Firefox whose focus went once around its own controls presses no buttons any more.
       */
      const tabTo = async (role: string, name: string, isBack = false): Promise<void> => {
        for (let presses = 0; presses < 60; presses += 1) {
          if (isBack) await page.keyboard.down("Shift");
          await page.keyboard.press("Tab");
          if (isBack) await page.keyboard.up("Shift");
          const isThere = await page.evaluate(
            (theRole, theName) => window.parlourTest.find(theRole, theName) === document.activeElement,
            role,
            name,
          );
          if (isThere) return;
        }
        throw new Error(`Tab never came to ${role} ${name}`);
      };
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");

      await page.goto(stage.server.url);
      await ada.sees("button", "Start a private room");
      await tabTo("button", "Start a private room");
      await page.keyboard.press("Enter");
      await ada.sees("textbox", "Your name");
      await tabTo("textbox", "Your name");
      await page.keyboard.type("Ada");
      await page.keyboard.press("Enter");
      await ada.sees("toolbar", "Call controls");

      const link = await page.evaluate(() => location.href);
      const bo = await stage.member("chromium", { link, name: "Bo" });
      await ada.seesPeople("Bo");

      // Single keys, from wherever the focus is.
      await page.keyboard.press("m");
      await ada.sees("button", "Unmute");
      await page.keyboard.down("t");
      await ada.reads("You are heard while you hold the key");
      await page.keyboard.up("t");
      await ada.sees("button", "Unmute");

      // The panel takes the focus, and typing in it is no shortcut.
      await page.keyboard.press("c");
      await ada.sees("log", "Messages");
      await page.keyboard.type("my message");
      await page.keyboard.press("Enter");
      await ada.readsOnce("my message");
      await bo.page.waitForFunction(() => window.room.messages.some(({ text }) => text === "my message"), {
        timeout: 30_000,
      });
      await ada.sees("button", "Unmute");
      await page.keyboard.press("Escape");
      await ada.seesNo("log", "Messages");

      // A menu by its button, the arrows and Enter; the dialog gives the focus back.
      await tabTo("button", "More");
      await page.keyboard.press("Enter");
      await ada.sees("menu", "More");
      await until("the first item", async () => (await focused()) === "Invite");
      await page.keyboard.press("ArrowDown");
      expect(await focused()).toBe("Settings…");
      await page.keyboard.press("End");
      expect(await focused()).toBe("End for everyone…");
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await ada.sees("dialog", "Settings");
      await page.keyboard.press("Escape");
      await ada.seesNo("dialog", "Settings");
      expect(
        await page.evaluate(() => document.activeElement === window.parlourTest.find("button", "More")),
      ).toBe(true);

      // Someone on the stage.
      await tabTo("button", "Options for Bo", true);
      await page.keyboard.press("Enter");
      await until("the first item", async () => (await focused()) === "Pin to the stage");
      await page.keyboard.press("Enter");
      await ada.figureSays("Bo", "Pinned");

      await page.keyboard.press("?");
      await ada.sees("dialog", "Keyboard shortcuts");
      await page.keyboard.press("Escape");
      await ada.seesNo("dialog", "Keyboard shortcuts");
      await tabTo("button", "Leave");
      await page.keyboard.press("Enter");
      await ada.sees("heading", "You left the room");
      expect(tab.problems).toEqual([]);
    },
  );
});

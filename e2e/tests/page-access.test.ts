import { describe, expect, it } from "vitest";
import { complaints, pretend } from "../harness/axe.ts";
import { type Engine, launchBrowser } from "../harness/browsers.ts";
import { choose } from "../harness/on-the-page.ts";
import { enter, type Person, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];

const silent = { camera: false, mic: false };

describe("the page for everyone", () => {
  const stage = useStage();

  it("[W94] nothing moves where motion is reduced, and lines are stronger where more contrast is wanted", async () => {
    const tab = await stage.page("chromium");
    const ada = await enter(tab, privateLink(stage.server, stage.roomName("calm")), {
      name: "Ada",
      ...silent,
    });
    const wish = (name: string, value: string) => pretend(tab, [{ name, value }]);
    /** How long the panel takes to slide in, and how its edge looks. */
    const panel = async () => {
      await ada.press("People");
      const seen = await tab.page.evaluate(() => {
        const found = window.parlourTest.find("region", "People");
        if (found === undefined) throw new Error("no panel");
        const { animationDuration, borderTopColor } = getComputedStyle(found);
        const times = document.getAnimations().map((one) => one.effect?.getComputedTiming().duration);
        return { animationDuration, borderTopColor, times };
      });
      await ada.press("People");
      await ada.seesNo("region", "People");
      return seen;
    };
    const usual = await panel();
    expect(usual.animationDuration).toBe("0.15s");
    await wish("prefers-reduced-motion", "reduce");
    const calm = await panel();
    expect(calm.animationDuration).toBe("0s");
    expect(calm.times.filter((time) => time !== 0)).toEqual([]);
    await wish("prefers-contrast", "more");
    expect((await panel()).borderTopColor).not.toBe(usual.borderTopColor);
  });

  it("[W94] firefox: nothing moves where motion is reduced, and lines are stronger where more contrast is wanted", async () => {
    const link = privateLink(stage.server, stage.roomName("calm"));
    const panel = async (person: Person) => {
      await person.press("People");
      return person.tab.page.evaluate(() => {
        const found = window.parlourTest.find("region", "People");
        if (found === undefined) throw new Error("no panel");
        const { animationDuration, borderTopColor } = getComputedStyle(found);
        const times = document.getAnimations().map((one) => one.effect?.getComputedTiming().duration);
        return { animationDuration, borderTopColor, times };
      });
    };
    const usual = await panel(await stage.person("firefox", link, { name: "Bo", ...silent }));
    expect(usual.animationDuration).toBe("0.15s");
    // As its own setting for the accessibility of the system's colours has it.
    const browser = await launchBrowser("firefox", {
      preferences: { "ui.prefersReducedMotion": 1, "ui.useAccessibilityTheme": 1 },
    });
    stage.closeLater(() => browser.close());
    const ada = await stage.person(browser, link, { name: "Ada", ...silent });
    const wished = await panel(ada);
    expect([wished.animationDuration, ...wished.times].filter((time) => time !== 0 && time !== "0s")).toEqual(
      [],
    );
    expect(wished.borderTopColor).not.toBe(usual.borderTopColor);
    expect(await complaints(ada.tab)).toBe("");
  });

  it.each(engines)(
    "[W99] %s: where the system chooses the colours it is seen what is on and who speaks",
    async (engine) => {
      const browser = await launchBrowser(engine, {
        ...(engine === "firefox" ? { preferences: { "browser.display.document_color_use": 2 } } : {}),
      });
      stage.closeLater(() => browser.close());
      const tab = await stage.page(browser);
      if (engine === "chromium") await pretend(tab, [{ name: "forced-colors", value: "active" }]);
      const link = privateLink(stage.server, stage.roomName("forced"));
      const ada = await enter(tab, link, { name: "Ada", joinNow: false, mic: false });
      await ada.sees("switch", "Use camera");
      expect(await tab.page.evaluate(() => matchMedia("(forced-colors: active)").matches)).toBe(true);
      const track = (name: string) =>
        tab.page.evaluate((label) => {
          const found = window.parlourTest.find("switch", label);
          const part = found?.querySelector(".switch-track");
          if (!found || !part) throw new Error(`no switch ${label}`);
          return { isOn: found.ariaChecked, colour: getComputedStyle(part).backgroundColor };
        }, name);
      const [camera, microphone] = [await track("Use camera"), await track("Use microphone")];
      expect([camera.isOn, microphone.isOn]).toEqual(["true", "false"]);
      expect(camera.colour).not.toBe(microphone.colour);
      await ada.press("Join");
      await stage.person("chromium", link, { name: "Bo", camera: false });
      await ada.figureSays("Bo", "Speaking");
      const ring = (name: string) =>
        tab.page.evaluate((label) => {
          const tile = window.parlourTest.find("figure", label);
          if (tile === undefined) throw new Error(`no figure ${label}`);
          return getComputedStyle(tile, "::after").borderTopColor;
        }, name);
      await until(
        "a ring around who speaks alone",
        async () => (await ring("Bo")) !== (await ring("Ada (you)")),
      );
      expect(tab.problems).toEqual([]);
    },
  );

  it.each(engines)(
    "[W97] %s: a finger finds every button of the toolbar, and what a phone has no room for in the menu",
    async (engine) => {
      const link = privateLink(stage.server, stage.roomName("phone"));
      const ada = await stage.person(engine, link, { name: "Ada", ...silent });
      const { page } = ada.tab;
      for (const width of [960, 501, 500, 390, 353, 320]) {
        await page.setViewport({ width, height: 800 });
        await until(`buttons of 44 pixels within ${width}`, () =>
          page.evaluate(
            (wanted) =>
              innerWidth === wanted &&
              window.parlourTest
                .byRole("button", window.parlourTest.find("toolbar", "Call controls"))
                .every(({ element }) => {
                  const { left, right, width, height } = element.getBoundingClientRect();
                  return left >= 0 && right <= innerWidth && width >= 44 && height >= 44;
                }),
            width,
          ),
        );
      }
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
      for (const item of ["Files", "Inspector"]) {
        await ada.seesNo("button", item);
        await choose(ada, "More", item);
        await ada.sees("region", item);
        await page.keyboard.press("Escape");
        await ada.seesNo("region", item);
      }
      await ada.press("More");
      await until("the first item", async () => (await focused()) === "Files");
      await page.keyboard.press("Escape");
      await ada.seesNo("menu", "More");

      // The keys go past what has a button of its own.
      await page.setViewport({ width: 390, height: 844 });
      await ada.sees("button", "Files");
      await ada.press("More");
      await until("the first item", async () => (await focused()) === "Share screen");
      await ada.seesNo("menuitem", "Files");
      expect(await complaints(ada.tab)).toBe("");
    },
  );

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

import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { joinCrowd } from "../harness/crowd.ts";
import { timesToLobby } from "../harness/lobby-time.ts";
import { choose } from "../harness/on-the-page.ts";
import { enter, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };

/** Every figure's place, by name. */
function figures({ page }: TestPage) {
  return page.evaluate(() =>
    window.parlourTest.byRole("figure").map(({ element, name }) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { name, left, top, right, bottom };
    }),
  );
}
function overlapping(all: Awaited<ReturnType<typeof figures>>): string[] {
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter(
        (other) =>
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom,
      )
      .map((other) => `${one.name} over ${other.name}`),
  );
}

const engines: Engine[] = ["chromium", "firefox"];

describe("a call on the page", () => {
  const stage = useStage();

  it("[W40] two screens at once take the stage while people become a strip", async () => {
    const link = privateLink(stage.server, stage.roomName("shares"));
    const ada = await stage.person("chromium", link, { name: "Ada", ...silent });
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    const cy = await stage.person("chromium", link, { name: "Cy", ...silent });
    await cy.seesPeople("Ada", "Bo");
    await ada.press("Share screen");
    await cy.moves("Ada's screen");
    await bo.press("Share screen");
    await cy.moves("Bo's screen");
    await cy.moves("Ada's screen");
    await cy.seesPeople("Ada", "Bo");
    const all = await figures(cy.tab);
    expect(all).toHaveLength(5);
    expect(overlapping(all)).toEqual([]);
    const area = (name: string) => {
      const found = all.find((one) => one.name === name);
      return found === undefined ? 0 : (found.right - found.left) * (found.bottom - found.top);
    };
    expect(area("Ada's screen")).toBeGreaterThan(2 * area("Ada"));
    await ada.press("Stop sharing");
    await cy.seesNo("figure", "Ada's screen");
    await cy.moves("Bo's screen");
    expect(cy.tab.problems).toEqual([]);
  });

  it("[W41] marks who speaks, pins a person, and shows the numbers of the link", async () => {
    const link = privateLink(stage.server, stage.roomName("speaker"));
    const ada = await stage.person("chromium", link, { name: "Ada" });
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await bo.figureSays("Ada", "Speaking");
    await bo.moves("Ada");
    await choose(bo, "Options for Ada", "Pin to the stage");
    await bo.figureSays("Ada", "Pinned");
    expect(overlapping(await figures(bo.tab))).toEqual([]);
    await choose(bo, "Options for Ada", "Connection…");
    await bo.sees("dialog", "Connection with Ada");
    await bo.reads(/Received\s*[\d,.]+ kbit\/s/);
    await bo.reads(/Picture\s*\d+ × \d+/);
    await bo.tab.page.keyboard.press("Escape");
    await ada.press("Mute");
    await bo.figureSaysNot("Ada", "Speaking");
  });

  it("[W50] a private message is read by one person alone, also not by who comes later", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("psst")}`;
    const ada = await stage.person("chromium", link, { name: "Ada", ...silent });
    const bo = await stage.person("firefox", link, { name: "Bo", ...silent });
    const cy = await stage.person("chromium", link, { name: "Cy", ...silent });
    await ada.seesPeople("Bo", "Cy");
    await choose(ada, "Options for Bo", "Write to them alone");
    await ada.say("only for Bo");
    await bo.readsOnce("only for Bo");
    await bo.reads("only to you");
    await ada.reads("only to Bo");
    await ada.tab.page.select(".recipient select", "");
    await ada.say("for everyone");
    await cy.readsOnce("for everyone");
    const di = await stage.person("chromium", link, { name: "Di", ...silent });
    await di.readsOnce("for everyone");
    for (const other of [cy, di]) expect((await other.messages()).join()).not.toContain("only for Bo");
  });

  it.each(engines)(
    "[W1] %s: twelve people in pictures all have a place, on a desktop and on a phone",
    async (engine) => {
      const link = privateLink(stage.server, stage.roomName("twelve"));
      const ada = await stage.person(engine, link, { name: "Ada", ...silent });
      const crowd = await stage.sdkPage("chromium");
      const names = Array.from({ length: 11 }, (_, index) => `Guest ${index + 1}`);
      // Small pictures, two a second: among them they make sixty-six pairs.
      await joinCrowd(crowd, link, names);
      await ada.seesPeople(...names);
      await until("eleven pictures", () =>
        ada.tab.page.evaluate(
          () =>
            window.parlourTest.byRole("figure").filter(({ element }) => {
              const video = element.querySelector("video");
              return video !== null && video.videoWidth > 0 && !video.paused;
            }).length === 11,
        ),
      );
      for (const viewport of [
        { width: 1440, height: 900 },
        { width: 390, height: 844 },
      ]) {
        await ada.tab.page.setViewport(viewport);
        await until("twelve places", async () => {
          const all = await figures(ada.tab);
          return (
            all.length === 12 &&
            overlapping(all).length === 0 &&
            all.every(
              ({ left, top, right, bottom }) =>
                left >= 0 &&
                top >= 0 &&
                right <= viewport.width &&
                bottom <= viewport.height &&
                right - left > 60,
            )
          );
        });
      }
      for (const name of ["Guest 1", "Guest 11"]) await ada.moves(name);
      // Every control too, on the narrowest phone.
      await ada.tab.page.setViewport({ width: 340, height: 700 });
      await until("every button within the window", () =>
        ada.tab.page.evaluate(() =>
          window.parlourTest
            .byRole("button", window.parlourTest.find("toolbar", "Call controls"))
            .every(({ element }) => {
              const { left, right, width, height } = element.getBoundingClientRect();
              return innerWidth === 340 && left >= 0 && right <= innerWidth && width >= 32 && height >= 32;
            }),
        ),
      );
      await ada.open("People");
      expect(await ada.roster()).toContain("12 people here");
    },
  );

  it.each(engines)(
    "[W13][W12][W46] %s: unread messages are counted, a refused one stays for its author, a held key is heard",
    async (engine) => {
      const link = `${stage.server.url}/r/${stage.roomName("unread")}`;
      const ada = await stage.person(engine, link, { name: "Ada", camera: false });
      const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
      await ada.seesPeople("Bo");
      await bo.say("one");
      await bo.say("two");
      const unread = () =>
        ada.tab.page.evaluate(
          () => window.parlourTest.find("button", "Chat")?.getAttribute("aria-description") ?? undefined,
        );
      await until("two unread messages", async () => (await unread()) === "2 unread messages");
      await until("the count in the title", async () => (await ada.tab.page.title()).startsWith("(2)"));
      await ada.open("Chat");
      await ada.readsOnce("two");
      await until("no unread messages", async () => (await unread()) === undefined);
      await ada.say("what the fuck");
      await ada.reads("Not sent");
      await ada.reads("Only you see this");
      await bo.say("three");
      await ada.readsOnce("three");
      expect((await bo.messages()).join()).not.toContain("what the");
      await ada.tab.page.keyboard.press("Escape");

      await ada.press("Mute");
      await bo.figureSays("Ada", "Muted");
      await ada.tab.page.keyboard.down("t");
      await bo.figureSaysNot("Ada", "Muted");
      await bo.hears("Ada");
      await ada.tab.page.keyboard.up("t");
      await bo.figureSays("Ada", "Muted");
    },
  );

  it.each(engines)("[W54] %s: speaks German where the browser does, and changes at once", async (engine) => {
    const tab = await stage.page(engine);
    await tab.page.evaluateOnNewDocument(() => {
      Object.defineProperty(navigator, "languages", { get: () => ["de-AT", "en"] });
    });
    const ada = personOn(tab, "Ada");
    await tab.page.goto(`${stage.server.url}/r/${stage.roomName("deutsch")}?name=Ada&mic=off&camera=off`);
    await ada.sees("button", "Beitreten");
    await tab.page.select("select:has(option[value=de])", "en");
    await ada.sees("button", "Join");
    expect(await tab.page.evaluate(() => document.documentElement.lang)).toBe("en");
    await tab.page.select("select:has(option[value=de])", "");
    await ada.press("Beitreten");
    await ada.sees("toolbar", "Bedienung");
    await ada.press("Verlassen");
    await ada.sees("heading", "Du hast den Raum verlassen");
    expect(tab.problems).toEqual([]);
  });

  it("[W60] is ready for right-to-left: nothing leaves the window or covers another", async () => {
    const tab = await stage.page("chromium");
    const link = privateLink(stage.server, stage.roomName("rtl"));
    const ada = await enter(tab, link, { name: "Ada", joinNow: false, ...silent });
    const turned = () =>
      tab.page.evaluate(() => {
        document.documentElement.dir = "rtl";
        return document.documentElement.scrollWidth <= innerWidth;
      });
    await ada.sees("button", "Join");
    expect(await turned()).toBe(true);
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
    await stage.member("chromium", { link, name: "Bo" });
    await ada.seesPeople("Bo");
    await ada.open("Chat");
    expect(await turned()).toBe(true);
    await until("two places beside the panel", async () => {
      const all = await figures(tab);
      const panel = await tab.page.evaluate(() => {
        const found = window.parlourTest.find("region", "Chat");
        return found === undefined ? 0 : found.getBoundingClientRect().right;
      });
      // The panel slides in at the end of the line, which is the left one now.
      return all.length === 2 && overlapping(all).length === 0 && all.every(({ left }) => left >= panel);
    });
  });

  it("a new private room comes with its link, copied, as a QR code and to copy again", async () => {
    const tab = await stage.page("chromium");
    await tab.context.overridePermissions(stage.server.url, ["clipboard-read", "clipboard-sanitized-write"]);
    const ada = personOn(tab, "Ada");
    // The clipboard belongs to the page that has the focus.
    await tab.page.emulateFocusedPage(true);
    await tab.page.goto(stage.server.url);
    await ada.sees("button", "Start a private room");
    await (await tab.page.$('::-p-aria([name="Start a private room"][role="button"])'))?.click();
    await ada.reads("Your private room is ready, and its link is copied");
    const href = await tab.page.evaluate(() => location.href);
    expect(href).toMatch(/\/r\/[a-z0-9-]+#k=[\w-]{22}$/);
    expect(await tab.page.evaluate(() => navigator.clipboard.readText())).toBe(href);
    await until("the QR code", () =>
      tab.page.evaluate(() => document.querySelector('svg[aria-label="The link as a QR code"]') !== null),
    );
    expect(tab.problems).toEqual([]);
  });

  it("the lobby screen can be used within a second on a processor four times slower, once served", async () => {
    const tab = await stage.page("chromium");
    const link = `${stage.server.url}/r/${stage.roomName("slow")}?mic=off&camera=off`;
    // The best of three: other tests' browsers may still be closing.
    const times = await timesToLobby(tab, link, 4, 3);
    expect(Math.min(...times)).toBeLessThan(1_000);
  });
});

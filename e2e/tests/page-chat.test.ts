import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { choose } from "../harness/on-the-page.ts";
import { privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };
const engines: Engine[] = ["chromium", "firefox"];

describe("the chat on the page", () => {
  const stage = useStage();

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

  it.each(engines)(
    "[W95][W51] %s: lines, links and emoji are written as they are read, and what is too long is said",
    async (engine) => {
      const link = privateLink(stage.server, stage.roomName("writing"));
      const ada = await stage.person(engine, link, { name: "Ada", ...silent });
      const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
      await ada.seesPeople("Bo");
      await ada.open("Chat");
      const { page } = ada.tab;
      const box = await page.waitForSelector('::-p-aria([name="Message"][role="textbox"])');
      await box?.type("see https://example.org/list,");
      await page.keyboard.down("Shift");
      await page.keyboard.press("Enter");
      await page.keyboard.up("Shift");
      await box?.type("please ");
      await ada.press("Emoji");
      await ada.press("👍");
      await page.keyboard.press("Escape");
      await ada.press("Send");
      await bo.readsOnce("please 👍");
      const read = await bo.tab.page.evaluate(() => {
        const text = window.parlourTest.find("log", "Messages")?.querySelector<HTMLElement>(".line .text");
        const anchor = text?.querySelector("a");
        return { text: text?.innerText, href: anchor?.href, rel: anchor?.rel };
      });
      expect(read).toEqual({
        text: "see https://example.org/list,\nplease 👍",
        href: "https://example.org/list",
        rel: "noopener noreferrer",
      });
      expect((await bo.tab.allRequests()).join()).not.toContain("example.org");
      // Tests have no clipboard of their own in both browsers.
      await page.evaluate(() => {
        const paste = Object.assign(new Event("paste", { bubbles: true }), {
          clipboardData: { getData: () => "x".repeat(5_000) },
        });
        window.parlourTest.find("textbox", "Message")?.dispatchEvent(paste);
      });
      await ada.reads("A message has at most");
      expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
    },
  );
});

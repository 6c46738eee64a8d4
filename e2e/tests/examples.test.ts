import { afterEach, describe, expect, it } from "vitest";
import { type Engine, sharedBrowser, type TestPage } from "../harness/browsers.ts";
import { startExample } from "../harness/example.ts";
import { pictureMoves, toneHeard } from "../harness/measure.ts";
import { until } from "../harness/waiting.ts";

let closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  const mine = closers.reverse();
  closers = [];
  for (const close of mine) await close().catch(() => {});
});

async function start(name: string): Promise<string> {
  const example = await startExample(name);
  closers.push(() => example.close());
  return example.url;
}
async function open(engine: Engine, url: string): Promise<TestPage> {
  const tab = await (await sharedBrowser(engine)).openPage();
  closers.push(() => tab.close());
  await tab.page.goto(url);
  return tab;
}
const shows = (tab: TestPage, selector: string, pattern: RegExp): Promise<string> =>
  until(`${pattern} in ${selector}`, async () => {
    const text = await tab.page.evaluate(
      (where) => document.querySelector(where)?.textContent ?? "",
      selector,
    );
    return pattern.test(text) && text;
  });

describe("examples", () => {
  it("group-chat: names of two words, count, notices, messages with their time, profanity told to the sender alone", async () => {
    const url = await start("group-chat");
    const ada = await open("chromium", url);
    const welcome = await shows(ada, "#welcome", /You are (?:\S+ )?[A-Z][a-z]+ [A-Z][a-z]+\./);
    const name = /([A-Z][a-z]+ [A-Z][a-z]+)\./.exec(welcome)?.[1] ?? "";
    const bo = await open("firefox", url);
    await shows(ada, "#count", /^2 online$/);
    await shows(ada, "#messages", /joined/);
    const say = async (tab: TestPage, text: string): Promise<void> => {
      await tab.page.focus("#message");
      await tab.page.keyboard.type(text);
      await tab.page.keyboard.press("Enter");
    };
    await say(ada, "hello everyone");
    expect(await shows(bo, "#messages", /hello everyone/)).toMatch(
      new RegExp(`\\d{1,2}:\\d{2}.*${name}: hello everyone`),
    );
    await say(ada, "you fucking fool");
    await shows(ada, "#problem", /not passed on/);
    await ada.page.evaluate(() => {
      (document.getElementById("message") as HTMLInputElement).value = "";
    });
    await say(ada, "goodbye");
    expect(await shows(bo, "#messages", /goodbye/)).not.toContain("fool");
    await ada.page.close();
    await shows(bo, "#count", /^1 online$/);
    await shows(bo, "#messages", /left/);
    expect(bo.problems).toEqual([]);
  });

  it("video-call: the root leads to a fresh room, its link brings others in, everyone sees and hears everyone", async () => {
    const url = await start("video-call");
    const ada = await open("chromium", url);
    const link = await until(
      "a room of one's own",
      async () => /\/r\/\w+#k=/.test(ada.page.url()) && ada.page.url(),
    );
    await shows(ada, "#status", /Nobody else is here/);
    const bo = await open("firefox", link);
    await shows(ada, "#status", /2 people/);
    for (const tab of [ada, bo]) {
      const theirs = { selector: "figure:not(#tile-self)" };
      expect(await pictureMoves(tab, theirs)).toBeGreaterThan(0);
      await toneHeard(tab, theirs);
    }
    const cy = await open("chromium", link);
    for (const tab of [ada, bo, cy]) {
      await until("two others", () =>
        tab.page.evaluate(() => document.querySelectorAll("figure:not(#tile-self)").length === 2),
      );
    }
    await bo.page.click("#leave");
    for (const tab of [ada, cy]) {
      await until("one other", () =>
        tab.page.evaluate(() => document.querySelectorAll("figure:not(#tile-self)").length === 1),
      );
    }
    await pictureMoves(ada, { selector: "figure:not(#tile-self)" });
    expect([...ada.problems, ...bo.problems, ...cy.problems]).toEqual([]);
  });
});

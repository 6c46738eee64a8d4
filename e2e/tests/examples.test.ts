import { describe, expect, it } from "vitest";
import type { TestPage } from "../harness/browsers.ts";
import { shows, useExamples } from "../harness/examples-stage.ts";
import { pictureMoves, toneHeard } from "../harness/measure.ts";
import { until } from "../harness/waiting.ts";

describe("examples with rooms", () => {
  const { start, open, looksRight } = useExamples();

  it("[E9] group-chat: names of two words, count, notices, messages with their time, profanity told to the sender alone", async () => {
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
    await looksRight(await open("chromium", url));
  });

  it("[E9] video-call: the root leads to a fresh room, its link brings others in, everyone sees and hears everyone", async () => {
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
    for (const tab of [ada, bo, cy]) await looksRight(tab);
    // The address that asks for a fresh room gives another one.
    const di = await open("firefox", `${url}/new`);
    await until("another room", async () => /\/r\/\w+#k=/.test(di.page.url()) && di.page.url() !== link);
  });

  it("[E6][E9] cat-pictures: a picture dropped here appears there, and what is no picture does not", async () => {
    const url = await start("cat-pictures");
    const ada = await open("chromium", url);
    const link = await until(
      "a room of one's own",
      async () => /\/r\/\w+#k=/.test(ada.page.url()) && ada.page.url(),
    );
    await shows(ada, "#state", /Nobody else/);
    const bo = await open("firefox", link);
    await shows(ada, "#state", /Others here: 1/);
    const drop = (tab: TestPage, name: string, isPicture: boolean): Promise<void> =>
      tab.page.evaluate(
        async (fileName, isReal) => {
          const canvas = new OffscreenCanvas(40, 30);
          const pen = canvas.getContext("2d");
          if (pen) {
            pen.fillStyle = "red";
            pen.fillRect(0, 0, 40, 30);
          }
          const bytes = isReal ? await canvas.convertToBlob() : new Blob(["<svg onload=alert(1)>"]);
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], fileName));
          document.body.dispatchEvent(
            new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }),
          );
        },
        name,
        isPicture,
      );
    await drop(ada, "red.png", true);
    await until("the picture over there", () =>
      bo.page.evaluate(() => {
        const [shown] = document.querySelectorAll<HTMLImageElement>('img[alt="red.png"]');
        const pen = new OffscreenCanvas(1, 1).getContext("2d");
        if (shown === undefined || shown.naturalWidth !== 40 || pen === null) return false;
        pen.drawImage(shown, 0, 0, 1, 1);
        const [red = 0, green = 0] = pen.getImageData(0, 0, 1, 1).data;
        return red > 200 && green < 60;
      }),
    );
    await bo.page.click("#cat");
    for (const tab of [ada, bo]) await shows(tab, "#pictures", /cat\.png/);
    await drop(ada, "evil.svg", false);
    await shows(ada, "#state", /is no picture/);
    await drop(ada, "fake.png", false);
    await shows(bo, "#state", /fake\.png can't be shown/);
    expect(await bo.page.$$eval("#pictures img", (all) => all.length)).toBe(2);
    // Who comes later gets what there is.
    const cy = await open("chromium", link);
    await shows(cy, "#pictures", /red\.png/);
    for (const tab of [ada, bo, cy]) await looksRight(tab);
  });
});

import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { enter, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];

describe.each(engines)("%s: before joining", (engine) => {
  const stage = useStage();

  it("[W28][W35] a name of two words is offered, and the one that was typed is remembered", async () => {
    const tab = await stage.page(engine);
    const ada = personOn(tab, "Ada");
    const open = (purpose: string) =>
      tab.page.goto(`${stage.server.url}/r/${stage.roomName(purpose)}?mic=off&camera=off`);
    const box = () =>
      until("the box for the name", () =>
        tab.page.evaluate(() => {
          const { placeholder, value } = (window.parlourTest.find("textbox", "Your name") ??
            {}) as Partial<HTMLInputElement>;
          return placeholder === undefined ? undefined : { placeholder, value };
        }),
      );
    await open("offered");
    const { placeholder, value } = await box();
    expect(value).toBe("");
    expect(placeholder).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
    await ada.press("Join");
    await ada.sees("figure", `${placeholder} (you)`);
    await ada.leave();

    await open("typed");
    expect((await box()).value).toBe("");
    await (await tab.page.$('::-p-aria([name="Your name"][role="textbox"])'))?.type("Ada Lovelace");
    await ada.press("Join");
    await ada.sees("figure", "Ada Lovelace (you)");
    await ada.leave();
    await open("again");
    expect((await box()).value).toBe("Ada Lovelace");
    expect(tab.problems).toEqual([]);
  });

  it("[X81] a browser that can't seal frames is told before it joins a private room, and no other", async () => {
    const link = privateLink(stage.server, stage.roomName("sealed"));
    const able = await stage.page(engine);
    await able.page.goto(link);
    await personOn(able, "Ada").sees("button", "Join");
    expect(await able.page.evaluate(() => document.body.innerText)).not.toContain("frame by frame");
    const unable = await stage.page(engine);
    await unable.page.evaluateOnNewDocument(() => {
      Reflect.deleteProperty(globalThis, "RTCRtpScriptTransform");
    });
    await unable.page.goto(link);
    await personOn(unable, "Bo").reads("This browser can't encrypt frame by frame.");
    await unable.page.goto(`${stage.server.url}/r/${stage.roomName("open")}`);
    await personOn(unable, "Bo").sees("button", "Join");
    expect(await unable.page.evaluate(() => document.body.innerText)).not.toContain("frame by frame");
  });

  it("[W93] your own picture is as in a mirror, and never heard", async () => {
    const tab = await stage.page(engine);
    const ada = await enter(tab, privateLink(stage.server, stage.roomName("mirror")), { name: "Ada" });
    await ada.moves("Ada (you)");
    const own = () =>
      tab.page.evaluate(() => {
        const video = window.parlourTest.find("figure", "Ada (you)")?.querySelector("video");
        return video && { isMuted: video.muted, scale: getComputedStyle(video).scale };
      });
    expect(await own()).toEqual({ isMuted: true, scale: "-1 1" });
    const bo = await stage.person("chromium", ada.tab.page.url(), { name: "Bo", camera: false, mic: false });
    await bo.moves("Ada");
    const scale = () =>
      bo.tab.page.evaluate(() => {
        const video = window.parlourTest.find("figure", "Ada")?.querySelector("video");
        return video && getComputedStyle(video).scale;
      });
    expect(await scale()).toBe("none");
  });
});

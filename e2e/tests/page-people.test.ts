import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { pictureMoves } from "../harness/measure.ts";
import { enter, type Person, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];

/** The code with that person, as the panel shows it. */
const codeWith = (reader: Person, name: string): Promise<string> =>
  until(`a code with ${name} (${reader.name})`, () =>
    reader.tab.page.evaluate((wanted) => {
      const label = `Verification code with ${wanted}: `;
      const found = [...document.querySelectorAll("[aria-label]")]
        .map((element) => element.getAttribute("aria-label") ?? "")
        .find((one) => one.startsWith(label) && /\d{4}$/.test(one));
      return found?.slice(label.length);
    }, name),
  );

describe.each(engines)("%s: people", (engine) => {
  const stage = useStage();

  it("[W27][W101] who only looks on is asked for no device, sees and hears everyone, and is shown as watching", async () => {
    const tab = await stage.page(engine);
    await tab.page.evaluateOnNewDocument(() => {
      // As in the empty page that Firefox begins with.
      if (navigator.mediaDevices === undefined) return;
      navigator.mediaDevices.getUserMedia = () => {
        console.error("a device was asked for");
        return Promise.reject(new DOMException("", "NotAllowedError"));
      };
    });
    const link = privateLink(stage.server, stage.roomName("watching"));
    const bo = await stage.person("chromium", link, { name: "Bo" });
    const ada = await enter(tab, link, { name: "Ada", camera: false, mic: false, joinNow: false });
    await ada.reads("You will watch and listen. The others neither see nor hear you.");
    await ada.press("Join");
    await ada.moves("Bo");
    await ada.hears("Bo");
    await bo.seesPeople("Ada");
    await until("Ada as watching", async () => (await bo.roster()).includes("Watching"));
    await ada.say("I am here all the same");
    await bo.readsOnce("I am here all the same");
    expect(tab.problems).toEqual([]);
  });

  it("[P9][P21] the code that two compare is the same on both pages", async () => {
    const link = privateLink(stage.server, stage.roomName("codes"));
    const silent = { camera: false, mic: false };
    const ada = await stage.person(engine, link, { name: "Ada", ...silent });
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    const cy = await stage.person(engine, link, { name: "Cy", ...silent });
    for (const one of [ada, bo, cy]) await one.open("People");
    expect(await codeWith(ada, "Bo")).toBe(await codeWith(bo, "Ada"));
    expect(await codeWith(cy, "Bo")).toBe(await codeWith(bo, "Cy"));
    expect(await codeWith(ada, "Bo")).not.toBe(await codeWith(cy, "Bo"));
  });

  it("[W93] before joining you see yourself as in a mirror, and the picture takes nobody's time", async () => {
    const tab = await stage.page(engine);
    const ada = personOn(tab, "Ada");
    await tab.page.goto(privateLink(stage.server, stage.roomName("preview")));
    await ada.sees("button", "Join");
    await pictureMoves(tab, { selector: ".preview video" });
    const own = await tab.page.evaluate(() => {
      const video = document.querySelector<HTMLVideoElement>(".preview video");
      return video && { isMuted: video.muted, scale: getComputedStyle(video).scale };
    });
    expect(own).toEqual({ isMuted: true, scale: "-1 1" });
    expect(tab.problems).toEqual([]);
  });
});

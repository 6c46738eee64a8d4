import { describe, expect, it } from "vitest";
import { choose } from "../harness/on-the-page.ts";
import { enter, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };

describe("pictures, sound and devices on the page", () => {
  const stage = useStage();

  it("[W17] a permission that is denied is explained, and joining with text only works", async () => {
    const tab = await stage.page("chromium");
    await tab.page.evaluateOnNewDocument(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    });
    const link = privateLink(stage.server, stage.roomName("denied"));
    const ada = await enter(tab, link, { name: "Ada", joinNow: false });
    await ada.reads("The browser does not let this page use camera and microphone");
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await ada.say("I can only write today");
    await bo.readsOnce("I can only write today");
  });

  it("[W52] a camera that is taken away is replaced, and the others see it move again", async () => {
    const tab = await stage.page("chromium");
    await tab.page.evaluateOnNewDocument(() => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.kept["tracks"] = [];
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        (window.kept["tracks"] as MediaStreamTrack[]).push(...stream.getVideoTracks());
        return stream;
      };
    });
    const link = privateLink(stage.server, stage.roomName("unplugged"));
    const ada = await enter(tab, link, { name: "Ada" });
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await bo.moves("Ada");
    await tab.page.evaluate(() => {
      const [track] = window.kept["tracks"] as MediaStreamTrack[];
      track?.stop();
      // As the browser does when the device goes; it can't be pulled out of a test machine.
      track?.dispatchEvent(new Event("ended"));
    });
    await ada.reads("was unplugged");
    await until("another camera", () =>
      tab.page.evaluate(() => (window.kept["tracks"] as MediaStreamTrack[]).length === 2),
    );
    await bo.moves("Ada");
    expect(ada.tab.problems).toEqual([]);
  });

  it("[W43] a picture that is shown small is sent small, and larger again when it is shown large", async () => {
    const link = privateLink(stage.server, stage.roomName("small-picture"));
    const boTab = await stage.page("chromium", { smallPictures: false });
    const bo = await enter(boTab, link, { name: "Bo" });
    const ada = await stage.person("chromium", link, { name: "Ada", ...silent });
    await ada.tab.page.setViewport({ width: 390, height: 700 });
    await ada.moves("Bo");
    const heightSeen = () =>
      ada.tab.page.evaluate(() => {
        const video = window.parlourTest.find("figure", "Bo")?.querySelector("video");
        return video?.videoHeight ?? 0;
      });
    await until("a picture as large as its tile", async () => (await heightSeen()) >= 300);
    await bo.press("Share screen");
    await ada.moves("Bo's screen");
    await until("a small picture", async () => {
      const height = await heightSeen();
      return height > 0 && height < 250;
    });
    await bo.press("Stop sharing");
    await until("the larger picture again", async () => (await heightSeen()) >= 300);
  });

  it("[W53] changes devices and sound in mid-call, while the others go on seeing and hearing", async () => {
    const tab = await stage.page("chromium");
    await tab.page.evaluateOnNewDocument(() => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      window.kept["asked"] = [];
      navigator.mediaDevices.getUserMedia = (wanted) => {
        (window.kept["asked"] as unknown[]).push(wanted?.audio);
        return open(wanted);
      };
    });
    const link = privateLink(stage.server, stage.roomName("devices"));
    const ada = await enter(tab, link, { name: "Ada" });
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await bo.hears("Ada");
    await choose(ada, "More", "Settings…");
    await ada.sees("dialog", "Settings");
    const asked = () => tab.page.evaluate(() => window.kept["asked"] as Record<string, unknown>[]);
    expect((await asked())[0]).toMatchObject({
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    });
    await tab.page.evaluate(() => window.parlourTest.find("switch", "Suppress noise")?.click());
    await until("the microphone opened again", async () => (await asked()).length === 2);
    expect((await asked())[1]).toMatchObject({ echoCancellation: true, noiseSuppression: false });
    const other = await until("a camera to choose", () =>
      tab.page.evaluate(() => {
        const list = window.parlourTest.find("combobox", "Camera") as HTMLSelectElement | undefined;
        return [...(list?.options ?? [])].find(({ value }) => value !== "")?.value;
      }),
    );
    await tab.page.evaluate((id) => {
      const list = window.parlourTest.find("combobox", "Camera") as HTMLSelectElement;
      list.value = id;
      list.dispatchEvent(new Event("change", { bubbles: true }));
    }, other);
    await until("the camera opened again", async () => (await asked()).length === 3);
    await tab.page.keyboard.press("Escape");
    await bo.moves("Ada");
    await bo.hears("Ada");
    expect(tab.problems).toEqual([]);
  });
});

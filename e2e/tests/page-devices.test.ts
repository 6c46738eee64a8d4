import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { choose } from "../harness/on-the-page.ts";
import { enter, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];
const silent = { camera: false, mic: false };

describe("pictures, sound and devices on the page", () => {
  const stage = useStage();

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
      // As the browser does when the device goes. A camera can't be pulled out of a test machine, and one that a browser makes up is
      // never taken for gone: Firefox leaves those out where it ends the tracks of what is no longer listed, and does not hand an
      // event that a page made to the listeners of a track that was stopped. How Firefox itself ends a track is seen with a
      // microphone that is pulled out, in page-sound.test.ts: it does the same for both kinds.
      track?.dispatchEvent(new Event("ended"));
    });
    await ada.reads("was unplugged");
    await until("another camera", () =>
      tab.page.evaluate(() => (window.kept["tracks"] as MediaStreamTrack[]).length === 2),
    );
    await bo.moves("Ada");
    expect(ada.tab.problems).toEqual([]);
  });

  it.each(engines)(
    "[W43] %s: a picture that is shown small is sent small, and larger again when it is shown large",
    async (engine) => {
      const link = privateLink(stage.server, stage.roomName("small-picture"));
      const boTab = await stage.page(engine, { smallPictures: false });
      const bo = await enter(boTab, link, { name: "Bo" });
      const ada = await stage.person(engine, link, { name: "Ada", ...silent });
      await ada.tab.page.setViewport({ width: 390, height: 700 });
      await ada.moves("Bo");
      const heightSeen = () =>
        ada.tab.page.evaluate(() => {
          const video = window.parlourTest.find("figure", "Bo")?.querySelector("video");
          return video?.videoHeight ?? 0;
        });
      await until("a picture as large as its tile", async () => (await heightSeen()) >= 300);
      // Headless Firefox has no screen to share; a person on the stage makes the others small as well.
      const isShared = engine === "chromium";
      if (isShared) {
        await bo.press("Share screen");
        await ada.moves("Bo's screen");
      } else await choose(ada, "Options for Ada", "Pin to the stage");
      await until("a small picture", async () => {
        const height = await heightSeen();
        return height > 0 && height < 250;
      });
      if (isShared) await bo.press("Stop sharing");
      else await choose(ada, "Options for Ada", "Unpin");
      await until("the larger picture again", async () => (await heightSeen()) >= 300);
    },
  );

  it.each(engines)(
    "[W53] %s: changes devices and sound in mid-call, while the others go on seeing and hearing",
    async (engine) => {
      const tab = await stage.page(engine);
      await tab.page.evaluateOnNewDocument(() => {
        // As in the empty page that Firefox begins with.
        if (navigator.mediaDevices === undefined) return;
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
    },
  );
});

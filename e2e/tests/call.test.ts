import { describe, expect, it } from "vitest";
import { type Engine, launchBrowser } from "../harness/browsers.ts";
import { arrivalLink, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const pairs: [Engine, Engine][] = [
  ["chromium", "chromium"],
  ["firefox", "chromium"],
  ["firefox", "firefox"],
];

describe("two people in a call", () => {
  const stage = useStage();

  it.each(pairs)(
    "%s and %s see each other move, hear each other's tone, mute, stop video, leave",
    async (first, second) => {
      const link = privateLink(stage.server, stage.roomName("call"));
      const ada = await stage.person(first, link, { name: "Ada" });
      const bo = await stage.person(second, link, { name: "Bo" });
      await ada.seesPeople("Bo");
      await bo.seesPeople("Ada");
      expect(await ada.moves("Bo")).toBeGreaterThan(0);
      expect(await bo.moves("Ada")).toBeGreaterThan(0);
      await ada.hears("Bo");
      await bo.hears("Ada");

      await bo.figureSaysNot("Ada", "Muted");
      await ada.press("Mute");
      await bo.figureSays("Ada", "Muted");
      await ada.press("Unmute");
      await bo.figureSaysNot("Ada", "Muted");
      await bo.hears("Ada");

      await ada.press("Stop video");
      await bo.figureSays("Ada", "Camera off");
      // The light goes off: no live camera track is left in the page.
      await ada.sees("button", "Start video");
      await ada.press("Start video");
      await bo.figureSaysNot("Ada", "Camera off");
      expect(await bo.moves("Ada")).toBeGreaterThan(0);

      await ada.leave();
      await bo.seesPeople();
      expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
    },
  );

  it("stopping the video ends the camera's track, and muting lets nothing through", async () => {
    const link = privateLink(stage.server, stage.roomName("light"));
    const tab = await stage.page("chromium");
    await tab.page.evaluateOnNewDocument(() => {
      const tracks: MediaStreamTrack[] = [];
      window.kept["tracks"] = tracks;
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        tracks.push(...stream.getTracks());
        return stream;
      };
    });
    const { enter } = await import("../harness/people.ts");
    const ada = await enter(tab, link, { name: "Ada" });
    const bo = await stage.person("chromium", link, { name: "Bo", camera: false, mic: false });
    await bo.moves("Ada");
    await bo.hears("Ada");
    await ada.press("Stop video");
    await tab.page.waitForFunction(
      () =>
        (window.kept["tracks"] as MediaStreamTrack[]).every(
          (track) => track.kind !== "video" || track.readyState === "ended",
        ),
      { timeout: 30_000 },
    );
    await ada.press("Mute");
    await bo.figureSays("Ada", "Muted");
    await bo.hearsNothingOf("Ada");
  });

  it("someone without camera and microphone sees and hears, and is shown as muted", async () => {
    const link = privateLink(stage.server, stage.roomName("quiet"));
    const ada = await stage.person("firefox", link, { name: "Ada", camera: false, mic: false });
    const bo = await stage.person("chromium", link, { name: "Bo" });
    await ada.moves("Bo");
    await ada.hears("Bo");
    await bo.figureSays("Ada", "Muted");
    await bo.figureSays("Ada", "Camera off");
    // Changing their mind needs no new page.
    await ada.press("Start video");
    await bo.moves("Ada");
    await ada.press("Unmute");
    await bo.hears("Ada");
  });

  it("where the browser holds sound back, one tap brings it", async () => {
    const strict = await launchBrowser("chromium", { holdsSoundBack: true });
    stage.closeLater(() => strict.close());
    const link = privateLink(stage.server, stage.roomName("held"));
    const bo = await stage.person("chromium", link, { name: "Bo", camera: false });
    // Who publishes nothing and touched nothing yet is the one whose browser says no. The usual way of asking a page counts as
    // its user's touch, so this page is asked through the debugger alone until it is tapped.
    const tab = await stage.page(strict);
    await tab.page.goto(arrivalLink(link, { name: "Ada", camera: false, mic: false }));
    const debug = await tab.page.createCDPSession();
    const place = await until("the button Tap to hear", async () => {
      const { result } = await debug.send("Runtime.evaluate", {
        expression: `(() => {
          const box = window.parlourTest.find("button", "Tap to hear")?.getBoundingClientRect();
          return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        })()`,
        returnByValue: true,
        userGesture: false,
      });
      return result.value as { x: number; y: number } | undefined;
    });
    await tab.page.mouse.click(place.x, place.y);
    const ada = personOn(tab, "Ada");
    await ada.seesNo("button", "Tap to hear");
    await ada.hears("Bo");
    expect(bo.tab.problems).toEqual([]);
  });

  it("works in a public room just the same", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("open")}`;
    const ada = await stage.person("chromium", link, { name: "Ada" });
    const bo = await stage.person("firefox", link, { name: "Bo" });
    await Promise.all([ada.moves("Bo"), bo.moves("Ada")]);
    await ada.hears("Bo");
    await bo.hears("Ada");
  });
});

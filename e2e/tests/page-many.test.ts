import { describe, expect, it } from "vitest";
import type { TestPage } from "../harness/browsers.ts";
import { joinCrowd } from "../harness/crowd.ts";
import { fillRoom } from "../harness/media-drivers.ts";
import { enter, privateLink } from "../harness/people.ts";
import { joinWithSdk } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

/** Of the connection to the forwarder: pictures that were decoded, and how long its offer was. */
const forwarded = ({ page }: TestPage) =>
  page.evaluate(async () => {
    const links = new Set([...window.room.peers.values()].map(({ link }) => link.connection));
    const all = window.parlourTest.connections.filter(
      (one) => one.signalingState !== "closed" && !links.has(one),
    );
    let pictures = 0;
    for (const one of all)
      for (const found of (await one.getStats()).values())
        if (found.type === "inbound-rtp" && found.kind === "video" && found.framesDecoded > 0) pictures++;
    return { pictures, offer: Math.max(0, ...all.map((one) => one.localDescription?.sdp.length ?? 0)) };
  });

describe("a room of more than a machine can show", () => {
  const stage = useStage();

  it.each(["private", "public"] as const)(
    "[X220] %s: 25 pictures come by one connection to the forwarder, in Chromium and in Firefox, with a camera beside them",
    async (visibility) => {
      const name = stage.roomName("places");
      const link =
        visibility === "private" ? privateLink(stage.server, name) : `${stage.server.url}/r/${name}`;
      const crowd = await stage.sdkPage("chromium");
      for (const who of ["one", "two", "three", "four"]) await fillRoom(crowd, link, 7, who);
      for (const kind of ["chromium", "firefox"] as const) {
        const tab = await stage.sdkPage(kind);
        await tab.page.evaluate(() =>
          Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 8 }),
        );
        await joinWithSdk(tab, { link, name: kind, publish: true });
        const all = await until(
          "25 pictures by the forwarder",
          async () => {
            const found = await forwarded(tab);
            return found.pictures >= 25 && found;
          },
          60_000,
        );
        if (kind === "chromium") expect(all.offer).toBeGreaterThan(64 * 1024);
        expect(tab.problems).toEqual([]);
        await tab.page.evaluate(() => window.room.leave());
      }
      await crowd.page.close();
    },
    120_000,
  );

  it("[W110][X71] says whose picture is left out, and brings it when that is pressed", async () => {
    const link = privateLink(stage.server, stage.roomName("many"));
    const tab = await stage.page("chromium");
    await tab.page.evaluateOnNewDocument(() => {
      Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 2 });
    });
    const names = Array.from({ length: 13 }, (_, index) => `Guest ${index + 1}`);
    await joinCrowd(
      await stage.sdkPage("chromium"),
      link,
      names,
      { width: 96, height: 54, fps: 2 },
      { lookAt: [] },
    );
    const ada = await enter(tab, link, { name: "Ada", camera: false, mic: false });
    await ada.seesPeople(...names);
    const figures = () =>
      tab.page.evaluate(() =>
        window.parlourTest.byRole("figure").map(({ name, element }) => ({
          name,
          isShown: element.querySelector(".cover") === null,
          isLeftOut: element.textContent?.includes("Not shown") === true,
        })),
      );
    const leftOut = () =>
      until(
        "twelve pictures, and the one that is left out",
        async () => {
          const all = await figures();
          const [only, ...more] = all.filter(({ isLeftOut }) => isLeftOut);
          const shown = all.filter(({ isShown }) => isShown).length;
          return shown === 12 && only && more.length === 0 && only.name;
        },
        60_000,
      );
    const before = await leftOut();
    const why = await tab.page.evaluate((name) => {
      const figure = window.parlourTest.find("figure", name);
      const sign = window.parlourTest.byRole("button", figure).find((one) => one.name === "Not shown");
      sign?.element.click();
      return sign?.element.title;
    }, before);
    expect(why).toContain("This device shows 12 pictures at once.");
    await ada.moves(before);
    await ada.figureSays(before, "Pinned");
    // Somebody else is now.
    expect(await leftOut()).not.toBe(before);
    expect(tab.problems).toEqual([]);
  });
});

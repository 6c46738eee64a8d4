import { describe, expect, it } from "vitest";
import { joinCrowd } from "../harness/crowd.ts";
import { pictureMoves } from "../harness/measure.ts";
import { comesBy, passedOnBy, plan } from "../harness/passing.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const small = { width: 160, height: 120, fps: 10 };

describe("a room whose host runs no forwarder", () => {
  const stage = useStage(["--forwarder", "off"]);

  it("[X130] goes over the elected page with the sixth picture, over the next when that one dies, and back with fewer", async () => {
    const link = privateLink(stage.server, stage.roomName("passes"));
    const ada = await stage.sdkPage("chromium");
    await joinWithSdk(ada, { link, name: "Ada", publish: true });
    const bo = await stage.sdkPage("firefox");
    await joinWithSdk(bo, { link, name: "Bo", publish: true });
    const crowd = await stage.sdkPage("chromium");
    await joinCrowd(crowd, link, ["Cy", "Di", "Ed"], small);
    for (const peer of ["Bo", "Cy", "Di", "Ed"]) await comesBy(ada, peer, peer);
    expect((await plan(ada)).topology).toBe("mesh");
    const flo = await stage.sdkPage("chromium");
    await joinWithSdk(flo, { link, name: "Flo", publish: true });
    await flo.page.evaluate(() => {
      window.room.passOn = false;
    });
    await crowd.page.evaluate(() => {
      for (const room of window.kept["rooms"] as (typeof window.room)[]) room.passOn = false;
    });
    await passedOnBy(bo, "Ada");
    // Chromium passes on, to Chromium and Firefox.
    await comesBy(bo, "Cy", "Ada");
    await comesBy(bo, "Flo", "Ada", undefined, true);
    await comesBy(crowd, "Bo", "Ada", 0, true);
    await comesBy(bo, "Ada", "Ada", undefined, true);
    for (const peer of ["Bo", "Cy", "Flo"]) await comesBy(ada, peer, peer);
    await pictureMoves(bo, { selector: 'video[data-peer="Cy"]' });

    // It dies without a word: by link at once, then by the next.
    ada.page.goto("chrome://crash").catch(() => {});
    await comesBy(bo, "Cy", "Cy");
    await passedOnBy(bo, "Bo");
    // Firefox passes on.
    await comesBy(crowd, "Ed", "Bo", 0);
    await comesBy(crowd, "Flo", "Bo", 1, true);
    await comesBy(flo, "Cy", "Bo");
    await comesBy(flo, "Bo", "Bo", undefined, true);
    for (const peer of ["Cy", "Flo"]) await comesBy(bo, peer, peer);

    // Who says no is asked no more, at once, and nobody else would.
    await bo.page.evaluate(() => {
      window.room.passOn = false;
    });
    await until("a mesh", async () => (await plan(bo)).topology === "mesh");
    await comesBy(crowd, "Ed", "Ed", 0);
    await comesBy(bo, "Ed", "Ed");
    expect([bo, crowd, flo].flatMap(({ problems }) => problems)).toEqual([]);
  }, 240_000);

  it("[X138] tells who passes on that it does and what it sends, and the switch stops it", async () => {
    const link = privateLink(stage.server, stage.roomName("asked"));
    const ada = await stage.person("chromium", link, { name: "Ada", mic: false });
    const crowd = await stage.sdkPage("chromium");
    await joinCrowd(crowd, link, ["Bo", "Cy", "Di", "Ed", "Flo"]);
    await ada.reads("You can stop that under People.");
    await ada.open("People");
    await ada.reads("Your page passes the others' pictures and sound on to 5 people.");
    await ada.reads(/You send [\d.]+ Mbit\/s now/);
    await ada.sees("switch", "Pass the others' pictures on");
    await ada.tab.page.evaluate(() =>
      (window.parlourTest.find("switch", "Pass the others' pictures on") as HTMLElement).click(),
    );
    await ada.reads(/go by way of (Bo|Cy|Di|Ed|Flo), whose page passes them on/);
    await ada.readsNo("Your page passes");
    expect(ada.tab.problems).toEqual([]);
  }, 120_000);
});

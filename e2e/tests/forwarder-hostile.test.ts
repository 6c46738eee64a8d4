import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, sharedBrowser, type TestPage } from "../harness/browsers.ts";
import { type HostileServer, type Meddling, startHostile } from "../harness/hostile-forwarder/hostile.ts";
import { pictureMoves } from "../harness/measure.ts";
import { comes, fillRoom, type Received, received } from "../harness/media-drivers.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, openSdkPage } from "../harness/sdk-page.ts";
import { until } from "../harness/waiting.ts";

// The forwarder of a real server alters, repeats and mixes up frames of a private room, between real browsers.

describe("a forwarder that meddles", () => {
  let hostile: HostileServer;
  let ada: TestPage;
  let bo: TestPage;
  const tabs: TestPage[] = [];

  const open = async (engine: Engine): Promise<TestPage> => {
    const tab = await openSdkPage(await sharedBrowser(engine), hostile.server.url);
    tabs.push(tab);
    return tab;
  };
  beforeAll(async () => {
    hostile = await startHostile();
    const link = privateLink(hostile.server, "hostile");
    await fillRoom(await open("chromium"), link, 6);
    ada = await open("chromium");
    await joinWithSdk(ada, { link, name: "Ada", publish: true });
    bo = await open("firefox");
    await joinWithSdk(bo, { link, name: "Bo", publish: true });
  });
  afterAll(async () => {
    for (const tab of tabs) await tab.close();
    await hostile?.close();
  });
  const both = (check: (on: TestPage, other: string) => Promise<unknown>) =>
    Promise.all([check(ada, "Bo"), check(bo, "Ada")]);
  /** How often the page dropped a frame, and why. */
  const dropped = async ({ page }: TestPage): Promise<Readonly<Record<string, number>>> => {
    const details = await page.evaluate(async () => {
      const { events } = await window.room.inspect();
      return events.flatMap(({ event, detail }) => (event === "frames-dropped" ? String(detail) : []));
    });
    return JSON.parse(details.at(-1) ?? "{}");
  };
  const flows = (on: TestPage, other: string): Promise<void> =>
    comes(on, other, "a picture by the forwarder", ({ video }) => video.frames > 5 && !video.isByLink);

  const cases: readonly (readonly [rule: string, Meddling, why: string])[] = [
    ["[Z18] alters frames", "alter", "forged"],
    ["[Z11] repeats old frames", "repeat", "replayed"],
    ["[Z19] puts somebody's frames in another's place", "mix", "unexpected"],
  ];
  it.each(cases)("%s: nothing of it is shown, and all is well after", async (_rule, how, why) => {
    await both(flows);
    const count = async (on: TestPage) => (await dropped(on))[why] ?? 0;
    const before = [await count(ada), await count(bo)] as const;
    hostile.meddle(how);
    await both(async (on, other) => {
      let shown: Received | undefined;
      await until(`pictures of ${other} that come and are not shown`, async () => {
        const now = await received(on, other);
        // What was under way is still shown.
        if (now === undefined || shown === undefined || now.video.frames !== shown.video.frames) {
          shown = now;
          return false;
        }
        return now.video.packets > shown.video.packets + 20 && now.audio.packets > shown.audio.packets + 20;
      });
      await until(
        `frames that were ${why}`,
        async () => (await count(on)) > (on === ada ? before[0] : before[1]),
      );
    });
    hostile.meddle("none");
    await both(async (on, other) => {
      const stood = (await received(on, other))?.video.frames ?? 0;
      await comes(on, other, "pictures again", ({ video }) => video.frames > stood + 5);
      await pictureMoves(on, { selector: `video[data-peer="${other}"][data-source="camera"]` });
    });
    expect([ada, bo].flatMap(({ problems }) => problems)).toEqual([]);
  });
});

import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { TestPage } from "../harness/browsers.ts";
import { joinCrowd } from "../harness/crowd.ts";
import { type Gaps, joinWithTone, watchGaps } from "../harness/gaps.ts";
import { pictureMoves } from "../harness/measure.ts";
import { joinMembers } from "../harness/members.ts";
import { privateLink } from "../harness/people.ts";
import { joinWithSdk, linkStateOf } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const small = { width: 160, height: 90, fps: 10 };

const shown = (peer: string) => `video[data-peer="${peer}"][data-source="camera"]`;
const moves = (tab: TestPage, peer: string) => pictureMoves(tab, { selector: shown(peer) });

const topology = ({ page }: TestPage, wanted: string): Promise<unknown> =>
  until(`the room to be a ${wanted}`, () => page.evaluate((is) => window.room.topology === is, wanted));

/** Connections of this page that receive or send media now. */
const inbound = ({ page }: TestPage, peer: string): Promise<boolean> =>
  page.evaluate((name) => {
    const video = document.querySelector<HTMLVideoElement>(
      `video[data-peer="${name}"][data-source="camera"]`,
    );
    const [track] = (video?.srcObject as MediaStream | null)?.getVideoTracks() ?? [];
    const links = [...window.room.peers.values()].flatMap(({ link }) => link.connection ?? []);
    return links.some((link) => link.getReceivers().some((receiver) => receiver.track === track));
  }, peer);

describe("a room that grows", () => {
  const stage = useStage();

  it.each(["private", "public"] as const)(
    "[X62] %s: goes over the forwarder with the sixth picture and back with fewer, and nobody's picture ends",
    async (visibility) => {
      const name = stage.roomName("grows");
      const link =
        visibility === "private" ? privateLink(stage.server, name) : `${stage.server.url}/r/${name}`;
      const ada = await stage.sdkPage("chromium");
      await joinWithSdk(ada, { link, name: "Ada", publish: true });
      const bo = await stage.sdkPage("firefox");
      await joinWithSdk(bo, { link, name: "Bo", publish: true });
      await moves(ada, "Bo");
      await moves(bo, "Ada");
      const crowd = await stage.sdkPage("chromium");
      await joinCrowd(crowd, link, ["Cy", "Di", "Ed"], small);
      for (const peer of ["Bo", "Cy", "Di", "Ed"]) await moves(ada, peer);
      await topology(ada, "mesh");
      expect(await inbound(ada, "Bo")).toBe(true);

      const late = await stage.sdkPage("chromium");
      await joinCrowd(late, link, ["Flo"], small);
      await topology(ada, "forwarder");
      await topology(bo, "forwarder");
      for (const tab of [ada, bo]) {
        const other = tab === ada ? "Bo" : "Ada";
        for (const peer of [other, "Cy", "Flo"]) {
          await until(`${peer}'s picture by the forwarder`, async () => !(await inbound(tab, peer)));
          await moves(tab, peer);
        }
      }
      await late.page.close();
      await crowd.page.close();
      await topology(ada, "mesh");
      await until("Bo's picture by the link again", () => inbound(ada, "Bo"));
      await moves(ada, "Bo");
      await moves(bo, "Ada");
      expect([ada, bo].flatMap(({ problems }) => problems)).toEqual([]);
    },
    180_000,
  );

  it("[X60][X61] moving there and back freezes no picture and stops no sound, and a channel loses nothing", async () => {
    const link = privateLink(stage.server, stage.roomName("moves"));
    const bo = await stage.sdkPage("chromium");
    await joinWithTone(bo, link, "Bo", { width: 160, height: 90, fps: 15 });
    const ada = await stage.sdkPage("chromium");
    await joinWithSdk(ada, { link, name: "Ada", publish: true });
    await moves(ada, "Bo");
    const crowd = await stage.sdkPage("chromium");
    await joinCrowd(crowd, link, ["Cy", "Di", "Ed"], small);
    for (const peer of ["Cy", "Di", "Ed"]) await moves(ada, peer);
    const late = await stage.sdkPage("chromium");

    await count(bo, ada);
    // The control: the same people, for as long as a move takes, and nobody moves.
    const calm = await gapsOf(ada, () => pause(watchedMs));
    const there = await gapsOf(ada, async () => {
      await joinCrowd(late, link, ["Flo"], small);
      await topology(ada, "forwarder");
      await until("Bo's picture by the forwarder", async () => !(await inbound(ada, "Bo")));
      await pause(watchedMs / 2);
    });
    const back = await gapsOf(ada, async () => {
      await late.page.close();
      await crowd.page.close();
      await topology(ada, "mesh");
      await until("Bo's picture by the link again", () => inbound(ada, "Bo"));
      await pause(watchedMs / 2);
    });
    for (const gaps of [there, back]) {
      expect(gaps.picture, JSON.stringify({ calm, there, back })).toBeLessThan(calm.picture + 500);
      expect(gaps.sound, JSON.stringify({ calm, there, back })).toBeLessThan(calm.sound + 300);
    }
    const { numbers, sent } = await counted(bo, ada);
    expect(numbers).toEqual(Array.from({ length: sent }, (_, n) => n));
    expect(sent).toBeGreaterThan(100);
  }, 240_000);

  it("[X60][X61][X160] so does moving back to a mesh of links that rested", async () => {
    const link = privateLink(stage.server, stage.roomName("moves"));
    const members = await joinMembers(
      link,
      Array.from({ length: 9 }, (_, n) => `member ${n}`),
    );
    stage.closeLater(() => Promise.all(members.map((room) => room.leave())));
    const bo = await stage.sdkPage("chromium");
    await joinWithTone(bo, link, "Bo", { width: 160, height: 90, fps: 15 });
    const ada = await stage.sdkPage("chromium");
    await joinWithSdk(ada, { link, name: "Ada", publish: true });
    await topology(ada, "forwarder");
    await moves(ada, "Bo");
    await until("the link to rest", async () => (await linkStateOf(ada, "Bo")) === "resting");

    const calm = await gapsOf(ada, () => pause(watchedMs));
    const back = await gapsOf(ada, async () => {
      await Promise.all(members.map((room) => room.leave()));
      await topology(ada, "mesh");
      await until("Bo's picture by the link", () => inbound(ada, "Bo"));
      await pause(watchedMs / 2);
    });
    expect(back.picture, JSON.stringify({ calm, back })).toBeLessThan(calm.picture + 500);
    expect(back.sound, JSON.stringify({ calm, back })).toBeLessThan(calm.sound + 300);
    expect(await linkStateOf(ada, "Bo")).toBe("connected");
    expect([ada, bo].flatMap(({ problems }) => problems)).toEqual([]);
  }, 240_000);
});

const watchedMs = 8_000;

async function gapsOf(on: TestPage, during: () => Promise<unknown>): Promise<Gaps> {
  const end = await watchGaps(on, "Bo");
  await during();
  return end();
}

/** One says numbers to the other all the time, on a channel that loses and repeats nothing. */
async function count(from: TestPage, to: TestPage): Promise<void> {
  await to.page.evaluate(() => {
    const numbers: unknown[] = [];
    window.kept["numbers"] = numbers;
    window.room
      .channel("count", { delivery: "exactly-once" })
      .on("message", (number) => void numbers.push(number));
  });
  await from.page.evaluate(() => {
    const channel = window.room.channel("count", { delivery: "exactly-once" });
    const ada = [...window.room.peers.values()].filter(({ name }) => name === "Ada");
    let sent = 0;
    const sends: Promise<void>[] = [];
    const timer = setInterval(() => sends.push(channel.send(sent++, { to: ada })), 50);
    window.kept["counted"] = async () => {
      clearInterval(timer);
      await Promise.all(sends);
      return sent;
    };
  });
}

async function counted(from: TestPage, to: TestPage): Promise<{ sent: number; numbers: unknown }> {
  const sent = await from.page.evaluate(() => (window.kept["counted"] as () => Promise<number>)());
  return { sent, numbers: await to.page.evaluate(() => window.kept["numbers"]) };
}

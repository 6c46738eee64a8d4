import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { privateLink } from "../harness/people.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const pairs: [Engine, Engine][] = [
  ["chromium", "firefox"],
  ["firefox", "chromium"],
];

describe("pictures", () => {
  const stage = useStage();

  it.each(pairs)(
    "%s sends to %s no more than is shown there, and nothing of what nobody looks at but sound",
    async (first, second) => {
      const link = privateLink(stage.server, stage.roomName("pictures"));
      const ada = await stage.member(first, { link, name: "Ada", publish: true });
      const bo = await stage.member(second, { link, name: "Bo" });
      await linked(ada, "Bo");
      const sent = () => outgoing(ada);
      await until("frames on their way", async () => (await sent()).frames > 10);
      expect((await sent()).height).toBe(240);

      await want(bo, { height: 120 });
      await until("a smaller picture", async () => (await sent()).height === 120);

      await want(bo, "none");
      // What was on its way when the sender was told still goes.
      let before = await sent();
      await until("a picture that stands still, and sound that goes on", async () => {
        const now = await sent();
        const isPaused = now.frames === before.frames && now.sound > before.sound + 20;
        if (now.frames !== before.frames) before = now;
        return isPaused;
      });

      await want(bo, { height: 240 });
      const paused = (await sent()).frames;
      await until("frames again", async () => (await sent()).frames > paused + 5);
      await until("the whole picture", async () => (await sent()).height === 240);
    },
  );
});

function want(tab: TestPage, picture: { height: number } | "none"): Promise<void> {
  return tab.page.evaluate((wanted) => {
    for (const peer of window.room.peers.values()) peer.media.get("camera")?.want(wanted);
  }, picture);
}

/** What a page sends on its only link: frames and height of its picture, packets of its sound. */
function outgoing(tab: TestPage): Promise<{ frames: number; height: number; sound: number }> {
  return tab.page.evaluate(async () => {
    const sent = { frames: 0, height: 0, sound: 0 };
    for (const { stats } of (await window.room.inspect()).links) {
      for (const one of stats) {
        if (one["type"] !== "outbound-rtp") continue;
        if (one["kind"] === "audio") sent.sound += Number(one["packetsSent"] ?? 0);
        else {
          sent.frames += Number(one["framesSent"] ?? one["framesEncoded"] ?? 0);
          sent.height = Math.max(sent.height, Number(one["frameHeight"] ?? 0));
        }
      }
    }
    return sent;
  });
}

import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { privateLink } from "../harness/people.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const rounds = 50;
const pairs: [Engine, Engine][] = [
  ["chromium", "chromium"],
  ["firefox", "chromium"],
  ["firefox", "firefox"],
];

describe("glare: both sides add tracks at the same instant", () => {
  const stage = useStage();

  /** Both publish (or take back) at one moment of the machine's clock. */
  const together = async (
    tabs: readonly TestPage[],
    source: string,
    what: "publish" | "unpublish",
  ): Promise<void> => {
    const at = Date.now() + 150;
    await Promise.all(
      tabs.map((tab) =>
        tab.page.evaluate(
          async (moment, name, action) => {
            const canvas = document.createElement("canvas");
            canvas.width = 32;
            canvas.height = 24;
            canvas.getContext("2d")?.fillRect(0, 0, 1, 1);
            const stream = action === "publish" ? canvas.captureStream(5) : undefined;
            while (Date.now() < moment) await new Promise((resolve) => setTimeout(resolve, 0));
            if (stream === undefined) {
              window.room.publications.get(name)?.unpublish();
            } else {
              await window.room.publish(stream, { source: name });
            }
          },
          at,
          source,
          what,
        ),
      ),
    );
  };

  const sources = (tab: TestPage): Promise<string[]> =>
    tab.page.evaluate(() => [...window.room.peers.values()].flatMap((peer) => [...peer.media.keys()]));

  it.each(pairs)(
    `%s and %s, ${rounds} times`,
    async (first, second) => {
      const link = privateLink(stage.server, stage.roomName("glare"));
      const tabs = [
        await stage.member(first, { link, name: "Ada" }),
        await stage.member(second, { link, name: "Bo" }),
      ] as const;
      await linked(tabs[0], "Bo");
      await linked(tabs[1], "Ada");
      for (let round = 0; round < rounds; round++) {
        const source = round % 5 === 0 ? `extra-${round / 5}` : "screen";
        await together(tabs, source, "publish");
        for (const tab of tabs) {
          await until(`${source} in round ${round}`, async () => (await sources(tab)).includes(source));
        }
        await together(tabs, source, "unpublish");
        for (const tab of tabs) {
          await until(`${source} gone in round ${round}`, async () => !(await sources(tab)).includes(source));
        }
      }
      // The connection that went through all of it still carries pictures both ways, and is at rest.
      await Promise.all(
        tabs.map((tab) =>
          tab.page.evaluate(async () => {
            const stream = await navigator.mediaDevices.getUserMedia({
              video: { width: 320, height: 240, frameRate: 15 },
            });
            await window.room.publish(stream, { source: "camera" });
          }),
        ),
      );
      const { pictureMoves } = await import("../harness/measure.ts");
      await pictureMoves(tabs[0], { selector: 'video[data-peer="Bo"][data-source="camera"]' });
      await pictureMoves(tabs[1], { selector: 'video[data-peer="Ada"][data-source="camera"]' });
      let collisions = 0;
      for (const tab of tabs) {
        const state = await tab.page.evaluate(() => ({
          open: window.parlourTest.connections.filter((one) => one.connectionState !== "closed").length,
          made: window.parlourTest.connections.length,
          signaling: window.parlourTest.connections.at(-1)?.signalingState,
          collisions: window.parlourTest.collisions.count,
        }));
        expect(state).toMatchObject({ open: 1, made: 1, signaling: "stable" });
        collisions += state.collisions;
        expect(tab.problems).toEqual([]);
      }
      // Had offers never met, this would have proven nothing.
      expect(collisions, "rounds in which offers really met").toBeGreaterThan(5);
    },
    180_000,
  );
});

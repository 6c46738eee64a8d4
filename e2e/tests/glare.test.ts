import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { pictureMoves } from "../harness/measure.ts";
import { privateLink } from "../harness/people.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

/** A source of a new name needs a track of its own each time; after ten a fresh pair keeps descriptions short. */
const pairsInTurn = 5;
const roundsEach = 10;
const pairs: [Engine, Engine][] = [
  ["chromium", "chromium"],
  ["firefox", "chromium"],
  ["firefox", "firefox"],
];

describe("glare: both sides add tracks at the same instant", () => {
  const stage = useStage();

  /** Both publish a moving picture at one moment of the machine's clock. */
  const publishTogether = async (tabs: readonly TestPage[], source: string): Promise<void> => {
    const at = Date.now() + 100;
    await Promise.all(
      tabs.map((tab) =>
        tab.page.evaluate(
          async (moment, name) => {
            const canvas = document.createElement("canvas");
            canvas.width = 64;
            canvas.height = 48;
            const context = canvas.getContext("2d");
            if (context === null) throw new Error("no canvas");
            let turn = 0;
            const timer = setInterval(() => {
              context.fillStyle = turn++ % 2 === 0 ? "white" : "teal";
              context.fillRect(0, 0, 64, 48);
            }, 100);
            window.kept["stop"] = () => clearInterval(timer);
            const stream = canvas.captureStream(10);
            while (Date.now() < moment) await new Promise((resolve) => setTimeout(resolve, 0));
            await window.room.publish(stream, { source: name });
          },
          at,
          source,
        ),
      ),
    );
  };
  const unpublishTogether = (tabs: readonly TestPage[], source: string): Promise<unknown> =>
    Promise.all(
      tabs.map((tab) =>
        tab.page.evaluate((name) => {
          window.room.publications.get(name)?.unpublish();
          (window.kept["stop"] as () => void)();
        }, source),
      ),
    );
  const sources = (tab: TestPage): Promise<string[]> =>
    tab.page.evaluate(() => [...window.room.peers.values()].flatMap((peer) => [...peer.media.keys()]));

  it.each(pairs)(
    `%s and %s, ${pairsInTurn * roundsEach} times`,
    async (first, second) => {
      let offers = 0;
      for (let pair = 0; pair < pairsInTurn; pair++) {
        const link = privateLink(stage.server, stage.roomName("glare"));
        // Who comes first is the polite one: each engine in turn.
        const [polite, impolite] = pair % 2 === 0 ? [first, second] : [second, first];
        const ada = await stage.member(polite, { link, name: "Ada", publish: true });
        const bo = await stage.member(impolite, { link, name: "Bo", publish: true });
        const ends = [
          [ada, "Bo"],
          [bo, "Ada"],
        ] as const;
        for (const [tab, other] of ends) {
          await linked(tab, other);
          await pictureMoves(tab, { selector: `video[data-peer="${other}"][data-source="camera"]` });
        }
        const madeBy = (tab: TestPage) => tab.page.evaluate(() => window.parlourTest.connections.length);
        const made = await Promise.all([ada, bo].map(madeBy));
        for (let round = 0; round < roundsEach; round++) {
          const source = `extra-${round}`;
          await publishTogether([ada, bo], source);
          await Promise.all(
            ends.map(([tab, other]) =>
              pictureMoves(tab, { selector: `video[data-peer="${other}"][data-source="${source}"]` }),
            ),
          );
          await unpublishTogether([ada, bo], source);
          await Promise.all(
            ends.map(([tab]) => until(`${source} gone`, async () => !(await sources(tab)).includes(source))),
          );
        }
        for (const [tab, other] of ends) {
          // The connection that went through all of it still carries the first pictures, and is at rest.
          await pictureMoves(tab, { selector: `video[data-peer="${other}"][data-source="camera"]` });
          const state = await tab.page.evaluate(() => ({
            signaling: window.parlourTest.connections.at(-1)?.signalingState,
            offers: window.parlourTest.offers,
          }));
          // Chromium draws no received picture any more once it took an offer back.
          expect(state).toMatchObject({ signaling: "stable", offers: { takenBack: 0 } });
          expect(tab.problems).toEqual([]);
          offers += state.offers.made;
        }
        expect(await Promise.all([ada, bo].map(madeBy))).toEqual(made);
        await ada.close();
        await bo.close();
      }
      // Had one side's offers carried both sides' tracks, this would have proven nothing.
      expect(offers, "offers made in all").toBeGreaterThanOrEqual(1.5 * pairsInTurn * roundsEach);
    },
    300_000,
  );
});

import { describe, expect, it } from "vitest";
import { stream, track } from "../pages.fixture.ts";
import { bo, stage, tracksOf } from "./engine-stage.fixture.ts";

describe("an offer to the forwarder that is not answered, and a server that is back", () => {
  it("[X75] says everything again when the server is back, and gives up an offer that is never answered", async () => {
    const page = stage({ answers: false });
    page.media.publish(stream(track("video")), { source: "camera" });
    page.state.isServerThere = false;
    await page.pass(100);
    expect(page.said).toEqual([]);
    page.state.isServerThere = true;
    page.driver.resync();
    expect(page.said.map(({ type }) => type)).toEqual(["offer", "sources", "wants"]);
    page.driver.resync();
    expect(page.offers().map(({ n }) => n)).toEqual([0, 0]);
    await page.pass(10_000);
    page.state.answers = true;
    await page.pass(2_000);
    expect(page.offers().at(-1)?.connection).toBe(1);
    expect(page.driver.isUp).toBe(true);
    page.driver.close();
    expect(page.last("bye")?.connection).toBe(1);
    page.driver.resync();
    await page.pass(60_000);
    expect(page.made).toHaveLength(2);
  });

  it("[X212] says an offer again that was not answered for 3 s, also while its connection stands", async () => {
    const page = stage();
    page.media.publish(stream(track("video")), { source: "camera" });
    await page.pass(500);
    expect(page.driver.isUp).toBe(true);
    page.state.answers = false;
    page.say(tracksOf(1, bo));
    await page.pass(2_900);
    const [asked] = page.offers().slice(-1);
    expect(page.offers().map(({ n }) => n)).toEqual([0, 1]);
    page.state.answers = true;
    await page.pass(3_000);
    expect(page.offers().map(({ n }) => n)).toEqual([0, 1, 1]);
    expect(page.offers().at(-1)).toEqual(asked);
    await page.pass(30_000);
    expect([page.offers().length, page.made.length]).toEqual([3, 1]);
  });

  it("[X185] makes another connection when the server that is back knows nothing of this one", async () => {
    const page = stage();
    page.media.publish(stream(track("video")), { source: "camera" });
    await page.pass(500);
    expect(page.driver.isUp).toBe(true);
    page.driver.resync();
    await page.pass(1_000);
    // It knew it, and said the same again.
    expect([page.made.length, page.offers().map(({ n }) => n)]).toEqual([1, [0, 0]]);
    page.engines.clear();
    page.driver.resync();
    await page.pass(1_000);
    expect(page.made).toHaveLength(2);
    expect(page.offers().at(-1)).toMatchObject({ connection: 1, n: 0 });
    expect(page.driver.isUp).toBe(true);
  });

  it("[X185] makes another connection when what went unanswered is answered by a server that was started anew", async () => {
    const page = stage();
    page.media.publish(stream(track("video")), { source: "camera" });
    await page.pass(500);
    page.state.isServerThere = false;
    // Something new to offer, or another way to be found, while nobody is there.
    page.media.publish(stream(track("video")), { source: "screen" });
    await page.pass(100);
    page.engines.clear();
    Object.assign(page.state, { isServerThere: true, certificate: "CC:DD" });
    page.driver.resync();
    await page.pass(1_000);
    expect(page.made).toHaveLength(2);
    expect([page.offers().at(-1)?.connection, page.driver.isUp]).toEqual([1, true]);
  });
});

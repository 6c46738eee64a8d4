import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { type Engine, launchBrowser, type TestBrowser, type TestPage } from "../harness/browsers.ts";
import {
  acceptOffer,
  digestOf,
  endOf,
  MiB,
  narrowUplink,
  offerChosen,
  offerFiles,
  profilePage,
  taken,
  takenUpTo,
  writeNoise,
} from "../harness/files.ts";
import { watchMemory } from "../harness/growth.ts";
import { privateLink } from "../harness/people.ts";
import { freshFolder, removeFolder } from "../harness/scratch.ts";
import { joinWithSdk, linked, loadSdk } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

// Files through the SDK, in browsers with profiles of their own: onto the disk, checked, through reloads on either side.

/** What goes from one browser to another, of a kind or of both. */
const big = 1024 * MiB;

/** Browsers with a disk; one of each kind for givers, one for takers. */
const browsers = new Map<string, Promise<TestBrowser>>();
function ours(engine: Engine, part: "giver" | "taker"): Promise<TestBrowser> {
  const key = `${engine} ${part}`;
  const found = browsers.get(key) ?? launchBrowser(engine);
  browsers.set(key, found);
  return found;
}

describe("files", () => {
  const stage = useStage();
  afterAll(async () => {
    for (const one of browsers.values()) await (await one).close();
  });

  const come = async (browser: TestBrowser, link: string, name: string): Promise<TestPage> => {
    const tab = await profilePage(browser);
    stage.closeLater(() => tab.close());
    await loadSdk(tab, stage.server.url);
    await joinWithSdk(tab, { link, name, media: false });
    return tab;
  };
  const pair = async (giver: Engine, taker: Engine) => {
    const link = privateLink(stage.server, stage.roomName("files"));
    const [first, second] = [await ours(giver, "giver"), await ours(taker, "taker")];
    const ada = await come(first, link, "Ada");
    const bo = await come(second, link, "Bo");
    await linked(ada, "Bo");
    return { link, ada, bo, browsers: { giver: first, taker: second } };
  };
  let ofFilm: Promise<string[]> | undefined;
  /** The same file in each test that gives one of that size. */
  const filmDigest = (giver: TestPage): Promise<string[]> => {
    ofFilm ??= digestOf(giver, "giving");
    return ofFilm;
  };
  const reload = async (tab: TestPage, link: string, name: string): Promise<void> => {
    await loadSdk(tab, stage.server.url);
    await joinWithSdk(tab, { link, name, media: false });
  };

  it("[F18][F120] Chromium to Chromium: a gibibyte from disk to disk, byte for byte, in little memory", async () => {
    const { ada, bo, browsers: both } = await pair("chromium", "chromium");
    const folder = freshFolder("film");
    onTestFinished(() => removeFolder(folder));
    const film = join(folder, "film.bin");
    writeNoise(film, big);
    const memory = watchMemory(both);
    await offerChosen(ada, film);
    await acceptOffer(bo);
    await takenUpTo(bo, 32 * MiB);
    const begun = Date.now();
    await takenUpTo(bo, big);
    expect(await endOf(bo)).toBe("done");
    const seconds = (Date.now() - begun) / 1000;
    const grown = memory.stop();
    process.stderr.write(
      `${Math.round((big / MiB - 32) / seconds)} MiB/s; memory beyond: ${JSON.stringify(grown)} MiB\n`,
    );
    expect(await digestOf(bo, "taking")).toEqual(await digestOf(ada, "giving"));
    expect(grown.giver.most).toBeLessThan(96);
    // Messages of a channel come in buffers of their own, of which browsers let 64 MiB lie about before they collect them.
    expect(grown.taker.most).toBeLessThan(128);
  }, 600_000);

  it("[F18] Firefox to Chromium: the taker's page is reloaded in the middle, and little comes twice", async () => {
    const { link, ada, bo } = await pair("firefox", "chromium");
    await offerFiles(ada, [{ name: "film.bin", size: big }]);
    await acceptOffer(bo);
    await takenUpTo(bo, big / 2);
    await reload(bo, link, "Bo");
    await until("the taking to go on by itself", async () => (await taken(bo)).state !== "none");
    const kept = (await taken(bo)).bytes;
    expect(kept).toBeGreaterThan(big / 2 - 32 * MiB);
    await takenUpTo(bo, big);
    expect(await endOf(bo)).toBe("done");
    expect(await digestOf(bo, "taking")).toEqual(await filmDigest(ada));
  }, 600_000);

  it("[F19] Chromium to Firefox: the giver's page is reloaded in the middle and offers the same again", async () => {
    const { link, ada, bo } = await pair("chromium", "firefox");
    await offerFiles(ada, [{ name: "film.bin", size: big }]);
    await acceptOffer(bo);
    await takenUpTo(bo, big / 2);
    await reload(ada, link, "Ada");
    await offerFiles(ada, [{ name: "film.bin", size: big }]);
    await takenUpTo(bo, big);
    expect(await endOf(bo)).toBe("done");
    expect(await digestOf(bo, "taking")).toEqual(await filmDigest(ada));
  }, 600_000);

  it("[F15] one giver, three takers: the giver's page is killed when they have it all together", async () => {
    const link = privateLink(stage.server, stage.roomName("files"));
    const giver = await launchBrowser("chromium");
    const ada = await come(giver, link, "Ada");
    const takers: TestPage[] = [];
    for (const name of ["Bo", "Cy", "Di"])
      takers.push(await stage.member("chromium", { link, name, media: false }));
    for (const name of ["Bo", "Cy", "Di"]) await linked(ada, name);
    await offerFiles(ada, [{ name: "shared.bin", size: 96 * MiB }]);
    const expected = await digestOf(ada, "giving");
    for (const taker of takers) await acceptOffer(taker);
    await until(
      "everything to be among the takers",
      () => ada.page.evaluate(() => (window.kept["giving"] as import("@parlour/client").Giving).isSpread),
      120_000,
    );
    giver.signal("SIGKILL");
    for (const taker of takers) {
      await takenUpTo(taker, 96 * MiB);
      expect(await endOf(taker)).toBe("done");
      expect(await digestOf(taker, "taking")).toEqual(expected);
    }
    await giver.close();
  }, 240_000);

  it("[F9] four takers of a giver with a narrow uplink cost it little more than one", async () => {
    const link = privateLink(stage.server, stage.roomName("files"));
    const ada = await stage.page("chromium");
    await narrowUplink(ada, 4 * MiB);
    await loadSdk(ada, stage.server.url);
    await joinWithSdk(ada, { link, name: "Ada", media: false });
    const takers: TestPage[] = [];
    for (const name of ["Bo", "Cy", "Di", "Ed"])
      takers.push(await stage.member("chromium", { link, name, media: false }));
    for (const name of ["Bo", "Cy", "Di", "Ed"]) await linked(ada, name);
    for (const taker of takers) await linked(taker, taker === takers[0] ? "Cy" : "Bo");
    await offerFiles(ada, [{ name: "shared.bin", size: 32 * MiB }]);
    for (const taker of takers)
      await until("the offer", () => taker.page.evaluate(() => window.room.files.offers.length > 0));
    await Promise.all(takers.map(acceptOffer));
    const expected = await digestOf(ada, "giving");
    for (const taker of takers) {
      expect(await endOf(taker)).toBe("done");
      expect(await digestOf(taker, "taking")).toEqual(expected);
    }
    const sent = await ada.page.evaluate(() => window.kept["sentBytes"] as number);
    process.stderr.write(`the giver sent ${(sent / MiB / 32).toFixed(2)} times the file\n`);
    expect(sent).toBeLessThan(2 * 32 * MiB);
  }, 240_000);

  it.each([
    ["chromium", "firefox"],
    ["firefox", "chromium"],
  ] as const)("[F2][F4] %s to %s: a tree of folders with odd names", async (giver, taker) => {
    const { ada, bo } = await pair(giver, taker);
    const odd = [
      "..",
      "a\u202egpj.exe",
      "line\nfeed",
      "CON",
      `${"long".repeat(100)}.txt`,
      "same",
      "same",
      "Same",
    ];
    await offerFiles(
      ada,
      [
        ...odd.map((name, seed) => ({ name, size: 1_000 + seed, seed, path: ["tree", "inner"] })),
        { name: "empty", size: 0, path: ["tree"] },
        { name: "large", size: 3 * MiB + 1, path: ["tree"] },
      ],
      "giving",
      "Bo",
    );
    await acceptOffer(bo);
    expect(await endOf(bo)).toBe("done");
    const names = await bo.page.evaluate(async () =>
      (await (window.kept["taking"] as import("@parlour/client").Taking).done).files.map(({ path, name }) =>
        [...path, name].join("/"),
      ),
    );
    expect(names.slice(0, 4)).toEqual([
      "tree/inner/_",
      "tree/inner/agpj.exe",
      "tree/inner/linefeed",
      "tree/inner/_CON",
    ]);
    expect(names[4]?.length).toBe("tree/inner/".length + 120);
    expect(names.slice(5)).toEqual([
      "tree/inner/same",
      "tree/inner/same (2)",
      "tree/inner/Same (3)",
      "tree/empty",
      "tree/large",
    ]);
    expect(await digestOf(bo, "taking")).toEqual(await digestOf(ada, "giving"));
    await ada.page.evaluate(() => (window.kept["giving"] as import("@parlour/client").Giving).done);
  });

  it("[F13] Chromium to Firefox: the link is lost in the middle, and the rest comes over the next", async () => {
    const { ada, bo } = await pair("chromium", "firefox");
    await offerFiles(ada, [{ name: "film.bin", size: 64 * MiB }]);
    await acceptOffer(bo);
    await takenUpTo(bo, 16 * MiB);
    await ada.page.evaluate(() => window.room.simulate("link-lost"));
    await takenUpTo(bo, 64 * MiB);
    expect(await endOf(bo)).toBe("done");
    expect(await digestOf(bo, "taking")).toEqual(await digestOf(ada, "giving"));
  }, 120_000);

  it("[F14][F16] paused, gone on with, declined and taken back, seen on both sides", async () => {
    const { ada, bo } = await pair("chromium", "chromium");
    await offerFiles(ada, [{ name: "film.bin", size: 64 * MiB }]);
    await acceptOffer(bo);
    await takenUpTo(bo, 4 * MiB);
    const takerState = () =>
      ada.page.evaluate(
        () => [...(window.kept["giving"] as import("@parlour/client").Giving).takers.values()][0]?.state,
      );
    const press = (what: "pause" | "resume") =>
      bo.page.evaluate((act) => (window.kept["taking"] as import("@parlour/client").Taking)[act](), what);
    await press("pause");
    await until("the giver to know", async () => (await takerState()) === "paused");
    await press("resume");
    await until("the giver to know", async () => (await takerState()) === "taking");
    await ada.page.evaluate(() => (window.kept["giving"] as import("@parlour/client").Giving).cancel());
    expect(await endOf(bo)).toBe("withdrawn");

    await offerFiles(ada, [{ name: "other.bin", size: MiB }], "giving", "Bo");
    await until("the second offer", () => bo.page.evaluate(() => window.room.files.offers.length > 0));
    await bo.page.evaluate(() => window.room.files.offers[0]?.decline());
    const code = await ada.page.evaluate(() =>
      (window.kept["giving"] as import("@parlour/client").Giving).done.then(
        () => "done",
        (error: { code: string }) => error.code,
      ),
    );
    expect(code).toBe("declined");
  });
});

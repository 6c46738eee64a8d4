import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ElementHandle } from "puppeteer-core";
import { afterAll, describe, expect, it } from "vitest";
import { complaints } from "../harness/axe.ts";
import { type Engine, launchBrowser, type TestBrowser, type TestPage } from "../harness/browsers.ts";
import { openFiles } from "../harness/files.ts";
import { enter, type Person, privateLink } from "../harness/people.ts";
import { freshFolder } from "../harness/scratch.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

// Files on the room's page, given and taken by the roles and names of its controls.

const pairs: readonly (readonly [giver: Engine, taker: Engine])[] = [
  ["chromium", "firefox"],
  ["firefox", "chromium"],
];
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Browsers that save downloads into a folder of the test's, without asking. */
const downloads = new Map<Engine, Promise<{ readonly browser: TestBrowser; readonly folder: string }>>();
function saving(engine: Engine) {
  let found = downloads.get(engine);
  if (found === undefined) {
    const folder = freshFolder("downloads");
    found = launchBrowser(engine, {
      preferences: {
        "browser.download.folderList": 2,
        "browser.download.dir": folder,
        "browser.download.useDownloadDir": true,
        "browser.download.alwaysOpenPanel": false,
      },
    }).then((browser) => ({ browser, folder }));
    downloads.set(engine, found);
  }
  return found;
}

describe("files on the page", () => {
  const stage = useStage();
  afterAll(async () => {
    for (const one of downloads.values()) await (await one).browser.close();
  });

  /** Someone whose downloads can be looked at. */
  const saver = async (engine: Engine, link: string, name: string) => {
    const { browser, folder } = await saving(engine);
    const tab = await browser.openPage();
    stage.closeLater(() => tab.close());
    if (engine === "chromium") {
      const tools = await tab.page.createCDPSession();
      await tools.send("Browser.setDownloadBehavior", {
        behavior: "allow",
        downloadPath: folder,
        ...(tab.context.id === undefined ? {} : { browserContextId: tab.context.id }),
      });
    }
    return { person: await enter(tab, link, { name, camera: false, mic: false }), folder };
  };
  /** Chooses files as the system's own window would. */
  const choose = async (person: Person, ...paths: readonly string[]) => {
    await openFiles(person);
    const field = (await person.tab.page.waitForSelector(
      'input[type="file"]:not([webkitdirectory])',
    )) as ElementHandle<HTMLInputElement>;
    await field.uploadFile(...paths);
  };
  const saved = async (folder: string, name: string): Promise<Buffer> => {
    await until(`${name} to be saved`, async () => {
      const there = readdirSync(folder);
      return (
        there.includes(name) && !there.some((one) => one.endsWith(".part") || one.endsWith(".crdownload"))
      );
    });
    return readFileSync(join(folder, name));
  };
  const make = (name: string, bytes: Buffer): string => {
    const path = join(freshFolder("given"), name);
    writeFileSync(path, bytes);
    return path;
  };
  /** Drags files over an element and lets them go, as far as a page sees it. */
  const drag = ({ page }: TestPage, where: string, names: readonly string[], isDropped: boolean) =>
    page.evaluate(
      (selector, all, drops) => {
        const at = document.querySelector(selector);
        if (at === null) throw new Error(`there is no ${selector}`);
        const dataTransfer = new DataTransfer();
        for (const name of all)
          dataTransfer.items.add(new File([`what ${name} says`], name, { type: "text/plain" }));
        const send = (type: string) =>
          at.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
        send("dragenter");
        send("dragover");
        if (drops) send("drop");
      },
      where,
      names,
      isDropped,
    );

  for (const [giver, taker] of pairs)
    it(`${giver} to ${taker}: offered, accepted, saved, and every byte is the same`, async () => {
      const link = privateLink(stage.server, stage.roomName("files"));
      const bytes = randomBytes(5_300_001);
      const ada = await stage.person(giver, link, { name: "Ada", camera: false, mic: false });
      const { person: bo, folder } = await saver(taker, link, "Bo");
      await ada.seesPeople("Bo");
      await choose(ada, make("holiday.bin", bytes));
      await ada.reads("Everyone here can take it", { role: "region", name: "Files" });
      // The panel is closed: the offer is shown all the same.
      await bo.reads("Ada offers holiday.bin (5.3 MB)");
      await bo.press("Accept holiday.bin");
      await bo.sees("button", "Save: holiday.bin");
      await bo.reads("holiday.bin is here.");
      await ada.reads("Bo has holiday.bin.");
      await bo.press("Save: holiday.bin");
      expect(sha256(await saved(folder, "holiday.bin"))).toBe(sha256(bytes));
      // Somebody who comes later can have it from either.
      const cy = await stage.member("chromium", { link, name: "Cy" });
      await until("the offer to reach Cy", () =>
        cy.page.evaluate(() => window.room.files.offers.length === 1),
      );
      await ada.press("Stop offering: holiday.bin");
      expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
    });

  it("[W84][W120] what is dropped on a person is offered to that one alone, on the page to everyone; the page says which", async () => {
    const link = privateLink(stage.server, stage.roomName("drop"));
    const ada = await stage.person("chromium", link, { name: "Ada", camera: false, mic: false });
    const [bo, cy] = [
      await stage.person("firefox", link, { name: "Bo", camera: false, mic: false }),
      await stage.person("chromium", link, { name: "Cy", camera: false, mic: false }),
    ];
    await ada.seesPeople("Bo", "Cy");
    const tile = `[data-person="${await ada.tab.page.evaluate(
      () => window.parlourTest.find("figure", "Bo")?.getAttribute("data-person") ?? "",
    )}"]`;
    await drag(ada.tab, tile, ["for Bo.txt"], false);
    await ada.reads("Drop to offer to Bo alone");
    await drag(ada.tab, ".room-head", ["for all.txt"], false);
    await ada.reads("Drop to offer to everyone");
    await drag(ada.tab, tile, ["for Bo.txt"], true);
    await bo.reads("Ada offers for Bo.txt");
    await drag(ada.tab, ".room-head", ["for all.txt"], true);
    await cy.reads("Ada offers for all.txt");
    await bo.reads("Ada offers for all.txt");
    // What is said meanwhile hides neither.
    await cy.say("Is it for me?");
    await until("the notice below what is on offer", () =>
      bo.tab.page.evaluate(() => {
        const notice = [...document.querySelectorAll(".toast")].find((one) =>
          one.textContent?.includes("Is it for me?"),
        );
        const banners = document.querySelector(".banners")?.getBoundingClientRect();
        return banners !== undefined && (notice?.getBoundingClientRect().top ?? 0) > banners.bottom;
      }),
    );
    expect(await cy.tab.page.evaluate(() => document.body.textContent?.includes("for Bo.txt"))).toBe(false);
    await cy.press("Decline for all.txt");
    await ada.isTold("Cy declined for all.txt.");
    // Bo looks at both in the panel, and takes the one.
    await openFiles(bo);
    await bo.press("Accept for Bo.txt");
    await cy.say("And where is it?");
    await until("the notice beside the panel", () =>
      bo.tab.page.evaluate(() => {
        const notice = [...document.querySelectorAll(".toast")].at(-1)?.getBoundingClientRect();
        const panel = document.querySelector(".panel")?.getBoundingClientRect();
        return (notice?.right ?? Number.POSITIVE_INFINITY) <= (panel?.left ?? 0);
      }),
    );
    await bo.sees("button", "Save: for Bo.txt");
    expect([...ada.tab.problems, ...bo.tab.problems, ...cy.tab.problems]).toEqual([]);
  });

  it.each<Engine>(["chromium", "firefox"])(
    "[W58] %s: axe finds nothing where files are offered, taken, given and dropped, light and dark",
    async (engine) => {
      const link = `${stage.server.url}/r/${stage.roomName("axe-files")}`;
      const ada = await stage.person(engine, link, { name: "Ada", camera: false, mic: false });
      const bo = await stage.member("chromium", { link, name: "Bo" });
      await ada.seesPeople("Bo");
      await openFiles(ada);
      await ada.reads("This is a public room", { role: "region", name: "Files" });
      expect(await complaints(ada.tab), "empty").toBe("");
      await ada.press("Files");
      await bo.page.evaluate(() => {
        const never = () => new ReadableStream<Uint8Array>();
        window.room.files.offer(new File(["x"], "small.txt"));
        window.room.files.offer([
          { name: "a.mp4", path: ["folder"], size: 3_000_000, stream: never },
          { name: "b.txt", path: ["folder"], size: 0, stream: never },
        ]);
      });
      await ada.reads("Bo offers folder (3 MB)");
      await ada.reads("Bo offers small.txt");
      expect(await complaints(ada.tab), "banner").toBe("");
      await openFiles(ada);
      await ada.press("Accept folder");
      await ada.sees("button", "Pause: folder");
      await choose(ada, make("mine.txt", Buffer.from("mine")));
      await ada.sees("button", "Stop offering: mine.txt");
      await ada.tab.page.evaluate(() => document.querySelector("details")?.setAttribute("open", ""));
      expect(await complaints(ada.tab), "panel").toBe("");
      await drag(ada.tab, ".room-head", ["x"], false);
      await ada.reads("Drop to offer to everyone");
      expect(await complaints(ada.tab), "held over the page").toBe("");
      expect(ada.tab.problems).toEqual([]);
    },
  );

  it.each<Engine>(["chromium", "firefox"])(
    "[W88] %s: what was on offer before a reload is offered again, and the taker goes on",
    async (engine) => {
      const link = privateLink(stage.server, stage.roomName("again"));
      const ada = await stage.person(engine, link, { name: "Ada", camera: false, mic: false });
      const bo = await stage.person("chromium", link, { name: "Bo", camera: false, mic: false });
      await ada.seesPeople("Bo");
      const path = make("thesis.bin", randomBytes(3_000_000));
      await choose(ada, path);
      await bo.press("Accept thesis.bin");
      await bo.press("Pause: thesis.bin");
      await ada.tab.page.reload({ waitUntil: "domcontentloaded" });
      await ada.sees("toolbar", "Call controls");
      await openFiles(ada);
      await ada.reads("It was on offer before this page was loaded again");
      const field = (await ada.tab.page.waitForSelector(
        '.file-card input[type="file"]',
      )) as ElementHandle<HTMLInputElement>;
      await field.uploadFile(path);
      await ada.sees("button", "Stop offering: thesis.bin");
      await ada.seesNo("button", "Offer again: thesis.bin");
      // It may have been there before it could be paused.
      await bo.sees("button", /^(Resume|Save): thesis.bin/);
      await bo.tab.page.evaluate(() => window.parlourTest.find("button", "Resume: thesis.bin")?.click());
      await bo.sees("button", "Save: thesis.bin");
    },
  );

  it("[W84] a pasted picture is offered with a small one of itself, and looked at in place", async () => {
    const link = privateLink(stage.server, stage.roomName("paste"));
    const ada = await stage.person("chromium", link, { name: "Ada", camera: false, mic: false });
    const bo = await stage.person("firefox", link, { name: "Bo", camera: false, mic: false });
    await ada.seesPeople("Bo");
    await ada.tab.page.evaluate(async () => {
      const canvas = document.createElement("canvas");
      canvas.width = 400;
      canvas.height = 300;
      const blob = await new Promise<Blob>((done) => canvas.toBlob((made) => made && done(made)));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([blob], "image.png", { type: "image/png" }));
      document.body.dispatchEvent(
        new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }),
      );
    });
    await bo.reads(/Ada offers Pasted picture .*\.png/);
    await until("the small picture", () =>
      bo.tab.page.evaluate(() => {
        const small = document.querySelector<HTMLImageElement>(".offers img.file-sign");
        return small !== null && small.naturalWidth === 160 && small.naturalHeight === 120;
      }),
    );
    await bo.press(/^Accept Pasted picture/);
    await bo.press(/^Look: Pasted picture/);
    await bo.sees("dialog", /^Pasted picture/);
    await until("the picture", () =>
      bo.tab.page.evaluate(
        () => document.querySelector<HTMLImageElement>("dialog img.look-place")?.naturalWidth === 400,
      ),
    );
    await bo.tab.page.keyboard.press("Escape");
    await bo.seesNo("dialog", /^Pasted picture/);
    expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
  });

  it("a folder arrives as one, is saved as a zip file where browsers have no folders, and opens elsewhere", async () => {
    const link = privateLink(stage.server, stage.roomName("folder"));
    const ada = await stage.member("chromium", { link, name: "Ada" });
    const { person: bo, folder } = await saver("firefox", link, "Bo");
    await bo.seesPeople("Ada");
    await ada.page.evaluate(() => {
      const file = (path: readonly string[], name: string, size: number) => ({
        path,
        name,
        size,
        stream: () => new Blob(["abc".repeat(size).slice(0, size)]).stream(),
      });
      window.room.files.offer([
        file(["trip"], "plan.txt", 3_000),
        file(["trip", "tag 1 – grün"], "漢字.txt", 2_000_000),
        file(["trip", "tag 2"], "empty.txt", 0),
      ]);
    });
    await bo.reads("Ada offers trip (2 MB)");
    await bo.press("Accept trip");
    await bo.press("Save all: trip");
    const zip = join(folder, "trip.zip");
    await saved(folder, "trip.zip");
    expect(execFileSync("unzip", ["-t", zip], { encoding: "utf8" })).toContain("No errors detected");
    execFileSync("unzip", ["-q", zip, "-d", folder]);
    const unpacked = (...path: readonly string[]) => readFileSync(join(folder, "trip", ...path), "utf8");
    expect(unpacked("plan.txt")).toBe("abc".repeat(1_000));
    expect(unpacked("tag 1 – grün", "漢字.txt") === "abc".repeat(2_000_000).slice(0, 2_000_000)).toBe(true);
    expect(unpacked("tag 2", "empty.txt")).toBe("");
    expect(bo.tab.problems).toEqual([]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, launchBrowser, type TestBrowser, type TestPage } from "../harness/browsers.ts";
import { type Desktop, startDesktop } from "../harness/desktop.ts";
import { choose } from "../harness/on-the-page.ts";
import { arrivalLink, enter, type Person, personOn, privateLink } from "../harness/people.ts";
import { freshFolder, removeFolder } from "../harness/scratch.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };

/** A press as a person makes it: browsers open windows, share screens and start sound for nothing less. */
async function click({ page }: TestPage, role: string, name: string): Promise<void> {
  const handle = await page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`, {
    timeout: 30_000,
  });
  await handle?.click();
}
async function chooseByHand(person: Person, button: string, item: string): Promise<void> {
  await person.press(button);
  await person.sees("menuitem", item);
  await click(person.tab, "menuitem", item);
}

/** What an expression gives, asked in such a way that the page does not count as touched: puppeteer's own way does. */
async function untouched({ engine, page, context }: TestPage, expression: string): Promise<unknown> {
  if (engine === "chromium") {
    const session = await page.createCDPSession();
    try {
      return (await session.send("Runtime.evaluate", { expression, userGesture: false })).result.value;
    } finally {
      await session.detach();
    }
  }
  // Not public, and the only way to say so to Firefox.
  const { connection } = context.browser() as unknown as {
    connection: {
      send(method: string, params: object): Promise<{ result: { result: { value?: unknown } } }>;
    };
  };
  const { _id } = page.mainFrame() as unknown as { _id: string };
  const target = { context: _id };
  const reply = await connection.send("script.evaluate", {
    expression,
    target,
    awaitPromise: false,
    userActivation: false,
  });
  return reply.result.result.value;
}

/** Browsers with windows on a screen: what headless ones lack, or only pretend. */
describe("the page on a desktop", () => {
  const stage = useStage();
  const downloads = { chromium: "", firefox: "" };
  const browsers: Partial<Record<Engine, TestBrowser>> = {};
  let desktop: Desktop;

  beforeAll(async () => {
    desktop = await startDesktop();
    await desktop.plugSpeaker("Desk speakers");
    for (const engine of ["chromium", "firefox"] as const) downloads[engine] = freshFolder("downloads");
    const shared = { desktop, holdsSoundBack: true };
    browsers.chromium = await launchBrowser("chromium", {
      ...shared,
      asksPermission: true,
      flags: ["--auto-select-tab-capture-source-by-title=The band"],
    });
    browsers.firefox = await launchBrowser("firefox", {
      ...shared,
      preferences: {
        "browser.download.folderList": 2,
        "browser.download.dir": downloads.firefox,
        "browser.download.alwaysOpenPanel": false,
      },
    });
  });
  afterAll(async () => {
    for (const browser of Object.values(browsers)) await browser.close();
    await desktop?.close();
    for (const folder of Object.values(downloads)) removeFolder(folder);
  });
  const on = (engine: Engine): TestBrowser => {
    const browser = browsers[engine];
    if (browser === undefined) throw new Error(`${engine} has not started`);
    return browser;
  };
  const open = async (engine: Engine): Promise<TestPage> => {
    const tab = await stage.page(on(engine));
    if (engine === "chromium") {
      const session = await on(engine).browser.target().createCDPSession();
      await session.send("Browser.grantPermissions", {
        origin: stage.server.url,
        permissions: ["audioCapture", "videoCapture", "wakeLockScreen"],
        ...(tab.context.id === undefined ? {} : { browserContextId: tab.context.id }),
      });
      await session.detach();
    }
    return tab;
  };
  const engines: Engine[] = ["chromium", "firefox"];

  it("[W40] two screens at once take the stage, and a tab comes with its sound", async () => {
    const link = privateLink(stage.server, stage.roomName("shares"));
    const band = await open("chromium");
    await band.page.goto(stage.server.url);
    // The page gives itself its title when it begins.
    await personOn(band, "the band").sees("button", "Start a private room");
    await band.page.evaluate(() => {
      document.title = "The band";
      const context = new AudioContext();
      const tone = context.createOscillator();
      tone.connect(context.destination);
      tone.start();
      setInterval(() => {
        document.body.style.background = `hsl(${(performance.now() / 5) % 360} 80% 50%)`;
      }, 100);
    });
    // Nothing sounds in a page that nobody touched.
    await band.page.mouse.click(5, 5);
    await band.page.evaluate(() => new AudioContext().resume());
    const ada = await enter(await on("chromium").openTab(band), link, { name: "Ada", ...silent });
    stage.closeLater(() => ada.tab.close());
    const bo = await enter(await open("firefox"), link, { name: "Bo", ...silent });
    const cy = await stage.person("chromium", link, { name: "Cy", ...silent });
    await cy.seesPeople("Ada", "Bo");
    await click(ada.tab, "button", "Share screen");
    await cy.moves("Ada's screen");
    await cy.hears("Ada's screen");
    // Firefox shares no sound, but plays it.
    await bo.hears("Ada's screen");
    await click(bo.tab, "button", "Share screen");
    await cy.sees("figure", "Bo's screen");
    await until("Bo's whole screen", () =>
      cy.tab.page.evaluate(() => {
        const video = window.parlourTest.find("figure", "Bo's screen")?.querySelector("video");
        return (video?.videoWidth ?? 0) > 300;
      }),
    );
    await cy.seesPeople("Ada", "Bo");
    await bo.press("Stop sharing");
    await cy.seesNo("figure", "Bo's screen");
    await cy.moves("Ada's screen");
  });

  it.each(engines)("%s: sound that the browser holds back starts with a press", async (engine) => {
    const link = privateLink(stage.server, stage.roomName("held"));
    const tab = await open(engine);
    const ada = personOn(tab, "Ada");
    await stage.person("chromium", link, { name: "Bo" });
    await tab.page.goto(arrivalLink(link, { name: "Ada", ...silent }));
    await until(
      "the button",
      async () =>
        (await untouched(tab, `window.parlourTest.find("button", "Tap to hear") !== undefined`)) === true,
    );
    await ada.moves("Bo");
    await click(ada.tab, "button", "Tap to hear");
    await ada.seesNo("button", "Tap to hear");
    await ada.hears("Bo");
    const isHeard = () =>
      ada.tab.page.evaluate(() => {
        const video = window.parlourTest.find("figure", "Bo")?.querySelector("video");
        return video?.muted === false && !video.paused;
      });
    expect(await isHeard()).toBe(true);
  });

  it.each(engines)("[W55] %s: saves the picture of any tile as a PNG of its own size", async (engine) => {
    const link = privateLink(stage.server, stage.roomName("snap"));
    const tab = await open(engine);
    if (engine === "chromium") {
      const session = await on(engine).browser.target().createCDPSession();
      await session.send("Browser.setDownloadBehavior", {
        behavior: "allow",
        downloadPath: downloads.chromium,
        ...(tab.context.id === undefined ? {} : { browserContextId: tab.context.id }),
      });
    }
    // This Chromium asks for its camera, and nobody answers.
    const hasOwn = engine === "firefox";
    const ada = await enter(tab, link, { name: "Ada", mic: false, camera: hasOwn });
    const bo = await stage.person("chromium", link, { name: "Bo" });
    const saved = (name: RegExp) =>
      until(`a file ${name}`, () => readdirSync(downloads[engine]).find((file) => name.test(file)));
    await ada.moves("Bo");
    await choose(ada, "Options for Bo", "Save picture");
    await ada.isTold("Saved as Bo-");
    const name = await saved(/^Bo-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.png$/);
    if (hasOwn) {
      await ada.moves("Ada (you)");
      await choose(ada, "Options for Ada", "Save picture");
      await saved(/^Ada-.*\.png$/);
    }
    // A shared screen as well.
    await bo.press("Share screen");
    await ada.moves("Bo's screen");
    await ada.press("Save picture");
    await saved(/^Bo.*screen-.*\.png$/);
    const bytes = readFileSync(join(downloads[engine], name));
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    const picture = await tab.page.evaluate(async (base64) => {
      const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([data], { type: "image/png" }));
      const canvas = document.createElement("canvas");
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      const pen = canvas.getContext("2d");
      pen?.drawImage(bitmap, 0, 0);
      const all = pen?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [];
      const colours = new Set<number>();
      for (let at = 0; at < all.length; at += 4)
        colours.add(((all[at] ?? 0) << 16) | ((all[at + 1] ?? 0) << 8) | (all[at + 2] ?? 0));
      return { width: bitmap.width, height: bitmap.height, colours: colours.size };
    }, bytes.toString("base64"));
    expect(picture.width / picture.height).toBeCloseTo(4 / 3, 1);
    expect(picture.width).toBeGreaterThan(80);
    expect(picture.colours).toBeGreaterThan(10);
  });

  it.each(engines)("%s: a small window above all others mutes and leaves", async (engine) => {
    const link = privateLink(stage.server, stage.roomName("small"));
    // Without a window manager Chromium opens it only at times; without a screen it always does.
    const tab = engine === "chromium" ? await stage.page(engine) : await open(engine);
    const ada = await enter(tab, link, { name: "Ada" });
    const bo = await stage.person("chromium", link, { name: "Bo", camera: false });
    await ada.seesPeople("Bo");
    await bo.figureSaysNot("Ada", "Muted");
    const { page } = tab;
    await chooseByHand(ada, "More", "Small window");
    type Pictures = { documentPictureInPicture?: { window: Window | null } };
    const inSmall = (look: string) =>
      page.evaluate((wanted) => {
        const { documentPictureInPicture: pictures } = window as Pictures;
        const found = [...(pictures?.window?.document.querySelectorAll("button") ?? [])].find(
          ({ textContent }) => textContent === wanted,
        );
        found?.click();
        return found !== undefined;
      }, look);
    await until("Mute in the small window", () => inSmall("Mute"));
    await bo.figureSays("Ada", "Muted");
    await until("Leave in the small window", () => inSmall("Leave"));
    await ada.sees("heading", "You left the room");
    await until("the small window closed", () =>
      page.evaluate(() => (window as Pictures).documentPictureInPicture?.window === null),
    );
  });

  it.each(engines)(
    "%s: where a browser has no such window, one picture goes above all others",
    async (engine) => {
      const link = privateLink(stage.server, stage.roomName("picture"));
      const tab = await open(engine);
      // As in Safari.
      await tab.page.evaluateOnNewDocument(() => {
        Object.defineProperty(window, "documentPictureInPicture", { value: undefined });
      });
      const ada = await enter(tab, link, { name: "Ada", ...silent });
      await stage.person("chromium", link, { name: "Bo" });
      await ada.moves("Bo");
      await chooseByHand(ada, "More", "Small window");
      const who = () =>
        tab.page.evaluate(() =>
          document.pictureInPictureElement?.closest("figure")?.getAttribute("aria-label"),
        );
      await until("Bo above all windows", async () => (await who()) === "Bo");
      await chooseByHand(ada, "More", "Small window");
      await until("Bo back in the page", async () => (await who()) === undefined);
    },
  );

  it.each(engines)("%s: fills the screen and gives it back", async (engine) => {
    const link = privateLink(stage.server, stage.roomName("full"));
    const ada = await enter(await open(engine), link, { name: "Ada", ...silent });
    const { page } = ada.tab;
    await page.bringToFront();
    await page.keyboard.press("f");
    await until("full screen", () => page.evaluate(() => document.fullscreenElement !== null));
    await page.keyboard.press("f");
    await until("no full screen", () => page.evaluate(() => document.fullscreenElement === null));
    expect(ada.tab.problems).toEqual([]);
  });

  it.each(engines)("%s: keeps the screen awake while in the call, and no longer", async (engine) => {
    const tab = await open(engine);
    // Listens in: the lock itself is the browser's.
    await tab.page.evaluateOnNewDocument(() => {
      const wake = navigator.wakeLock;
      const request = wake.request.bind(wake);
      wake.request = async (type) => {
        const lock = await request(type);
        window.kept["lock"] = lock;
        return lock;
      };
    });
    const ada = await enter(tab, privateLink(stage.server, stage.roomName("awake")), {
      name: "Ada",
      ...silent,
    });
    const isReleased = () =>
      tab.page.evaluate(() => (window.kept["lock"] as WakeLockSentinel | undefined)?.released);
    await until("a lock", async () => (await isReleased()) === false);
    await ada.press("Leave");
    await until("no lock", async () => (await isReleased()) === true);
  });
});

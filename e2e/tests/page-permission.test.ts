import type { CDPSession } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, launchBrowser, type TestBrowser, type TestPage } from "../harness/browsers.ts";
import { type Desktop, startDesktop } from "../harness/desktop.ts";
import { allowInFirefox } from "../harness/firefox-controls.ts";
import { arrivalLink, type Person, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };
const engines: Engine[] = ["chromium", "firefox"];
type Answers = Readonly<Record<"camera" | "microphone", "denied" | "granted">>;

/** What Chromium answers for the person on that page, for good: for as long as the session is open that said so. */
async function answer({ context }: TestPage, devtools: CDPSession, origin: string, answers: Answers) {
  for (const name of ["camera", "microphone"] as const)
    await devtools.send("Browser.setPermission", {
      permission: { name },
      setting: answers[name],
      origin,
      ...(context.id === undefined ? {} : { browserContextId: context.id }),
    });
}
/** What Firefox answers on all pages. */
const preferences = ({ camera, microphone }: Answers) => ({
  "permissions.default.camera": camera === "denied" ? 2 : 1,
  "permissions.default.microphone": microphone === "denied" ? 2 : 1,
});

describe.each(engines)("%s: what the browser does not allow", (engine) => {
  const stage = useStage();
  const neither: Answers = { camera: "denied", microphone: "denied" };
  let browser: TestBrowser;
  let devtools: CDPSession | undefined;
  beforeAll(async () => {
    browser = await launchBrowser(engine, { asksPermission: true, preferences: preferences(neither) });
    if (engine === "chromium") devtools = await browser.browser.target().createCDPSession();
  });
  afterAll(() => browser?.close());

  const visit = async (
    link: string,
    answers: Answers,
  ): Promise<Person & { readonly browser: TestBrowser }> => {
    let visited = browser;
    // Firefox answers on all its pages alike.
    if (engine === "firefox" && answers !== neither) {
      visited = await launchBrowser(engine, {
        asksPermission: true,
        hasOpenControls: true,
        preferences: preferences(answers),
      });
      stage.closeLater(() => visited.close());
    }
    const tab = await stage.page(visited);
    if (devtools !== undefined) await answer(tab, devtools, stage.server.url, answers);
    await tab.page.goto(arrivalLink(link, { name: "Ada", joinNow: false }));
    return Object.assign(personOn(tab, "Ada"), { browser: visited });
  };

  it("[W17] denied for good: that is explained, and joining with text only works", async () => {
    const link = privateLink(stage.server, stage.roomName("denied"));
    const ada = await visit(link, neither);
    await ada.reads("The browser does not let this page use camera and microphone");
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await ada.say("I can only write today");
    await bo.readsOnce("I can only write today");
    // Wanted once more in the call, it is said once more, and of the camera alone.
    await ada.press("Start video");
    await ada.reads("The browser does not let this page use your camera");
    await ada.readsNo("use your microphone");
    expect(ada.tab.problems).toEqual([]);
  });

  it("[W17][W91] one that is allowed is used all the same, and the other one as soon as it is allowed", async () => {
    const link = privateLink(stage.server, stage.roomName("half"));
    const ada = await visit(link, { camera: "denied", microphone: "granted" });
    await ada.reads("The browser does not let this page use your camera. To be seen, allow it");
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await bo.hears("Ada");
    // Changed in mid-call.
    if (devtools === undefined) await allowInFirefox(ada.browser, stage.server.url, "camera");
    else await answer(ada.tab, devtools, stage.server.url, { camera: "granted", microphone: "granted" });
    await ada.sees("button", "Stop video");
    await bo.moves("Ada");
    expect(ada.tab.problems).toEqual([]);
  });
});

/** Firefox keeps a closed question as a no for an hour, or until the page is loaded again: how long is the person's to set. */
const forgetting = { "privacy.temporary_permission_expire_time_ms": 2_000 };

describe.each([
  ["chromium", "chromium", true],
  ["firefox", "firefox", false],
  ["firefox, an hour later", "firefox", true],
] as const)("%s: a question that is open", (_title, engine, asksAgain) => {
  const stage = useStage();
  let desktop: Desktop;
  let browser: TestBrowser;
  beforeAll(async () => {
    desktop = await startDesktop();
    browser = await launchBrowser(engine, {
      desktop,
      asksPermission: true,
      ...(asksAgain ? { preferences: forgetting } : {}),
    });
  });
  afterAll(async () => {
    await browser?.close();
    await desktop?.close();
  });
  /** Chromium's questions are no windows of their own, but it counts them. */
  const questionsShown = async (): Promise<number> => {
    if (engine === "firefox") return 0;
    const session = await browser.browser.target().createCDPSession();
    const query = "Permissions.Prompt.Shown";
    const { histograms } = await session.send("Browser.getHistograms", { query });
    await session.detach();
    return histograms.find(({ name }) => name === query)?.count ?? 0;
  };

  it("[W17][W26] holds nobody up, and when it is closed that is told from a lasting no", async () => {
    const tab = await stage.page(browser);
    const ada = personOn(tab, "Ada");
    await tab.page.evaluateOnNewDocument(() => {
      // As in the empty page that Firefox begins with.
      if (navigator.mediaDevices === undefined) return;
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) => {
        window.kept["askedAt"] = performance.now();
        return ask(wanted);
      };
    });
    const hasKeyboard = () => tab.page.evaluate(() => document.hasFocus());
    let seen = await questionsShown();
    /** It can be seen and, in Chromium, has the keyboard: a key before that would be the page's. */
    const isOpen = async (): Promise<boolean> =>
      engine === "firefox"
        ? desktop.shows("Firefox")
        : (await questionsShown()) > seen && !(await hasKeyboard());
    /** One key for one question, as a person has it: none closes it sooner than this after it was asked. */
    const closeQuestion = async (): Promise<void> => {
      await until("the question", async () => {
        const forMs = await tab.page.evaluate(() => performance.now() - Number(window.kept["askedAt"]));
        return forMs > 700 && (await isOpen());
      });
      seen = await questionsShown();
      await desktop.press("Escape", "Parlour");
      if (engine === "chromium") await until("the keyboard back in the page", hasKeyboard);
      else {
        // Firefox hears no key for the first half second of a question.
        await until("no question", async () => {
          if (!(await isOpen())) return true;
          await desktop.press("Escape", "Parlour");
          return false;
        });
      }
    };
    const link = privateLink(stage.server, stage.roomName("asked"));
    await tab.page.goto(arrivalLink(link, { name: "Ada", joinNow: false }));
    await ada.reads("Starting your camera");
    await closeQuestion();
    // Firefox says it to the page as a lasting no, a moment sooner or later.
    const closed = (dismissed: string, denied: string) =>
      ada.reads(engine === "firefox" ? new RegExp(`${dismissed}|${denied}`) : dismissed);
    await closed(
      "You were asked for camera and microphone, and did not allow them",
      "The browser does not let this page use camera and microphone",
    );
    const wantCamera = () =>
      tab.page.evaluate(() => {
        if (document.body.textContent?.includes("Starting your camera")) return;
        window.parlourTest.find("switch", "Use camera")?.click();
      });
    await wantCamera();
    if (!asksAgain) {
      // Asked no second time: it stays a no for as long as the tab is open.
      await ada.reads(/The browser does not let this page use (your camera|camera and microphone)/);
    } else if (engine === "firefox") {
      // It tells nobody when it has forgotten.
      await until("a second question", async () => {
        await wantCamera();
        return isOpen();
      });
    } else await ada.reads("Starting your camera");
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
    if (asksAgain) {
      await closeQuestion();
      await closed(
        "You were asked for your camera, and did not allow it",
        "The browser does not let this page use your camera",
      );
    }
    await ada.figureSays("Ada (you)", "Camera off");
    expect(tab.problems).toEqual([]);
  });
});

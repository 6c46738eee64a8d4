/** `npm run screenshots -- examples`: one picture of each example, as the README shows them, into docs/pictures. */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "../steps/run.mjs";

const { launchBrowser } = await import("../../e2e/harness/browsers.ts");
const { startExample } = await import("../../e2e/harness/example.ts");
const { until } = await import("../../e2e/harness/waiting.ts");

const folder = join(root, "docs", "pictures");
const size = { width: 960, height: 720 };
/** A README with many of them should load as fast as a page. */
const mostBytes = 60_000;

const says = ({ page }, selector, pattern) =>
  until(`${pattern} in ${selector}`, async () =>
    pattern.test(await page.evaluate((where) => document.querySelector(where)?.textContent ?? "", selector)),
  );
const press = ({ page }, selector) =>
  until(`${selector} to press`, () =>
    page.evaluate((where) => {
      const button = document.querySelector(where);
      if (button === null || button.disabled || button.hidden) return false;
      button.click();
      return true;
    }, selector),
  );
const write = async ({ page }, field, text) => {
  await page.focus(field);
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
};
const ownRoom = (tab) => until("a room", () => /\/r\//.test(tab.page.url()) && tab.page.url());
/** How many elements there are, once there are that many. */
const counts = ({ page }, selector, count) =>
  until(`${count} ${selector}`, () =>
    page.evaluate((where, wanted) => document.querySelectorAll(where).length >= wanted, selector, count),
  );
const videosPlay = ({ page }, count) =>
  until(`${count} pictures`, () =>
    page.evaluate(
      (wanted) =>
        [...document.querySelectorAll("video")].filter((one) => one.currentTime > 1).length >= wanted,
      count,
    ),
  );

/** What is done before the picture is taken; gives the page it is taken of. */
const scenes = {
  async "http-chat"(open, url) {
    const ada = await open(url);
    for (const [way, text] of [
      ["short", "Is anybody there?"],
      ["long", "Yes, at once!"],
      ["socket", "And so am I."],
    ])
      await write(ada, `#${way} input`, text);
    for (const way of ["short", "long", "socket"]) await says(ada, `#${way} [role=log]`, /so am I/);
    return ada;
  },
  async "echo-reverse"(open, url) {
    const ada = await open(url);
    await says(ada, "#state", /Connected/);
    for (const text of ["stressed", "never odd or even"]) await write(ada, "#text", text);
    await says(ada, "#log", /neve ro ddo reven/);
    return ada;
  },
  async "signal-relay"(open, url) {
    const ada = await open(url);
    await says(ada, "#role", /caller/);
    await open(url);
    await says(ada, "#state", /Connected/);
    await videosPlay(ada, 2);
    return ada;
  },
  async "two-person-room"(open, url) {
    const [ada, bo] = [await open(url), await open(url)];
    for (const [tab, act] of [
      [ada, "create"],
      [bo, "join"],
    ]) {
      await says(tab, "#id", /^\w{8}$/);
      await tab.page.focus("#name");
      await tab.page.keyboard.type("tea");
      await press(tab, `button[value=${act}]`);
      await says(tab, "#room", /tea/);
    }
    for (const [from, text] of [
      [ada, "Nobody else reads this."],
      [bo, "Not even the server."],
    ]) {
      await until("the channel", () =>
        from.page.evaluate(() => !document.querySelector("#message").disabled),
      );
      await write(from, "#message", text);
    }
    await says(ada, "#messages", /They: Not/);
    return ada;
  },
  async "group-chat"(open, url) {
    const [ada, bo] = [await open(url), await open(url)];
    await says(ada, "#count", /^2 /);
    await write(ada, "#message", "Tea at four?");
    await write(bo, "#message", "With biscuits.");
    await says(ada, "#messages", /biscuits/);
    return ada;
  },
  async "video-call"(open, url) {
    const ada = await open(url);
    const link = await ownRoom(ada);
    await open(link);
    await videosPlay(ada, 2);
    return ada;
  },
  async "cat-pictures"(open, url) {
    const ada = await open(url);
    const bo = await open(await ownRoom(ada));
    await says(ada, "#state", /Others here: 1/);
    for (const tab of [ada, bo]) await press(tab, "#cat");
    await counts(ada, "#pictures img", 2);
    return ada;
  },
  async snapshot(open, url) {
    const ada = await open(url);
    await videosPlay(ada, 1);
    await press(ada, "#take");
    await counts(ada, "#pictures img", 1);
    return ada;
  },
  async "one-way-stream"(open, url) {
    const ada = await open(`${url}/on-air`);
    await press(ada, "#start");
    const bo = await open(url);
    await videosPlay(bo, 1);
    return bo;
  },
  async "game-moves"(open, url) {
    const ada = await open(url);
    const bo = await open(await ownRoom(ada));
    for (const [n, column] of [3, 3, 2, 4, 4, 2, 3, 5, 1, 2].entries()) {
      const tab = n % 2 === 0 ? ada : bo;
      await press(tab, `#board button:nth-child(${column + 1})`);
      await counts(tab === ada ? bo : ada, "#board :is(.first, .second)", n + 1);
    }
    return ada;
  },
  async "air-hockey"(open, url) {
    const ada = await open(url);
    const bo = await open(await ownRoom(ada));
    for (const tab of [ada, bo]) await says(tab, "#state", /Your goal is below/);
    await ada.page.evaluate(() => {
      const canvas = document.querySelector("#rink");
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const at = { clientX: left + width * 0.44, clientY: top + height * 0.66 };
      canvas.dispatchEvent(new PointerEvent("pointermove", at));
      document.querySelector("details").open = true;
    });
    await until("a hit", () =>
      ada.page.evaluate(() => Number(document.querySelector("#hits").textContent) > 0),
    );
    return ada;
  },
};

export async function examplePictures() {
  mkdirSync(folder, { recursive: true });
  const chromium = await launchBrowser("chromium");
  try {
    for (const [name, prepare] of Object.entries(scenes)) {
      const example = await startExample(name);
      const tabs = [];
      const open = async (url) => {
        const tab = await chromium.openPage({ smallPictures: false });
        tabs.push(tab);
        await tab.page.setViewport(size);
        // Nothing is taken while it falls.
        await tab.page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
        await tab.page.goto(url);
        return tab;
      };
      const tab = await prepare(open, example.url);
      await tab.page.evaluate(() => scrollTo(0, 0));
      const path = join(folder, `${name}.webp`);
      for (const quality of [85, 70, 50]) {
        await tab.page.screenshot({ path, type: "webp", quality });
        if (statSync(path).size < mostBytes) break;
      }
      console.log(`${name} ${statSync(path).size} bytes`);
      for (const each of tabs) await each.close();
      await example.close();
    }
  } finally {
    await chromium.close();
  }
  console.log(`They are in ${folder}`);
}

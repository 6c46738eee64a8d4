/** How pictures of the page are taken: from where it is looked at, by whom it is peopled. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import "../typescript/register.mjs";
import { fail, root } from "../steps/run.mjs";

const { loadSdk } = await import("../../e2e/harness/sdk-page.ts");

export const folder = join(root, "artifacts", "screenshots");
const { values: choice, positionals: names } = parseArgs({
  options: { quick: { type: "boolean", default: false }, as: { type: "string" } },
  allowPositionals: true,
});
const looks = {
  contrast: [{ name: "prefers-contrast", value: "more" }],
  forced: [{ name: "forced-colors", value: "active" }],
  rtl: [],
};
if (choice.as !== undefined && !(choice.as in looks)) fail(`--as takes ${Object.keys(looks).join(", ")}`);
const suffix = choice.as === undefined ? "" : `-${choice.as}`;
const sizes = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];
const views = sizes
  .flatMap(([width, height]) => ["light", "dark"].map((theme) => ({ width, height, theme })))
  .filter((_, index) => !choice.quick || index === 0 || index === 5);

/** Every picture of one screen; `before` runs at each size, since what floats is placed when it opens. */
export async function shoot({ page }, name, before = async () => {}) {
  const devtools = await page.createCDPSession();
  for (const { width, height, theme } of views) {
    await page.setViewport({ width, height });
    await devtools.send("Emulation.setEmulatedMedia", {
      features: [
        { name: "prefers-color-scheme", value: theme },
        { name: "prefers-reduced-motion", value: "reduce" },
        ...(looks[choice.as] ?? []),
      ],
    });
    if (choice.as === "rtl") await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
    await before();
    // Two frames: one for the layout that the new size asks for, one to show it.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    await page.screenshot({ path: join(folder, `${name}-${width}x${height}-${theme}${suffix}.png`) });
  }
  await devtools.detach();
  console.log(name);
}

/** People who are nothing but the SDK and a drawn picture; several in one page, since nobody looks at it. */
export async function guests(tab, link, people) {
  await loadSdk(tab, new URL(link).origin);
  await tab.page.evaluate(
    async (theLink, all) => {
      const draw = (hue) => {
        const canvas = document.createElement("canvas");
        canvas.width = 320;
        canvas.height = 180;
        const pen = canvas.getContext("2d");
        const paint = () => {
          pen.fillStyle = `hsl(${hue} 35% 62%)`;
          pen.fillRect(0, 0, 320, 180);
          pen.fillStyle = `hsl(${hue} 30% 38%)`;
          pen.beginPath();
          pen.arc(160, 80, 42, 0, 7);
          pen.ellipse(160, 190, 90, 62, 0, 0, 7);
          pen.fill();
        };
        paint();
        setInterval(paint, 250);
        return canvas.captureStream(4);
      };
      window.kept.rooms = await Promise.all(
        all.map(({ name, hue }) =>
          window.sdk.joinRoom(theLink, {
            name,
            remember: "none",
            ...(hue === undefined ? {} : { publish: [{ stream: draw(hue), source: "camera" }] }),
          }),
        ),
      );
      window.kept.draw = draw;
    },
    link,
    people,
  );
}

export const people = [
  { name: "Quiet Otter", hue: 20 },
  { name: "Bo", hue: 200 },
  { name: "Margarete von Hohenstein-Wallersdorf", hue: 130 },
  { name: "Kim" },
];

/** Whether that screen was asked for, by its name or the beginning of it. */
export const isWanted = (name) => names.length === 0 || names.some((wanted) => name.startsWith(wanted));
/** Screens that come one out of the other. */
export const isGroupWanted = (group) =>
  isWanted(group) || names.some((wanted) => wanted.startsWith(`${group}-`));

/**
 * `npm run screenshots [-- NAME…] [--quick]`: every screen of the page, light and dark, at three sizes, into
 * artifacts/screenshots. A NAME takes only screens whose name starts with it; `--quick` only the widest light and the narrowest dark.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import "./typescript/register.mjs";
import { build } from "./build.mjs";
import { install } from "./steps/install.mjs";
import { fail, root } from "./steps/run.mjs";

const { launchBrowser } = await import("../e2e/harness/browsers.ts");
const { personOn, privateLink } = await import("../e2e/harness/people.ts");
const { loadSdk } = await import("../e2e/harness/sdk-page.ts");
const { scratchFolder, sweep } = await import("../e2e/harness/scratch.ts");
const { startServer } = await import("../e2e/harness/server.ts");

const folder = join(root, "artifacts", "screenshots");
const names = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const isQuick = process.argv.includes("--quick");
const sizes = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];
const views = sizes
  .flatMap(([width, height]) => ["light", "dark"].map((theme) => ({ width, height, theme })))
  .filter((_, index) => !isQuick || index === 0 || index === 5);

/** Every picture of one screen; `before` runs at each size, since what floats is placed when it opens. */
async function shoot({ page }, name, before = async () => {}) {
  for (const { width, height, theme } of views) {
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: theme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await before();
    // Two frames: one for the layout that the new size asks for, one to show it.
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    await page.screenshot({ path: join(folder, `${name}-${width}x${height}-${theme}.png`) });
  }
  console.log(name);
}

/** People who are nothing but the SDK and a drawn picture; several in one page, since nobody looks at it. */
async function guests(tab, link, people) {
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

const people = [
  { name: "Quiet Otter", hue: 20 },
  { name: "Bo", hue: 200 },
  { name: "Margarete von Hohenstein-Wallersdorf", hue: 130 },
  { name: "Kim" },
];

async function main() {
  mkdirSync(folder, { recursive: true });
  const server = await startServer();
  const chromium = await launchBrowser("chromium");
  const isWanted = (name) => names.length === 0 || names.some((wanted) => name.startsWith(wanted));
  /** Screens that come one out of the other. */
  const isGroupWanted = (group) => isWanted(group) || names.some((wanted) => wanted.startsWith(`${group}-`));
  const fresh = () => chromium.openPage({ smallPictures: false });
  /** A screen of its own page: `prepare` brings it there. */
  const screen = async (name, prepare) => {
    if (!isWanted(name)) return;
    const tab = await fresh();
    try {
      await shoot(tab, name, (await prepare(tab)) ?? undefined);
    } catch (problem) {
      console.error(`${name}: ${problem.message}`);
      process.exitCode = 1;
    } finally {
      await tab.close();
    }
  };
  const open = async (tab, path) => {
    await tab.page.goto(path.startsWith("http") ? path : server.url + path, { waitUntil: "load" });
    return personOn(tab, "Ada");
  };

  try {
    await screen("home", async (tab) => {
      const other = await fresh();
      await guests(other, `${server.url}/r/tea-kitchen`, [{ name: "Bo" }, { name: "Cy" }]);
      const ada = await open(tab, "/");
      await ada.reads("tea-kitchen");
    });
    await screen("unreachable", async (tab) => {
      const link = privateLink(server, "unreachable");
      const other = await fresh();
      for (const { page } of [tab, other])
        await page.evaluateOnNewDocument(() => {
          RTCPeerConnection.prototype.addIceCandidate = async () => {};
        });
      await guests(other, link, people.slice(0, 2));
      const ada = await open(tab, link.replace("#", "?name=Ada&join=now#"));
      await ada.reads("no address to be reached at");
    });
    await screen("home-german", async (tab) => {
      await tab.page.evaluateOnNewDocument(() => localStorage.setItem("parlour:language", "de"));
      const ada = await open(tab, "/");
      await ada.reads("Privaten Raum beginnen");
    });
    await screen("lobby-new", async (tab) => {
      const ada = await open(tab, "/new");
      await ada.sees("textbox", "Link to this room");
    });
    await screen("lobby-public", async (tab) => {
      const ada = await open(tab, "/r/standup?name=Ada");
      await ada.sees("button", "Join");
    });
    await screen("lobby-test", async (tab) => {
      const ada = await open(tab, "/r/trying?name=Ada");
      await ada.press("Test the connection");
      await ada.sees("button", "Test again");
      await tab.page.waitForSelector(".dialog button.secondary:not([disabled])", { timeout: 40_000 });
    });
    await screen("lobby-denied", async (tab) => {
      await tab.page.evaluateOnNewDocument(() => {
        navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
      });
      const ada = await open(tab, "/r/denied");
      await ada.reads("does not let this page use camera and microphone");
    });
    await screen("lobby-watching", async (tab) => {
      const ada = await open(tab, "/r/watching?mic=off&camera=off");
      await ada.reads("You will watch and listen");
    });
    await screen("lobby-passcode", async (tab) => {
      await fetch(`${server.url}/api/rooms`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "vault", passcode: "open sesame" }),
      });
      const ada = await open(tab, "/r/vault?name=Ada");
      await ada.press("Join");
      await ada.reads("This room has a passcode");
    });
    await screen("room-alone", async (tab) => {
      const ada = await open(tab, `${server.url}/r/alone?name=Ada&join=now#k=AAAAAAAAAAAAAAAAAAAAAA`);
      await ada.sees("heading", /Nobody else/);
    });

    if (isGroupWanted("call")) await call({ server, fresh, isWanted, open });
    if (isGroupWanted("files")) await files({ server, fresh, isWanted, open });
    if (isGroupWanted("host")) await host({ server, fresh, isWanted, open });

    await screen("ending-left", async (tab) => {
      const ada = await open(tab, "/r/left?name=Ada&join=now&mic=off&camera=off");
      await ada.press("Leave");
      await ada.sees("heading", "You left the room");
    });
    await screen("ending-link", async (tab) => {
      const ada = await open(tab, `${server.url}/r/wrong#k=short`);
      await ada.press("Join");
      await ada.sees("heading", "This link is incomplete");
    });
    await screen("ending-unreachable", async (tab) => {
      const ada = await open(tab, "/r/away?name=Ada&mic=off&camera=off");
      await ada.sees("button", "Join");
      await tab.page.setOfflineMode(true);
      await ada.press("Join");
      await ada.sees("heading", "You are offline", 60_000);
    });
  } finally {
    await chromium.close();
    await server.close();
  }
}

/** One call, with everything that opens in it. */
async function call({ server, fresh, isWanted, open }) {
  const link = privateLink(server, "family");
  const tab = await fresh();
  const ada = await open(tab, link.replace("#", "?name=Ada&join=now#"));
  await ada.sees("toolbar", "Call controls");
  const other = await fresh();
  await guests(other, link, people);
  await ada.seesPeople(...people.map(({ name }) => name));
  const shows = (figure) =>
    tab.page.waitForFunction(
      (name) => window.parlourTest.find("figure", name)?.querySelector("video")?.videoWidth > 0,
      { timeout: 30_000 },
      figure,
    );
  for (const { name, hue } of people) if (hue !== undefined) await shows(name);
  const take = async (name, before) => {
    if (isWanted(name)) await shoot(tab, name, before);
  };
  await take("call");
  await other.page.evaluate(async () => {
    const [first, second] = window.kept.rooms;
    await first.say("Good morning! Is everyone here?");
    await first.say("The list is at https://example.org/shopping (have a look).");
    await second.say("👍");
    await second.say("Nearly. Kim's camera is broken again,\nso let's start without a picture.");
  });
  await ada.say("I see all of you.");
  await ada.readsOnce("I see all of you.");
  await take("call-chat");
  await ada.press("Chat");
  await ada.press("People");
  await ada.reads("Code");
  await take("call-people");
  await tab.page.keyboard.press("Escape");
  await take("call-person-menu", async () => {
    await tab.page.keyboard.press("Escape");
    await ada.press("Options for Quiet Otter");
    await ada.sees("menu", "Options for Quiet Otter");
  });
  await tab.page.keyboard.press("Escape");
  await take("call-more-menu", async () => {
    await tab.page.keyboard.press("Escape");
    await ada.press("More");
    await ada.sees("menu", "More");
  });
  await tab.page.keyboard.press("Escape");
  const choose = async (button, item) => {
    await ada.press(button);
    await tab.page.evaluate((label) => window.parlourTest.find("menuitem", label).click(), item);
  };
  const dialogs = [
    ["call-settings", "More", "Settings…", "Settings"],
    ["call-shortcuts", "More", "Keyboard shortcuts…", "Keyboard shortcuts"],
    ["call-invite", "More", "Invite", "Invite people"],
    ["call-connection", "Options for Bo", "Connection…", "Connection with Bo"],
  ];
  for (const [name, button, item, title] of dialogs) {
    await choose(button, item);
    await ada.sees("dialog", title);
    if (name === "call-connection") await ada.reads("Round trip");
    await take(name);
    await tab.page.keyboard.press("Escape");
    await ada.seesNo("dialog", title);
  }
  await choose("Options for Bo", "Pin to the stage");
  await take("call-pinned");
  await choose("Options for Bo", "Unpin");
  await other.page.evaluate(() => window.kept.rooms[0].publish(window.kept.draw(45), { source: "screen" }));
  await shows("Quiet Otter's screen");
  await take("call-share");
  await ada.press("Mute");
  await ada.press("Stop video");
  await take("call-share-muted");
  await tab.close();
  await other.close();
}

/** Files: nothing yet, offers, under way, done, given, held over the page, looked at. */
async function files({ server, fresh, isWanted, open }) {
  const link = privateLink(server, "photos");
  const tab = await fresh();
  const ada = await open(tab, link.replace("#", "?name=Ada&join=now#"));
  await ada.sees("toolbar", "Call controls");
  const other = await fresh();
  await guests(other, link, people.slice(0, 2));
  await ada.seesPeople(...people.slice(0, 2).map(({ name }) => name));
  const take = async (name, before) => {
    if (isWanted(name)) await shoot(tab, name, before);
  };
  await ada.press("Files");
  await ada.sees("region", "Files");
  await take("files-empty");
  await tab.page.keyboard.press("Escape");
  await other.page.evaluate(() => {
    const [otter, bo] = window.kept.rooms;
    const canvas = document.createElement("canvas");
    canvas.width = 160;
    canvas.height = 120;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#7fa8c9";
    pen.fillRect(0, 0, 160, 120);
    pen.fillStyle = "#5d7f52";
    pen.fillRect(0, 74, 160, 46);
    pen.fillStyle = "#f3d27a";
    pen.arc(120, 34, 16, 0, 7);
    pen.fill();
    // Comes as slowly as a picture of it takes.
    const slow = (path, name, size, type) => ({
      path,
      name,
      size,
      type,
      stream: () => {
        let at = 0;
        return new ReadableStream({
          async pull(controller) {
            await new Promise((resolve) => setTimeout(resolve, at < size * 0.4 ? 0 : 600_000));
            const length = Math.min(500_000, size - at);
            controller.enqueue(new Uint8Array(length));
            at += length;
            if (at >= size) controller.close();
          },
        });
      },
    });
    const small = (name, size) => new File([new Uint8Array(size)], name, { type: "image/jpeg" });
    window.kept.pictures = () => {
      otter.files.offer(small("Lake at noon.jpg", 2_400_000), {
        thumbnail: canvas.toDataURL("image/png"),
      });
    };
    window.kept.film = () => bo.files.offer(slow([], "Grandma's birthday.mp4", 38_000_000, "video/mp4"));
    window.kept.folder = () =>
      bo.files.offer(
        ["one.jpg", "two.jpg", "three.jpg"].map((name) =>
          slow(["Summer by the sea, second week"], name, 1_000_000),
        ),
      );
    window.kept.pictures();
    window.kept.film();
  });
  await ada.reads("Bo offers Grandma's birthday.mp4");
  await ada.reads("offers Lake at noon.jpg");
  await take("files-offered");
  await ada.press("Accept Lake at noon.jpg");
  await ada.sees("button", "Save: Lake at noon.jpg");
  await ada.press("Accept Grandma's birthday.mp4");
  await ada.reads("of 38 MB");
  await other.page.evaluate(() => window.kept.folder());
  await ada.reads("Summer by the sea");
  const field = await tab.page.waitForSelector('input[type="file"]:not([webkitdirectory])');
  await field.uploadFile(join(root, "README.md"));
  await ada.sees("button", "Stop offering: README.md");
  await take("files-under-way");
  await take("files-held", () =>
    tab.page.evaluate(() => {
      const figures = [...document.querySelectorAll("figure[data-person]")];
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "x"));
      for (const at of [document.body, figures.at(-1) ?? document.body])
        at.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer }));
    }),
  );
  await tab.close();
  await other.close();
}

/** What only a host sees, and what those see who wait for one. */
async function host({ server, fresh, isWanted, open }) {
  const link = `${server.url}/r/council`;
  const tab = await fresh();
  const ada = await open(tab, `${link}?name=Ada&join=now`);
  await ada.sees("toolbar", "Call controls");
  const choose = async (button, item) => {
    await ada.press(button);
    await tab.page.evaluate((label) => window.parlourTest.find("menuitem", label).click(), item);
  };
  await choose("More", "Room settings…");
  await ada.sees("dialog", "Room settings");
  if (isWanted("host-room")) await shoot(tab, "host-room");
  await tab.page.keyboard.press("Escape");
  await choose("More", "End for everyone…");
  await ada.sees("dialog", "End the room for everyone?");
  if (isWanted("host-end")) await shoot(tab, "host-end");
  await tab.page.keyboard.press("Escape");
  await choose("More", "Room settings…");
  await tab.page.evaluate(() => window.parlourTest.find("switch", /Newcomers wait/).click());
  await tab.page.waitForSelector('[role="switch"][aria-checked="true"]', { timeout: 30_000 });
  await tab.page.keyboard.press("Escape");
  const other = await fresh();
  const bo = await open(other, `${link}?name=Bo&join=now`);
  await bo.reads("Waiting for the host");
  if (isWanted("host-waits")) await shoot(other, "host-waits");
  await ada.sees("button", "Let Bo in");
  if (isWanted("host-knock")) await shoot(tab, "host-knock");
  await ada.press("Turn Bo away");
  await bo.sees("heading", "You were not let in");
  if (isWanted("host-denied")) await shoot(other, "host-denied");
  await tab.close();
  await other.close();
}

const scratch = scratchFolder();
try {
  await install();
  await build();
  await main();
} catch (problem) {
  fail(problem.stack ?? problem.message);
} finally {
  sweep(scratch);
}
console.log(`They are in ${folder}`);

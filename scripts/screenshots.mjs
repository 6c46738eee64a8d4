/**
 * `npm run screenshots [-- NAME…] [--quick] [--as LOOK]`: every screen of the page, light and dark, at three sizes, into
 * artifacts/screenshots. A NAME takes only screens whose name starts with it; `--quick` only the widest light and the narrowest dark.
 * `examples` alone takes the pictures of the examples that the README shows, into docs/pictures.
 * LOOK is how else somebody may see it: `contrast` (more of it), `forced` (the system's own few colours), `rtl` (from right to left).
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import "./typescript/register.mjs";
import { build } from "./build.mjs";
import { call } from "./screenshots/call.mjs";
import { direct } from "./screenshots/direct.mjs";
import { endings } from "./screenshots/endings.mjs";
import { examplePictures } from "./screenshots/examples.mjs";
import { files } from "./screenshots/files.mjs";
import { host } from "./screenshots/host.mjs";
import { many } from "./screenshots/many.mjs";
import { passing } from "./screenshots/passing.mjs";
import { folder, guests, isGroupWanted, isWanted, people, shoot } from "./screenshots/taking.mjs";
import { install } from "./steps/install.mjs";
import { fail, root } from "./steps/run.mjs";

const { launchBrowser } = await import("../e2e/harness/browsers.ts");
const { atWorkbench } = await import("../e2e/harness/learner.ts");
const { personOn, privateLink } = await import("../e2e/harness/people.ts");
const { scratchFolder, sweep } = await import("../e2e/harness/scratch.ts");
const { startServer } = await import("../e2e/harness/server.ts");

async function main() {
  mkdirSync(folder, { recursive: true });
  const server = await startServer();
  const chromium = await launchBrowser("chromium");
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
    await screen("learn", async (tab) => {
      const lea = await atWorkbench(tab, `${server.url}/learn`);
      await lea.follow(3);
    });
    await screen("learn-answer", async (tab) => {
      const lea = await atWorkbench(tab, `${server.url}/learn`);
      await lea.follow(9);
      await lea.step("Offerer", "Set remote description");
      await lea.reads("Offerer", "Nothing has come");
      await tab.page.evaluate(() => document.querySelector(".learn-sides").scrollIntoView());
    });
    await screen("learn-connected", async (tab) => {
      const lea = await atWorkbench(tab, `${server.url}/learn`);
      await lea.run("recvonly");
      await lea.say("Offerer", "I see you");
      await lea.reads("Answerer", "I see you");
      return () => tab.page.evaluate(() => document.querySelector(".learn-sides").scrollIntoView());
    });
    await screen("learn-together", async (tab) => {
      const other = await fresh();
      const lea = await atWorkbench(other, `${server.url}/learn`);
      await lea.person.press("With another machine");
      const link = await other.page.$eval(".learn-tools input[readonly]", ({ value }) => value);
      const bo = await atWorkbench(tab, link, 1);
      // It waits for the answer, which does not come.
      lea.run("Glare").catch(() => {});
      await bo.person.sees("button", "Play along");
    });
    await screen("learn-log", async (tab) => {
      const lea = await atWorkbench(tab, `${server.url}/learn`);
      await lea.run("Glare");
      return () => tab.page.evaluate(() => document.querySelector(".learn-log").scrollIntoView());
    });
    await screen("inspect", async (tab) => {
      const ada = await open(tab, "/inspect");
      await ada.sees("button", "Open a file");
    });
    await screen("inspect-story", async (tab) => {
      const ada = await open(tab, "/inspect");
      await ada.sees("button", "Open a file");
      const field = await tab.page.$('input[type="file"]');
      await field.uploadFile(join(root, "packages/client/core/inspect/webrtc-internals.gz"));
      await ada.sees("tab", "Story");
      await tab.page.waitForSelector('[data-kind="connected"]', { timeout: 30_000 });
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

    await direct({ server, fresh, open, screen });
    if (isGroupWanted("call")) await call({ server, fresh, open });
    if (isGroupWanted("files")) await files({ server, fresh, open });
    if (isGroupWanted("host")) await host({ server, fresh, open });
    if (isGroupWanted("many")) await many({ server, fresh, open });
    if (isGroupWanted("passing")) await passing({ fresh, open });
    await endings({ server, fresh, open, screen });
  } finally {
    await chromium.close();
    await server.close();
  }
  console.log(`They are in ${folder}`);
}

const scratch = scratchFolder();
try {
  await install();
  await build();
  if (process.argv[2] === "examples") await examplePictures();
  else await main();
} catch (problem) {
  fail(problem.stack ?? problem.message);
} finally {
  sweep(scratch);
}

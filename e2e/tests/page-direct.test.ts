import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ElementHandle } from "puppeteer-core";
import { encode } from "uqr";
import { describe, expect, it } from "vitest";
import { codesOf } from "../../packages/client/core/direct/frames.ts";
import { readIntroduction, writeIntroduction } from "../../packages/client/core/direct/introduction.ts";
import { complaints } from "../harness/axe.ts";
import { type Engine, launchBrowser, type TestPage } from "../harness/browsers.ts";
import { accept, contentOf, fill, invite, isKept, makeAnswer } from "../harness/direct.ts";
import { type Person, personOn } from "../harness/people.ts";
import { freshFolder } from "../harness/scratch.ts";
import { startServer } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const folder = freshFolder("direct");

/** A picture of the code on the page, as a phone would take one. */
async function pictureOfCode(person: Person, name: string): Promise<string> {
  const code = await person.tab.page.waitForSelector("svg.qr");
  const path = join(folder, `${name}.png`) as `${string}.png`;
  await code?.screenshot({ path });
  return path;
}

/** Gives the page a file where it asks for one. */
async function open({ tab }: Person, path: string): Promise<void> {
  const input = (await tab.page.waitForSelector("input[type=file]")) as ElementHandle<HTMLInputElement>;
  await input.uploadFile(path);
}

const bothIn = async (ada: Person, bo: Person): Promise<void> => {
  await Promise.all([ada, bo].map((person) => person.sees("toolbar", "Call controls")));
  await ada.seesPeople("Bo");
  await bo.seesPeople("Ada");
};

describe("/direct", () => {
  const stage = useStage();

  it.each<readonly [Engine, Engine]>([
    ["chromium", "firefox"],
    ["firefox", "chromium"],
  ])("[O20][O30] %s invites, %s answers, with the server gone: call, chat, file", async (one, other) => {
    const server = await startServer();
    stage.closeLater(() => server.close());
    const tabs = [await stage.page(one), await stage.page(other)] as const;
    for (const tab of tabs) {
      await tab.page.goto(`${server.url}/direct`);
      await isKept(personOn(tab, tab.engine));
    }
    await server.kill();

    const { inviter: ada, link } = await invite(tabs[0], server.url, "Ada");
    const { invited: bo, answer } = await accept(tabs[1], server.url, "Bo", `Hi Bo, here: ${link}\n`);
    await fill(ada, "Answer", answer);
    await ada.press("Connect");
    await bothIn(ada, bo);
    await Promise.all([ada.moves("Bo"), bo.moves("Ada")]);
    expect(await ada.tab.page.title()).toContain("Parlour");

    await bo.say("hello without a server");
    await ada.readsOnce("hello without a server");
    const note = join(folder, `${one}.txt`);
    await writeFile(note, "tea at four");
    await ada.press("Files");
    await ada.sees("region", "Files");
    const field = (await ada.tab.page.waitForSelector(
      'input[type="file"]:not([webkitdirectory])',
    )) as ElementHandle<HTMLInputElement>;
    await field.uploadFile(note);
    await bo.press(`Accept ${one}.txt`);
    await until("the panel of files", () =>
      bo.tab.page.evaluate(() => {
        const isOpen = window.parlourTest.find("region", "Files") !== undefined;
        if (!isOpen) window.parlourTest.find("button", "Files")?.click();
        return isOpen;
      }),
    );
    await bo.sees("button", `Save: ${one}.txt`);

    // What a press fetches is kept with the page.
    await ada.press("Inspector");
    await ada.sees("region", "Inspector");

    await ada.press("Leave");
    await ada.sees("heading", "You left the room");
    await bo.reads("The other one has left.");
    await ada.press("Start again");
    await ada.sees("button", "Invite someone");
  });

  it.each<readonly [Engine, Engine]>([
    ["chromium", "firefox"],
    ["firefox", "chromium"],
  ])("[O2][O23] %s invites, %s answers, by pictures of the codes", async (one, other) => {
    const { inviter: ada } = await invite(await stage.page(one), stage.server.url, "Ada");
    const invitation = await pictureOfCode(ada, `invitation-${one}`);
    const tab = await stage.page(other);
    await tab.page.goto(`${stage.server.url}/direct`);
    const bo = personOn(tab, "Bo");
    await bo.press("Join by text");
    await open(bo, invitation);
    await makeAnswer(bo);
    await open(ada, await pictureOfCode(bo, `answer-${other}`));
    await bothIn(ada, bo);
  });

  it("[O23] the camera reads the code off the other screen", async () => {
    const { inviter: ada } = await invite(await stage.page("firefox"), stage.server.url, "Ada");
    const film = await filmOf(ada.tab, await pictureOfCode(ada, "filmed"));
    const browser = await launchBrowser("chromium", { flags: [`--use-file-for-fake-video-capture=${film}`] });
    stage.closeLater(() => browser.close());
    // The page asks for what the code needs.
    const tab = await browser.openPage({ smallPictures: false });
    await tab.page.goto(`${stage.server.url}/direct`);
    const bo = personOn(tab, "Bo");
    await bo.press("Join by text");
    await bo.press("Scan a QR code");
    await bo.sees("textbox", "Your name");
    await fill(ada, "Answer", await makeAnswer(bo));
    await ada.press("Connect");
    await bothIn(ada, bo);
  });

  it("[O8][O23] the camera reads a text off several codes that follow each other", async () => {
    const { link } = await invite(await stage.page("chromium"), stage.server.url, "Ada");
    const codes = codesOf(link, 80);
    expect(codes.length).toBe(3);
    const film = await filmOfCodes(codes);
    const browser = await launchBrowser("chromium", { flags: [`--use-file-for-fake-video-capture=${film}`] });
    stage.closeLater(() => browser.close());
    const tab = await browser.openPage({ smallPictures: false });
    await tab.page.goto(`${stage.server.url}/direct`);
    const bo = personOn(tab, "Bo");
    await bo.press("Join by text");
    await bo.press("Scan a QR code");
    await bo.reads(/[12] of 3 codes read/);
    await bo.sees("textbox", "Your name");
  });

  it("[O20] a text goes over as a file", async () => {
    const tab = await stage.page("chromium");
    const tools = await tab.page.createCDPSession();
    const { inviter: ada, link } = await invite(tab, stage.server.url, "Ada");
    await tools.send("Browser.setDownloadBehavior", {
      behavior: "allow",
      downloadPath: folder,
      ...(tab.context.id === undefined ? {} : { browserContextId: tab.context.id }),
    });
    await ada.press("Save as a file");
    const path = join(folder, "parlour-invitation.txt");
    await until("the file", () => readFile(path, "utf8").then((text) => text.trim() === link));
    const other = await stage.page("firefox");
    await other.page.goto(`${stage.server.url}/direct`);
    const bo = personOn(other, "Bo");
    await bo.press("Join by text");
    await open(bo, path);
    await bo.sees("textbox", "Your name");
  });

  it("[O21][O22] an invitation in the link is taken out of the address; what is wrong with a text is said", async () => {
    const { inviter: ada, link } = await invite(await stage.page("chromium"), stage.server.url, "Ada");
    const text = link.split("#")[1] as string;
    const tab = await stage.page("firefox");
    const bo = personOn(tab, "Bo");
    await tab.page.goto(link);
    await bo.sees("textbox", "Your name");
    expect(await tab.page.evaluate(() => location.href)).toBe(`${stage.server.url}/direct`);
    await bo.press("Make the answer");
    await contentOf(bo, "Your answer");
    await bo.press("Back");

    const read = readIntroduction(text);
    if (typeof read === "string" || read.kind !== "invitation") throw new Error("not an invitation");
    const wrong: readonly (readonly [string, string])[] = [
      ["tea at four", "There is no invitation or answer in it."],
      [text.slice(0, -20), "The end of it is missing."],
      [`${text.slice(0, 60)}A${text.slice(62)}B`, "It has changed on its way."],
      [`INV9${text.slice(4)}`, "It comes from a newer version"],
      [
        writeIntroduction({ ...read, madeAt: read.madeAt - 3_600 }),
        "That invitation is older than half an hour.",
      ],
      [
        writeIntroduction({ kind: "answer", room: read.room, side: read.side }),
        "That is an answer, not an invitation.",
      ],
    ];
    await tab.page.goto(`${stage.server.url}/direct`);
    await bo.press("Join by text");
    for (const [pasted, sentence] of wrong) {
      await fill(bo, "Invitation", pasted);
      await bo.press("Continue");
      await bo.reads(sentence);
    }
    await fill(ada, "Answer", text);
    await ada.press("Connect");
    await ada.reads("That is your own invitation.");
    expect(await contentOf(ada, "Answer")).toBe(text);
  });

  it("[O24] only hidden names are named as such", async () => {
    const browser = await launchBrowser("firefox", {
      preferences: { "media.peerconnection.ice.obfuscate_host_addresses": true },
    });
    stage.closeLater(() => browser.close());
    const server = await startServer(["--turn", "off"]);
    stage.closeLater(() => server.close());
    const tab = await browser.openPage();
    await tab.page.goto(`${server.url}/direct?mic=off&camera=off`);
    const ada = personOn(tab, "Ada");
    await ada.press("Invite someone");
    await ada.press("Make the invitation");
    const link = await contentOf(ada, "Your invitation");
    const read = readIntroduction(link);
    if (typeof read === "string") throw new Error(read);
    expect(read.side.ways.length).toBeGreaterThan(0);
    for (const { address } of read.side.ways) expect(address).toMatch(/\.local$/);
    await ada.reads("only a hidden name (ending in .local)");
  });

  it.each<Engine>(["chromium", "firefox"])(
    "[O25] %s: axe finds nothing in its steps, and the focus is on each one's title",
    async (engine) => {
      const tab = await stage.page(engine);
      const ada = personOn(tab, "Ada");
      const focused = () => tab.page.evaluate(() => document.activeElement?.textContent);
      await tab.page.goto(`${stage.server.url}/direct?mic=off&camera=off`);
      await ada.sees("button", "Invite someone");
      expect(await focused()).toBe("A room without a server");
      expect(await complaints(tab), "choice").toBe("");
      await ada.press("Join by text");
      await ada.sees("textbox", "Invitation");
      expect(await focused()).toBe("Join by text");
      expect(await complaints(tab), "joining").toBe("");
      await ada.press("Back");
      await ada.press("Invite someone");
      await ada.press("Make the invitation");
      const link = await contentOf(ada, "Your invitation");
      expect(await focused()).toBe("Invite the other one");
      expect(await complaints(tab), "invitation").toBe("");
      const other = await stage.page(engine);
      await other.page.evaluateOnNewDocument(() => {
        if (location.protocol === "http:") localStorage.setItem("parlour:language", "de");
      });
      await other.page.goto(link);
      const bo = personOn(other, "Bo");
      await bo.press("Antwort machen");
      await contentOf(bo, "Deine Antwort");
      expect(await complaints(other), "answer").toBe("");
    },
  );

  it.each<Engine>(["chromium", "firefox"])("[O25] %s: its steps with the keyboard alone", async (engine) => {
    const tab = await stage.page(engine);
    const ada = personOn(tab, "Ada");
    const { keyboard } = tab.page;
    /** Presses Tab until what is named so has the focus. */
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 40; presses++) {
        const isThere = await tab.page.evaluate((wanted) => {
          const at = document.activeElement as HTMLTextAreaElement | null;
          return [at?.textContent?.trim(), at?.labels?.[0]?.textContent?.trim()].includes(wanted);
        }, name);
        if (isThere) return;
        await keyboard.press("Tab");
      }
      throw new Error(`Tab never came to ${name}`);
    };
    await tab.page.goto(`${stage.server.url}/direct?mic=off&camera=off`);
    await ada.sees("button", "Invite someone");
    await tabTo("Invite someone");
    await keyboard.press("Enter");
    await ada.sees("textbox", "Your name");
    await tabTo("Your name");
    // The field's own Enter sends it.
    await keyboard.press("Enter");
    await ada.sees("textbox", "Answer");
    await tabTo("Answer");
    await keyboard.type("tea at four");
    await tabTo("Connect");
    await keyboard.press("Enter");
    await ada.reads("There is no invitation or answer in it.");
    await tabTo("Back");
    await keyboard.press("Enter");
    await ada.sees("button", "Make the invitation");
  });
});

/** A picture as a film of a second, for Chromium's camera: Y4M, grey. */
async function filmOf({ page }: TestPage, picture: string): Promise<string> {
  const [width, height] = [640, 480];
  const data = (await readFile(picture)).toString("base64");
  const grey = await page.evaluate(
    async (base64, w, h) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [w, h];
      const pen = canvas.getContext("2d");
      if (pen === null) return "";
      pen.fillStyle = "#999";
      pen.fillRect(0, 0, w, h);
      // As held before a camera: a little turned.
      pen.translate(w / 2, h / 2);
      pen.rotate(0.06);
      pen.drawImage(bitmap, -210, -210, 420, 420);
      const { data: pixels } = pen.getImageData(0, 0, w, h);
      let luma = "";
      for (let i = 0; i < pixels.length; i += 4) luma += String.fromCharCode(pixels[i] ?? 0);
      return btoa(luma);
    },
    data,
    width,
    height,
  );
  return film("code", Array<Buffer>(10).fill(Buffer.from(grey, "base64")));
}

/** Codes as they follow each other on a page, each for 0.7 seconds. */
function filmOfCodes(codes: readonly string[]): Promise<string> {
  const frames = codes.flatMap((code) => {
    const { data, size } = encode(code, { ecc: "M", border: 4 });
    const scale = Math.floor(440 / size);
    const luma = Buffer.alloc(640 * 480, 0x99);
    for (let y = 0; y < size * scale; y++)
      for (let x = 0; x < size * scale; x++)
        luma[(y + 20) * 640 + x + 100] = data[Math.floor(y / scale)]?.[Math.floor(x / scale)] ? 20 : 250;
    return Array<Buffer>(7).fill(luma);
  });
  return film("codes", frames);
}

/** What a camera sees, ten grey pictures of 640x480 a second. */
async function film(name: string, lumas: readonly Buffer[]): Promise<string> {
  const path = join(folder, `${name}.y4m`);
  const head = Buffer.from("YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420mpeg2\n");
  const frames = lumas.flatMap((luma) => [Buffer.from("FRAME\n"), luma, Buffer.alloc((640 * 480) / 2, 128)]);
  await writeFile(path, Buffer.concat([head, ...frames]));
  return path;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { TestPage } from "../harness/browsers.ts";
import { shows, useExamples } from "../harness/examples-stage.ts";
import { pictureMoves } from "../harness/measure.ts";
import { freshFolder } from "../harness/scratch.ts";
import { until } from "../harness/waiting.ts";

async function fill(tab: TestPage, selector: string, text: string): Promise<void> {
  await tab.page.$eval(
    selector,
    (field, value) => {
      (field as HTMLInputElement).value = value;
    },
    text,
  );
}
const press = (tab: TestPage, selector: string): Promise<void> =>
  until(`${selector} to press`, () =>
    tab.page.evaluate((where) => {
      const button = document.querySelector<HTMLButtonElement>(where);
      if (button === null || button.disabled) return false;
      button.click();
      return true;
    }, selector),
  ).then(() => {});

describe("examples with native WebRTC", () => {
  const { start, open, looksRight, closeLater } = useExamples();

  it("[E5][E9] two-person-room: create, join, full, chat without the server, both ends told apart, exit, destroy", async () => {
    const url = await start("two-person-room");
    const ada = await open("chromium", url);
    const bo = await open("firefox", url);
    const cy = await open("chromium", url);
    const door = async (tab: TestPage, act: "create" | "join", name: string): Promise<void> => {
      await shows(tab, "#id", /^[0-9a-f]{8}$/);
      await fill(tab, "#name", name);
      await press(tab, `button[value=${act}]`);
    };
    await door(bo, "join", "tea");
    await shows(bo, "#problem", /does not exist/);
    await door(ada, "create", "tea");
    await shows(ada, "#state", /Waiting/);
    await door(bo, "create", "tea");
    await shows(bo, "#problem", /exists already/);
    await door(bo, "join", "tea");
    await door(cy, "join", "tea");
    await shows(cy, "#problem", /full/);

    const write = async (from: TestPage, to: TestPage, text: string): Promise<void> => {
      await until("the channel", () =>
        from.page.evaluate(() => !document.querySelector<HTMLInputElement>("#message")?.disabled),
      );
      await fill(from, "#message", text);
      await press(from, "#send");
      await shows(to, "#messages", new RegExp(`They: ${text}`));
    };
    await write(ada, bo, "hello <b>");
    await write(bo, ada, "hi");
    expect(await shows(bo, "#steps", /candidates? that had waited|remote description set/)).toMatch(/offer/);

    // The channel alone, and another one over the same connection.
    await press(bo, "#close-channel");
    await shows(ada, "#state", /closed the channel\. The connection stands/);
    await press(ada, "#open-channel");
    await write(ada, bo, "again");
    await looksRight(ada);
    // The connection: the other side hears that, and not that the channel was closed.
    await press(ada, "#close-connection");
    await shows(bo, "#state", /closed the connection/);

    await press(bo, "#exit");
    await shows(ada, "#state", /has left\. The room waits/);
    await door(cy, "join", "tea");
    await write(cy, ada, "now me");
    await press(ada, "#destroy");
    await shows(cy, "#state", /destroyed the room\. The room is gone/);
    await shows(ada, "#state", /Your room is gone/);
    // The name is free again, also when its creator vanishes without a word: a browser that is stopped answers no ping.
    const mute = new WebSocket(`${url.replace("http", "ws")}/socket`, { autoPong: false });
    closeLater(async () => mute.terminate());
    await new Promise((resolve) => mute.once("open", resolve));
    mute.send(JSON.stringify({ type: "create", room: "milk" }));
    await until("a room to join", async () => {
      await door(bo, "join", "milk");
      return (await bo.page.$eval("#state", ({ textContent }) => textContent))?.includes("milk");
    });
    await shows(bo, "#state", /the connection broke\. The room is gone/);
    await door(bo, "create", "milk");
    await shows(bo, "#state", /Waiting/);
    for (const tab of [ada, bo, cy]) expect(tab.problems).toEqual([]);
  });

  it("[E7][E9] snapshot: lists devices, takes a picture, gives it as a file", async () => {
    const url = await start("snapshot");
    for (const engine of ["chromium", "firefox"] as const) {
      const ada = await open(engine, url);
      await shows(ada, "#state", /\d+ × \d+ pixels/);
      expect(
        await ada.page.$$eval("#camera option", (all) => all.map(({ textContent }) => textContent)),
      ).not.toContain("");
      expect(await ada.page.$eval("#devices", ({ textContent }) => textContent)).toMatch(
        /Cameras.+Microphones.+/,
      );
      await pictureMoves(ada, { selector: "video" });
      await press(ada, "#take");
      await shows(ada, "#pictures", /Save/);
      const { name, width, height, isLit } = await ada.page.$eval("#pictures", async (pictures) => {
        const link = pictures.querySelector("a");
        const shown = pictures.querySelector("img");
        await shown?.decode();
        const picture = shown === null ? undefined : await createImageBitmap(shown);
        const canvas = new OffscreenCanvas(8, 8);
        const pen = canvas.getContext("2d");
        if (picture) pen?.drawImage(picture, 0, 0, 8, 8);
        const pixels = [...(pen?.getImageData(0, 0, 8, 8).data ?? [])].filter((_, i) => i % 4 !== 3);
        return {
          name: link?.download,
          width: picture?.width,
          height: picture?.height,
          isLit: Math.max(...pixels) > 60,
        };
      });
      expect({ name, width, height, isLit }).toEqual({
        name: expect.stringMatching(/^snapshot .+\.png$/),
        ...(await ada.page.$eval("video", ({ videoWidth: width, videoHeight: height }) => ({
          width,
          height,
        }))),
        isLit: true,
      });
      await looksRight(ada);
    }
    // Saved indeed.
    const ada = await open("chromium", url);
    const folder = freshFolder("snapshot");
    const session = await ada.page.createCDPSession();
    await session.send("Browser.setDownloadBehavior", {
      behavior: "allowAndName",
      downloadPath: folder,
      browserContextId: ada.context.id ?? "",
      eventsEnabled: true,
    });
    const done = new Promise<string>((resolve) =>
      session.on("Browser.downloadProgress", ({ state, guid }) => {
        if (state === "completed") resolve(guid);
      }),
    );
    await press(ada, "#take");
    await press(ada, "#pictures a");
    expect([...readFileSync(join(folder, await done)).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });

  it("[E8][E9] one-way-stream: viewers see the one on air, send nothing and are asked for no camera", async () => {
    const url = await start("one-way-stream");
    const early = await open("firefox", url);
    await early.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => {
        throw new Error("a viewer asked for a camera");
      };
    });
    await shows(early, "#state", /Nobody is on air/);
    const ada = await open("chromium", `${url}/on-air`);
    await press(ada, "#start");
    await shows(ada, "#state", /You are on air/);
    const late = await open("chromium", url);
    for (const viewer of [early, late]) {
      await shows(viewer, "#direction", /^recvonly$/);
      await pictureMoves(viewer, { selector: "#picture" });
      const sent = await viewer.page.evaluate(async () => {
        let packets = 0;
        for (const connection of window.parlourTest.connections)
          for (const report of (await connection.getStats()).values())
            if (report.type === "outbound-rtp") packets += report.packetsSent;
        return packets;
      });
      expect(sent).toBe(0);
    }
    await shows(ada, "#viewers", /^2$/);
    await shows(ada, "#direction", /^sendonly$/);
    const second = await open("chromium", `${url}/on-air`);
    await press(second, "#start");
    await shows(second, "#state", /Somebody else is on air/);
    await looksRight(ada);
    await late.close();
    await shows(ada, "#viewers", /^1$/);
    await ada.close();
    await shows(early, "#state", /Nobody is on air/);
    // Who waits sees the next one.
    await press(second, "#start");
    await shows(early, "#direction", /^recvonly$/);
    await pictureMoves(early, { selector: "#picture" });
    await looksRight(early);
  });
});

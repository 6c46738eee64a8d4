import type { CDPSession } from "puppeteer-core";
import { describe, expect, it } from "vitest";
import { type Engine, launchBrowser } from "../harness/browsers.ts";
import { acceptOffer, digestOf, endOf, offerFiles, openFiles, profilePage } from "../harness/files.ts";
import { enter, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

// Where what was received is kept: by the browser as far as there is room, or in a folder of one's own.

describe("files that are kept", () => {
  const stage = useStage();

  it.each<Engine>(["chromium", "firefox"])(
    "[F25][F105] %s: what there is no room for is a plain sentence, and is accepted again when there is room",
    async (engine) => {
      const browser = await launchBrowser(engine, {
        preferences: { "dom.quotaManager.temporaryStorage.fixedLimit": 40 * 1024 },
      });
      stage.closeLater(() => browser.close());
      const link = privateLink(stage.server, stage.roomName("full"));
      const ada = await stage.member("chromium", { link, name: "Ada" });
      const tab = await profilePage(browser);
      // As the developer tools set it; Firefox knows its own from the first on.
      const quota = async (bytes?: number) => {
        if (engine !== "chromium") return;
        const tools = await tab.page.createCDPSession();
        const origin = stage.server.url;
        await tools.send("Storage.overrideQuotaForOrigin", {
          origin,
          ...(bytes === undefined ? {} : { quotaSize: bytes }),
        });
        if (bytes !== undefined) quotaTools.push(tools);
        else for (const one of quotaTools) await one.detach();
      };
      const quotaTools: CDPSession[] = [];
      const bo = await enter(tab, link, { name: "Bo", camera: false, mic: false });
      await bo.seesPeople("Ada");
      await quota(20 * 1024 * 1024);
      await offerFiles(ada, [{ name: "large.bin", size: 48 * 1024 * 1024 }]);
      await bo.press("Accept large.bin");
      await bo.reads("There is no room left for it. Make room and accept it again");
      if (engine === "chromium") {
        await quota();
        await bo.press("Accept large.bin");
        await bo.sees("button", "Save: large.bin");
      }
      await ada.page.evaluate(() => window.room.files.givings[0]?.cancel());
      await offerFiles(ada, [{ name: "small.bin", size: 1024 * 1024 }]);
      await bo.press("Accept small.bin");
      await bo.sees("button", "Save: small.bin");
      expect(bo.tab.problems).toEqual([]);
    },
  );

  it("[F21][F22] what was received is passed on again after a reload, also when its giver is gone", async () => {
    const link = privateLink(stage.server, stage.roomName("again"));
    const ada = await stage.member("chromium", { link, name: "Ada" });
    const bo = await stage.person("firefox", link, { name: "Bo", camera: false, mic: false });
    await bo.seesPeople("Ada");
    await offerFiles(ada, [{ name: "passed on.bin", size: 3_000_000 }]);
    const expected = await digestOf(ada, "giving");
    await bo.press("Accept passed on.bin");
    await bo.sees("button", "Save: passed on.bin");
    await ada.close();
    await bo.tab.page.reload({ waitUntil: "domcontentloaded" });
    await bo.sees("toolbar", "Call controls");
    await openFiles(bo);
    await bo.press("Keep sharing: passed on.bin");
    const cy = await stage.member("chromium", { link, name: "Cy" });
    await acceptOffer(cy);
    expect(await endOf(cy)).toBe("done");
    expect(await digestOf(cy, "taking")).toEqual(expected);
  });

  it("[F115] into a folder of one's own: each file is there as soon as it is whole, and what was there stays", async () => {
    const link = privateLink(stage.server, stage.roomName("into"));
    const ada = await stage.member("chromium", { link, name: "Ada" });
    const bo = await stage.person("chromium", link, { name: "Bo", camera: false, mic: false });
    await bo.seesPeople("Ada");
    // The window of the system is not the page's: it gives a folder, and this is one with the same interface.
    await bo.tab.page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const chosen = await root.getDirectoryHandle("Documents", { create: true });
      await chosen.getDirectoryHandle("trip", { create: true });
      Object.assign(window, { showDirectoryPicker: async () => chosen });
    });
    const list = () =>
      bo.tab.page.evaluate(async () => {
        const root = await navigator.storage.getDirectory();
        const lines: string[] = [];
        const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
          for await (const [name, handle] of folder.entries()) {
            if (handle.kind === "directory")
              await walk(handle as FileSystemDirectoryHandle, `${path}${name}/`);
            else {
              const file = await (handle as FileSystemFileHandle).getFile();
              const hash = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
              lines.push(`${path}${name} ${file.size} ${new Uint8Array(hash).join()}`);
            }
          }
        };
        await walk(await root.getDirectoryHandle("Documents"), "");
        return lines.filter((line) => !line.includes(".crswap")).sort();
      });
    const expected = await ada.page.evaluate(async () => {
      const lines: string[] = [];
      const bytes = (size: number, seed: number) => new Uint8Array(size).fill(seed);
      const files = [
        { path: ["trip"], name: "first.bin", content: bytes(256 * 1024, 1) },
        { path: ["trip", "days"], name: "second.bin", content: bytes(2_500_000, 2) },
      ];
      for (const { path, name, content } of files) {
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
        lines.push(
          `${[...path, name].join("/").replace("trip", "trip (2)")} ${content.length} ${hash.join()}`,
        );
      }
      // A file that is a piece of its own; the next one is held back until the test lets it go.
      const late = new Promise<void>((resolve) => {
        window.kept["let go"] = resolve;
      });
      const made = files.map(({ path, name, content }, index) => ({
        path,
        name,
        size: content.length,
        stream: () =>
          new ReadableStream<Uint8Array>({
            async pull(controller) {
              if (index > 0) await late;
              controller.enqueue(content);
              controller.close();
            },
          }),
      }));
      window.room.files.offer(made);
      return lines.sort();
    });
    await openFiles(bo);
    await bo.press("Accept into a folder: trip");
    await until("the first file", async () =>
      (await list()).includes(expected.find((line) => line.includes("first.bin")) ?? ""),
    );
    await ada.page.evaluate(() => (window.kept["let go"] as () => void)());
    await bo.reads("trip is in your folder.");
    expect(await list()).toEqual(expected);
    expect(bo.tab.problems).toEqual([]);
  });
});

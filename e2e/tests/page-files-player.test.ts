import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "rolldown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as Player from "../../apps/web/src/browser/player.ts";
import type { Facts } from "../../apps/web/src/player/answer.ts";
import { type Engine, launchBrowser, type TestBrowser, type TestPage } from "../harness/browsers.ts";
import { startDesktop } from "../harness/desktop.ts";
import { type FilmKind, filmKinds, filmSeconds, makeFilms } from "../harness/films.ts";
import { projectRoot } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

// The player on its own: real films, of which every byte comes late, played by real browsers through the real service worker.

declare global {
  interface Window {
    player?: typeof Player;
  }
}

const engines: Engine[] = ["chromium", "firefox"];
const types: Record<FilmKind, string> = { mp4: "video/mp4", webm: "video/webm", mp3: "audio/mpeg" };

/** Nobody has this part of a film: neither starting nor going to where it is wanted may wait for it. */
const isHeld = (at: number, size: number) => size > 5_000_000 && at > size * 0.35 && at < size * 0.65;

/** The rest of the world: gives parts of the films a moment after they were asked for, and remembers which. */
const films = new Map<string, Buffer>();
let script = "";
const asked: { film: string; start: number; end: number }[] = [];
const world = createServer((request, response) => {
  const film = (request.url ?? "").slice(1);
  const [, start = "", end = ""] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "range");
  if (request.method === "OPTIONS") return void response.end();
  const range = { film, start: Number(start), end: Number(end) + 1 };
  asked.push(range);
  const bytes = films.get(film) ?? Buffer.alloc(0);
  // As if it came over a link of some megabytes per second; the middle does not come at all.
  if (!isHeld(range.start, bytes.length))
    setTimeout(() => response.end(bytes.subarray(range.start, range.end)), 60);
});

describe("a film plays while it arrives", () => {
  const stage = useStage();

  beforeAll(async () => {
    for (const [kind, film] of makeFilms()) films.set(`film.${kind}`, film);
    const { output } = await build({
      input: `${projectRoot}apps/web/src/browser/player.ts`,
      platform: "browser",
      resolve: { conditionNames: ["source", "browser", "import", "default"] },
      output: { format: "iife", name: "player" },
      write: false,
    });
    script = output[0].code;
    await new Promise<void>((resolve) => world.listen(0, resolve));
  });
  afterAll(() => {
    world.closeAllConnections();
    world.close();
  });

  /** A browser on a desktop with a loudspeaker. */
  const withSpeaker = async (engine: Engine): Promise<TestBrowser> => {
    const desktop = await startDesktop();
    stage.closeLater(() => desktop.close());
    await desktop.plugSpeaker("Desk speakers");
    const browser = await launchBrowser(engine, { desktop });
    stage.closeLater(() => browser.close());
    return browser;
  };
  /** A blank page of the server's origin with the player in it. */
  const open = async (engine: Engine, needsSpeaker = false): Promise<TestPage> => {
    const tab = await stage.sdkPage(needsSpeaker ? await withSpeaker(engine) : engine);
    await tab.page.addScriptTag({ content: script });
    return tab;
  };
  const start = async (
    tab: TestPage,
    kind: FilmKind,
    more: Partial<Facts> = {},
    film = `film.${kind}`,
  ): Promise<void> => {
    const facts: Facts = {
      size: films.get(film)?.length ?? 0,
      type: types[kind],
      look: kind === "mp3" ? "sound" : "film",
      name: film,
      ...more,
    };
    const source = `http://127.0.0.1:${(world.address() as AddressInfo).port}/${film}`;
    await tab.page.evaluate(
      async (playable, from) => {
        const opened = await window.player?.openPlayer({
          ...playable,
          read: async (offset, length, signal) => {
            const range = `bytes=${offset}-${offset + length - 1}`;
            return new Uint8Array(await (await fetch(from, { headers: { range }, signal })).arrayBuffer());
          },
        });
        if (opened === undefined) throw new Error("no player");
        const frame = document.createElement("iframe");
        // As on the page: only a document's viewer does without.
        if (playable.look !== "document") frame.sandbox.add("allow-same-origin");
        frame.width = "320";
        frame.height = "200";
        frame.src = opened.address;
        frame.onload = () => window.player?.beginPlaying(frame);
        document.body.replaceChildren(frame);
        window.kept["player"] = opened;
      },
      facts,
      source,
    );
  };
  /** How the film in the frame stands. */
  const state = (tab: TestPage) =>
    tab.page.evaluate(() => {
      const media = document
        .querySelector("iframe")
        ?.contentDocument?.querySelector<HTMLMediaElement>("video, audio");
      return media
        ? {
            at: media.currentTime,
            ready: media.readyState,
            error: media.error?.message ?? "",
            duration: media.duration,
            isSeeking: media.seeking,
          }
        : undefined;
    });
  const plays = async (tab: TestPage, from: number) => {
    let last: unknown;
    await until(`the film to play after ${from} s`, async () => {
      const now = await state(tab);
      last = now;
      if (now?.error) throw new Error(now.error);
      return now !== undefined && now.at > from + 0.3 && now.ready >= 2 && !now.isSeeking;
    }).catch((problem: Error) => {
      throw new Error(`${problem.message}: ${JSON.stringify(last)} ${JSON.stringify(asked)}`);
    });
  };
  for (const engine of engines)
    for (const kind of filmKinds)
      it(`[W87] ${engine}: ${kind} starts with a part of it, and goes where it is wanted`, async () => {
        const size = films.get(`film.${kind}`)?.length ?? 0;
        expect(size).toBeGreaterThan(1_000_000);
        // A headless Firefox has no loudspeaker: it plays sounds all the same, but as something that failed.
        const tab = await open(engine, engine === "firefox" && kind === "mp3");
        asked.length = 0;
        await start(tab, kind);
        await plays(tab, 0);
        const now = await state(tab);
        expect(now?.duration).toBeGreaterThan(filmSeconds - 2);
        expect(now?.duration).toBeLessThan(filmSeconds + 2);
        await tab.page.evaluate((to) => {
          const media = document
            .querySelector("iframe")
            ?.contentDocument?.querySelector<HTMLMediaElement>("video, audio");
          if (media) media.currentTime = to;
        }, filmSeconds * 0.8);
        await plays(tab, filmSeconds * 0.8);
        await tab.page.evaluate(() => {
          (window.kept["player"] as Player.Player).close();
        });
        expect(
          await tab.page.evaluate((address) => fetch(address).then(({ status }) => status), "/files/play/x"),
        ).toBe(404);
        // Firefox says so of every request that it called off itself, as when it goes elsewhere in a film.
        const isKnown = (line: string) =>
          line.includes("404") || line.includes("A ServiceWorker intercepted");
        expect(tab.problems.filter((line) => !isKnown(line)).join("\n")).toBe("");
        // The middle never came.
        if (kind !== "mp3") expect(asked.some(({ start }) => start > size * 0.7)).toBe(true);
      });

  it.each(engines)("[W86] %s: nothing in what is shown runs, whatever it is", async (engine) => {
    const tab = await open(engine);
    // A page with a script under the name of a film, opened as a page: its type is that of a film, and it is put in a sandbox.
    films.set(
      "evil.mp4",
      Buffer.from("<!doctype html><script>parent.evil = true</script><img src=x onerror='parent.evil=true'>"),
    );
    await start(tab, "mp4", {
      size: films.get("evil.mp4")?.length ?? 0,
      name: "<script>parent.evil = true</script>",
    });
    const headers = await tab.page.evaluate(async () => {
      const frame = document.querySelector("iframe");
      const page = frame?.src ?? "";
      await new Promise((resolve) => frame?.addEventListener("load", resolve, { once: true }));
      const title = frame?.contentDocument?.title;
      const data = page.replace("/play/", "/data/");
      // A frame without a sandbox of its own, as if somebody had opened the address.
      const open = document.createElement("iframe");
      open.src = data;
      const loaded = new Promise((resolve) => {
        open.addEventListener("load", resolve, { once: true });
        setTimeout(resolve, 2_000);
      });
      document.body.append(open);
      await loaded;
      return { title, isEvil: (window as { evil?: boolean }).evil === true };
    });
    expect(headers).toEqual({ title: "<script>parent.evil = true</script>", isEvil: false });
    films.delete("evil.mp4");
  });

  it.each(engines)("[W86] %s: a document is shown by the browser's own viewer", async (engine) => {
    const tab = await open(engine);
    films.set("red.pdf", redPage());
    await tab.page.setViewport({ width: 800, height: 600 });
    await start(
      tab,
      "mp4",
      { size: redPage().length, type: "application/pdf", look: "document", name: "red.pdf" },
      "red.pdf",
    );
    await until("a red page", async () => {
      const shot = await tab.page.screenshot({ encoding: "base64" });
      return tab.page.evaluate(async (png) => {
        const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
        const picture = await createImageBitmap(new Blob([bytes]));
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const pen = canvas.getContext("2d");
        pen?.drawImage(picture, 0, 0);
        const { data } = pen?.getImageData(0, 0, picture.width, picture.height) ?? { data: [] };
        let red = 0;
        for (let at = 0; at < data.length; at += 4)
          if ((data[at] ?? 0) > 220 && (data[at + 1] ?? 255) < 40 && (data[at + 2] ?? 255) < 40) red++;
        return red > 2_000;
      }, shot);
    });
    films.delete("red.pdf");
  });
});

/** The smallest PDF that is one red page (ISO 32000-1, section 7.5). */
function redPage(): Buffer {
  const content = "1 0 0 rg 0 0 300 300 re f";
  const objects = [
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<<>>>>",
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj${object}endobj\n`;
    return at;
  });
  const table = text.length;
  const lines = places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  text += `xref\n0 5\n0000000000 65535 f \n${lines}trailer<</Size 5/Root 1 0 R>>\nstartxref\n${table}\n%%EOF`;
  return Buffer.from(text, "latin1");
}

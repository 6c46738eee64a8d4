import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { MiB, narrowUplink } from "../harness/files.ts";
import { filmSeconds, makeFilms } from "../harness/films.ts";
import { type Person, privateLink } from "../harness/people.ts";
import { joinWithSdk, loadSdk } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

// Films on the room's page, looked at while they arrive.

/** The film, made once. */
let film: string | undefined;
/** Offers it, and says how many bytes it has. */
function offerFilm(giver: TestPage): Promise<number> {
  film ??= (makeFilms(["mp4"]).get("mp4") ?? Buffer.alloc(0)).toString("base64");
  return giver.page.evaluate((text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    window.room.files.offer(new File([bytes], "film.mp4", { type: "video/mp4" }));
    return bytes.length;
  }, film);
}

describe("films on the page", () => {
  const stage = useStage();

  /** The film in the open dialog plays, and is some moments after that second. */
  const playsAfter = async ({ tab }: Person, from: number): Promise<void> => {
    let last: unknown;
    await until(`the film to play after ${from} s`, async () => {
      const now = await tab.page.evaluate(() => {
        const frame = document.querySelector<HTMLIFrameElement>("dialog iframe.film");
        const video = frame?.contentDocument?.querySelector("video");
        return video
          ? {
              at: video.currentTime,
              paused: video.paused,
              ready: video.readyState,
              width: video.videoWidth,
              error: video.error?.message ?? "",
            }
          : undefined;
      });
      last = now;
      return now !== undefined && now.at > from + 0.3 && now.ready >= 2 && now.width === 320;
    }).catch((problem: Error) => {
      throw new Error(`${problem.message}: ${JSON.stringify(last)}`);
    });
  };

  it.each<Engine>(["chromium", "firefox"])(
    "[W87] %s: a film plays on the page while it arrives, and goes where it is wanted",
    async (engine) => {
      const link = privateLink(stage.server, stage.roomName("film"));
      const ada = await stage.page("chromium");
      // All of it would take half a minute.
      await narrowUplink(ada, MiB / 2);
      await loadSdk(ada, stage.server.url);
      await joinWithSdk(ada, { link, name: "Ada", media: false });
      const bo = await stage.person(engine, link, { name: "Bo", camera: false, mic: false });
      await bo.seesPeople("Ada");
      await offerFilm(ada);
      await bo.press("Accept film.mp4");
      await bo.press("Play: film.mp4");
      await playsAfter(bo, 0);
      await bo.tab.page.evaluate((to) => {
        const frame = document.querySelector<HTMLIFrameElement>("dialog iframe.film");
        const video = frame?.contentDocument?.querySelector("video");
        if (video) video.currentTime = to;
      }, filmSeconds * 0.85);
      await playsAfter(bo, filmSeconds * 0.85);
      // It is still arriving.
      await bo.tab.page.keyboard.press("Escape");
      await bo.sees("button", "Pause: film.mp4");
      await bo.press("Pause: film.mp4");
      await bo.reads("Paused", { role: "region", name: "Files" });
      await bo.press("Resume: film.mp4");
      await bo.press("Cancel: film.mp4");
      await bo.seesNo("button", "Cancel: film.mp4");
      expect(bo.tab.problems).toEqual([]);
    },
  );

  it("[F61][W87] two watch the same film while it arrives, mostly from each other: its giver's narrow uplink carries it little more than once", async () => {
    const link = privateLink(stage.server, stage.roomName("film"));
    const ada = await stage.page("chromium");
    await narrowUplink(ada, MiB);
    await loadSdk(ada, stage.server.url);
    await joinWithSdk(ada, { link, name: "Ada", media: false });
    const bo = await stage.person("chromium", link, { name: "Bo", camera: false, mic: false });
    const cy = await stage.person("firefox", link, { name: "Cy", camera: false, mic: false });
    await bo.seesPeople("Ada", "Cy");
    await cy.seesPeople("Ada", "Bo");
    const size = await offerFilm(ada);
    for (const one of [bo, cy]) {
      await one.press("Accept film.mp4");
      await one.press("Play: film.mp4");
    }
    for (const one of [bo, cy]) await playsAfter(one, 0);
    for (const one of [bo, cy]) {
      await one.tab.page.keyboard.press("Escape");
      await one.reads("film.mp4 is here.");
    }
    const sent = await ada.page.evaluate(() => window.kept["sentBytes"] as number);
    process.stderr.write(`the giver sent ${(sent / size).toFixed(2)} times the film\n`);
    expect(sent / size).toBeLessThan(1.6);
    expect([...ada.problems, ...bo.tab.problems]).toEqual([]);
  }, 120_000);
});

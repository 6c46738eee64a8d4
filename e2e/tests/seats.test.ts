import { describe, expect, it } from "vitest";
import { privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";
import { seen, witness, witnessed } from "../harness/witness.ts";

const quiet = { camera: false, mic: false };

describe("leaving, closing, reloading and duplicating are told apart", () => {
  const stage = useStage();
  const links: [string, () => string][] = [
    ["private", () => privateLink(stage.server, stage.roomName("seats"))],
    ["public", () => `${stage.server.url}/r/${stage.roomName("seats")}`],
  ];

  it.each(links)("%s room: a leaver is gone at once", async (_kind, link) => {
    const to = link();
    const watcher = await stage.member("chromium", { link: to, name: "Watcher", media: false });
    await witness(watcher);
    const ada = await stage.person("chromium", to, { name: "Ada", ...quiet });
    await seen(watcher, "Ada", (one) => one.event === "peer" && one.what === "Ada");
    await ada.leave();
    const left = await seen(watcher, "Ada leaving", (one) => one.event === "peer-left");
    expect(left).toMatchObject({ what: "Ada", detail: "left" });
    expect((await witnessed(watcher)).some((one) => one.detail === "away" || one.detail === "silent")).toBe(
      false,
    );
  });

  it.each(links)(
    "%s room: a closed page is away at once and gone after its eight seconds",
    async (_kind, link) => {
      const to = link();
      const watcher = await stage.member("chromium", { link: to, name: "Watcher", media: false });
      await witness(watcher);
      const bo = await stage.person("chromium", to, { name: "Bo", ...quiet });
      const ada = await stage.person("firefox", to, { name: "Ada", mic: false });
      await bo.moves("Ada");
      await ada.tab.page.close();
      const away = await seen(watcher, "Ada away", (one) => one.what === "Ada" && one.detail === "away");
      await bo.figureSays("Ada", "Left for a moment");
      const left = await seen(watcher, "Ada leaving", (one) => one.event === "peer-left");
      expect(left).toMatchObject({ what: "Ada", detail: "page" });
      expect(left.at - away.at).toBeGreaterThan(6000);
      expect(left.at - away.at).toBeLessThan(15_000);
      await bo.seesPeople("Watcher");
    },
  );

  it.each(links)(
    "%s room: a reloaded page comes back to its seat, with one figure, picture and name",
    async (_kind, link) => {
      const to = link();
      const watcher = await stage.member("chromium", { link: to, name: "Watcher", media: false });
      await witness(watcher);
      const bo = await stage.person("firefox", to, { name: "Bo", mic: false });
      const ada = await stage.person("chromium", to, { name: "Ada", mic: false });
      await bo.moves("Ada");
      const joined = await seen(watcher, "Ada", (one) => one.event === "peer" && one.what === "Ada");
      for (let turn = 0; turn < 2; turn++) {
        const before = (await witnessed(watcher)).length;
        await ada.tab.page.reload({ waitUntil: "domcontentloaded" });
        await ada.sees("toolbar", "Call controls");
        await until("Ada away and back", async () => {
          const news = (await witnessed(watcher)).slice(before).filter((one) => one.what === "Ada");
          return news.some((one) => one.detail === "away") && news.at(-1)?.detail === "here";
        });
        await bo.seesPeople("Ada", "Watcher");
        await bo.moves("Ada");
        await ada.moves("Bo");
      }
      const story = (await witnessed(watcher)).filter((one) => one.what === "Ada");
      expect(story.filter((one) => one.event === "peer-left")).toEqual([]);
      expect(story.filter((one) => one.event === "peer")).toEqual([joined]);
      expect(new Set(story.map((one) => one.id))).toEqual(new Set([joined.id]));
      if (_kind === "public") {
        expect(
          (await witnessed(watcher)).filter((one) => one.event === "notice" && one.what.includes("Ada left")),
        ).toEqual([]);
      }
    },
  );

  it.each(links)("%s room: a duplicated tab gets a seat of its own, and both stay", async (kind, link) => {
    const to = link();
    const watcher = await stage.member("firefox", { link: to, name: "Watcher", media: false });
    await witness(watcher);
    const ada = await stage.person("chromium", to, { name: "Ada", ...quiet });
    await seen(watcher, "Ada", (one) => one.event === "peer" && one.what === "Ada");
    // A page opened by script begins with a copy of its opener's session storage, as a duplicated tab does.
    const opened = new Promise<import("puppeteer-core").Page>((resolve) => {
      ada.tab.page.once("popup", (page) => page !== null && resolve(page));
    });
    await ada.tab.page.evaluate(() => void window.open(location.href));
    const copy = await opened;
    stage.closeLater(() => copy.close());
    const second = await seen(
      watcher,
      "a second seat",
      (one) => one.event === "peer" && /^Ada/.test(one.what) && one.id !== undefined && one.what !== "",
    );
    expect(second.what).toMatch(/^Ada/);
    await until("two of Ada", () =>
      watcher.page.evaluate(() => {
        const ids = [...window.room.peers.values()].filter(
          (peer) => peer.name.startsWith("Ada") && peer.presence === "here",
        );
        return ids.length === 2;
      }),
    );
    // In a private room, whose names the server can't read, both are called Ada.
    await ada.seesPeople(kind === "public" ? "Ada 2" : "Ada", "Watcher");
    expect((await witnessed(watcher)).filter((one) => one.event === "peer-left")).toEqual([]);
    await ada.say("both are here");
    // The copy was not made by the harness and has none of its shortcuts.
    await until("the copy to read it", () =>
      copy.evaluate(() => {
        const chat = document.querySelector("[role=log]");
        const button = [...document.querySelectorAll("button")].find((one) =>
          one.textContent?.includes("Chat"),
        );
        if (chat === null) button?.click();
        return (chat?.textContent ?? "").includes("both are here");
      }),
    );
  });

  it("a crashed tab is shown as not there at once, and the call of the others goes on", async () => {
    const to = privateLink(stage.server, stage.roomName("crash"));
    const bo = await stage.person("chromium", to, { name: "Bo", mic: false });
    const cy = await stage.person("firefox", to, { name: "Cy", mic: false });
    const ada = await stage.person("chromium", to, { name: "Ada", mic: false });
    await bo.moves("Ada");
    await bo.moves("Cy");
    void ada.tab.page.goto("chrome://crash").catch(() => {});
    await bo.figureSays("Ada", /Reconnecting|Left for a moment/);
    await bo.moves("Cy");
    await cy.moves("Bo");
  });
});

import { createUdpProxy, type UdpProxy } from "@parlour/testkit/node";
import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { shows, useExamples } from "../harness/examples-stage.ts";
import { until } from "../harness/waiting.ts";

const roomOf = (tab: TestPage): Promise<string> =>
  until("a room of one's own", async () => /\/r\/\w+#k=/.test(tab.page.url()) && tab.page.url());

describe("games among the examples", () => {
  const { start, open, openWith, looksRight, closeLater } = useExamples();

  it("[E17][E9] game-moves: two play and one watches, over reloads of both, until somebody wins; then again", async () => {
    const url = await start("game-moves");
    const ada = await open("chromium", url);
    const link = await roomOf(ada);
    await shows(ada, "#state", /Nobody else/);
    const bo = await open("firefox", link);
    await shows(ada, "#state", /Your turn/);
    await shows(bo, "#state", /thinks/);
    const drop = (tab: TestPage, column: number): Promise<unknown> =>
      until(`column ${column} to be free`, () =>
        tab.page.evaluate((wanted) => {
          const button = document.querySelectorAll<HTMLButtonElement>("#board button")[wanted];
          if (button === undefined || button.disabled) return false;
          button.click();
          return true;
        }, column),
      );
    const discs = (tab: TestPage, count: number): Promise<unknown> =>
      until(`${count} discs`, () =>
        tab.page.evaluate(
          (wanted) => document.querySelectorAll("#board .first, #board .second").length === wanted,
          count,
        ),
      );
    await drop(ada, 3);
    await drop(bo, 3);
    await drop(ada, 2);
    await discs(bo, 3);
    const cy = await open("chromium", link);
    await shows(cy, "#watching", /You are watching/);
    await discs(cy, 3);
    expect(await cy.page.$$eval("#board button:enabled", (all) => all.length)).toBe(0);
    // Whoever loads the page again sits where they sat, whether it is their turn or not.
    await bo.page.reload();
    await shows(bo, "#state", /Your turn/);
    await discs(bo, 3);
    await ada.page.reload();
    await discs(ada, 3);
    await drop(bo, 2);
    await drop(ada, 1);
    await drop(bo, 1);
    await drop(ada, 0);
    await shows(ada, "#state", /you won/);
    for (const tab of [bo, cy]) await shows(tab, "#state", /won\.$/);
    expect(await cy.page.$$eval("#board .four", (all) => all.length)).toBe(4);
    await looksRight(cy);
    await bo.page.click("#again");
    await discs(ada, 0);
    await shows(ada, "#players", /You1/);
    // The other one begins this time.
    await shows(bo, "#state", /Your turn/);
    await drop(bo, 6);
    await discs(cy, 1);
    // A player who leaves makes room for who watches.
    await bo.close();
    await cy.page.bringToFront();
    await until("the free place", () =>
      cy.page.evaluate(() => {
        const button = document.querySelector<HTMLButtonElement>("#sit");
        if (button === null || button.hidden) return false;
        button.click();
        return true;
      }),
    );
    await drop(ada, 6);
    await drop(cy, 5);
    await discs(ada, 3);
    expect([...ada.problems, ...cy.problems]).toEqual([]);
  });

  /** A page whose connections all lead through a bad network: candidates of the others are replaced by the proxy's. */
  async function openBehind(
    proxy: UdpProxy,
    side: "a" | "b",
    engine: Engine,
    url: string,
  ): Promise<TestPage> {
    const other = side === "a" ? "b" : "a";
    return openWith(engine, url, async ({ page }) => {
      await page.exposeFunction("throughProxy", (text: string, isWhole: boolean) =>
        isWhole ? proxy.description(text, other) : proxy.candidate(text, other),
      );
      await page.evaluateOnNewDocument(() => {
        const through = (text: string, isWhole: boolean): Promise<string | undefined> =>
          (window as unknown as { throughProxy: typeof through }).throughProxy(text, isWhole);
        const { prototype } = RTCPeerConnection;
        const describe = prototype.setRemoteDescription as (to: RTCSessionDescriptionInit) => Promise<void>;
        const add = prototype.addIceCandidate as (candidate?: RTCIceCandidateInit | null) => Promise<void>;
        prototype.setRemoteDescription = async function (description: RTCSessionDescriptionInit) {
          const sdp = await through(description.sdp ?? "", true);
          await describe.call(this, { type: description.type, sdp: sdp ?? "" });
        };
        prototype.addIceCandidate = async function (candidate?: RTCIceCandidateInit | null) {
          if (!candidate?.candidate) return add.call(this, candidate);
          const replaced = await through(candidate.candidate, false);
          if (replaced === undefined) return;
          const { sdpMid = null, sdpMLineIndex = null, usernameFragment = null } = candidate;
          await add.call(this, { sdpMid, sdpMLineIndex, usernameFragment, candidate: replaced });
        };
      });
    });
  }

  /** Plays by itself: goes for the puck when it is on this side, and back before the goal when it is not. */
  const playAlone = ({ page }: TestPage): Promise<void> =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("#rink");
      if (canvas === null) return;
      setInterval(() => {
        const [x = 50, y = 40] = (canvas.dataset["puck"] ?? "").split(" ").map(Number);
        const isHere = y > 78;
        // Now and then beside it, so that the puck does not go to and fro for ever.
        const beside = Math.sin(performance.now() / 700) * 5;
        const to = isHere ? { x: x + beside, y: y < 125 ? y + 2 : 150 } : { x: 50 + beside, y: 138 };
        const { left, top, width, height } = canvas.getBoundingClientRect();
        const [clientX, clientY] = [left + (to.x / 100) * width, top + (to.y / 160) * height];
        canvas.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY }));
      }, 16);
    });
  const numberIn = async (tab: TestPage, id: string): Promise<number> =>
    Number(await tab.page.$eval(`#${id}`, ({ textContent }) => textContent));
  const score = (tab: TestPage): Promise<string> =>
    tab.page.$eval("#score", ({ textContent }) => textContent ?? "");

  it("[E18] air-hockey: is played with one message in twenty lost and 150 ms of delay in each direction", async () => {
    const proxy = await createUdpProxy({ seed: 7, conditions: { loss: 0.05, delayMs: 150 } });
    closeLater(() => proxy.close());
    const url = await start("air-hockey");
    const ada = await openBehind(proxy, "a", "chromium", url);
    const link = await roomOf(ada);
    await shows(ada, "#state", /Nobody else/);
    const bo = await openBehind(proxy, "b", "firefox", link);
    for (const tab of [ada, bo]) await shows(tab, "#state", /Your goal is below/);
    for (const tab of [ada, bo]) await playAlone(tab);
    for (const tab of [ada, bo])
      await until(
        "hits and changes of hands",
        async () => (await numberIn(tab, "hits")) >= 5 && (await numberIn(tab, "hand-overs")) >= 8,
        60_000,
      );
    const goals = (text: string): number =>
      [...text.matchAll(/ (\d)(?= |$)/g)].reduce((sum, [, one]) => sum + Number(one), 0);
    await until("a goal", async () => goals(await score(ada)) >= 1, 60_000);
    await until("one score on both sides", async () => {
      const [mine = "", theirs = ""] = [await score(ada), await score(bo)];
      const [, a, b] = /(\d) : (\d)/.exec(mine) ?? [];
      return theirs.includes(`${b} : ${a}`) && [a, b];
    });
    // Never elsewhere all of a sudden.
    for (const tab of [ada, bo]) expect(await numberIn(tab, "jump")).toBeLessThan(25);
    expect(proxy.statistics["a-to-b"].lost.loss).toBeGreaterThan(0);
    expect([...ada.problems, ...bo.problems]).toEqual([]);
  });

  it("[E19][E9] air-hockey: when the referee leaves the others elect another, and the game goes on", async () => {
    const url = await start("air-hockey");
    const ada = await open("chromium", url);
    const link = await roomOf(ada);
    await shows(ada, "#referee", /^You \(term 1\)$/);
    const bo = await open("chromium", link);
    await shows(bo, "#state", /Your goal is below/);
    const cy = await open("firefox", link);
    await shows(cy, "#state", /watching/);
    for (const tab of [bo, cy]) await shows(tab, "#referee", /\(term 1\)/);
    await looksRight(cy);
    for (const tab of [ada, bo]) await playAlone(tab);
    await until("hits", async () => (await numberIn(bo, "hits")) >= 2);
    await ada.close();
    // One of those who are left, the same for both, under the next term.
    const referees = await until("one referee", async () => {
      const both = await Promise.all(
        [bo, cy].map((tab) => tab.page.$eval("#referee", ({ textContent }) => textContent ?? "")),
      );
      return both.every((text) => /\(term 2\)/.test(text)) && both;
    });
    expect(referees.filter((text) => text.startsWith("You"))).toHaveLength(1);
    // Who watched plays now.
    await shows(cy, "#state", /Your goal is below/);
    await playAlone(cy);
    const before = await numberIn(bo, "hits");
    await until(
      "more hits",
      async () => (await numberIn(bo, "hits")) > before && (await numberIn(cy, "hits")) > 0,
    );
    expect([...bo.problems, ...cy.problems]).toEqual([]);
  });
});

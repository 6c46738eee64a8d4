import type * as Inspect from "@parlour/client/inspect";
import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until, within } from "../harness/waiting.ts";

/** The modules of what nobody needs to be connected, under any name that they are asked for by. */
const part = /\/sdk\/parlour-(beside|rest)-\w+\.js(\?\d+)?$/;

const heardWords = () => window.kept["heard"] as string[];

describe("what the SDK loads beside a room", () => {
  const stage = useStage();

  // Who comes last makes the offers, who was there answers them.
  it.each<[Engine, "first" | "last"]>([
    ["chromium", "last"],
    ["firefox", "first"],
  ])(
    "[S62][S111][S130][S131] %s, in the room %s: without it people join and talk; what needs it rejects or waits, and asks for it anew",
    async (engine, place) => {
      const link = `${stage.server.url}/r/${stage.roomName("parts")}`;
      const blocked = await stage.sdkPage(engine);
      const { page } = blocked;
      const blockedParts = new Set(["beside", "rest"]);
      await page.setRequestInterception(true);
      const refused: string[] = [];
      page.on("request", (request) => {
        const isRefused = blockedParts.has(part.exec(request.url())?.[1] ?? "");
        if (isRefused) refused.push(request.url());
        (isRefused ? request.abort("failed") : request.continue()).catch(() => {});
      });
      const join = () =>
        within(
          "Ada is in the room",
          page.evaluate(async (at) => {
            window.room = await window.sdk.joinRoom(at, { name: "Ada", media: false });
          }, link),
        );
      if (place === "first") await join();
      const other = await stage.member("chromium", { link, name: "Bo", media: false });
      if (place === "last") await join();
      await linked(blocked, "Bo");
      await linked(other, "Ada");
      await page.evaluate(() => {
        const heard: unknown[] = [];
        window.kept = { heard };
        window.room.channel("words").on("message", (data) => heard.push(data));
      });
      const said: string[] = [];
      const talk = async (words: string) => {
        said.push(words);
        await other.page.evaluate((data) => window.room.channel("words").send(data), words);
        await until(
          `"${words}" is heard`,
          async () => (await page.evaluate(heardWords)).length === said.length,
        );
        expect(await page.evaluate(heardWords)).toEqual(said);
      };
      await talk("hello");
      const inspected = () =>
        within(
          "what the Inspector needs, or that it is not to be had",
          page.evaluate(() =>
            window.room.inspect().then(
              ({ links }) => `links ${links.length}`,
              ({ code, hint }) => `${code}: ${hint}`,
            ),
          ),
        );
      expect(await inspected()).toMatch(/^unreachable: ./);
      expect(refused.length).toBeGreaterThan(0);
      blockedParts.delete("beside");
      expect(await inspected()).toBe("links 1");
      // The server's connection is lost, and what would bring it back is not to be had.
      await page.evaluate(() => {
        const states: string[] = [];
        window.kept["states"] = states;
        window.room.on("state", (state) => states.push(state));
        window.room.simulate("signal-lost");
      });
      const states = () => page.evaluate(() => window.kept["states"] as string[]);
      const before = refused.length;
      const askedForRest = () => refused.slice(before).filter((url) => part.exec(url)?.[1] === "rest").length;
      await until("it is asked for again", async () => askedForRest() > 1);
      await talk("still here");
      expect(await states()).toEqual([]);
      blockedParts.clear();
      await until("the room is live again", async () => (await states()).includes("live"));
      expect(await states()).toEqual(["recovering", "live"]);
      const set = await within(
        "the host's setting",
        page.evaluate(() =>
          window.room.host.set({ title: "Tea" }).then(
            () => window.room.title,
            ({ code }) => code as string,
          ),
        ),
      );
      expect(set).toBe(place === "first" ? "Tea" : "not-host");
      await talk("and again");
    },
  );

  it.each<Engine>(["chromium", "firefox"])(
    "[S62] %s: it comes by itself once one is in, so that it is there while the server is away",
    async (engine) => {
      const link = `${stage.server.url}/r/${stage.roomName("early")}`;
      // Who comes second makes a first connection, which needs none of it.
      const other = await stage.member("chromium", { link, name: "Bo", media: false });
      const ada = await stage.member(engine, { link, name: "Ada", media: false });
      await Promise.all([linked(ada, "Bo"), linked(other, "Ada")]);
      const { page } = ada;
      for (const wanted of ["beside", "rest", "watch"])
        await until(`the module ${wanted}`, () =>
          page.evaluate(
            (wantedPart) =>
              performance
                .getEntriesByType("resource")
                .some(({ name }) => new RegExp(`/sdk/parlour-${wantedPart}-\\w+\\.js$`).test(name)),
            wanted,
          ),
        );
      await stage.server.kill();
      expect(await page.evaluate(async () => (await window.room.inspect()).links.length)).toBe(1);
      await stage.server.start();
    },
  );

  it("[I90] what makes a story of a recording lies beside it, for pages without a bundler", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("story")}`;
    const ada = await stage.member("chromium", { link, name: "Ada", media: false });
    const bo = await stage.member("firefox", { link, name: "Bo", media: false });
    await Promise.all([linked(ada, "Bo"), linked(bo, "Ada")]);
    for (const { page } of [ada, bo]) {
      await page.addScriptTag({
        type: "module",
        content: 'import * as inspect from "/sdk/inspect.js"; window.kept.inspect = inspect;',
      });
      const told = await until("a story", () =>
        page.evaluate(async () => {
          const inspect = window.kept["inspect"] as typeof Inspect | undefined;
          const [link] = (await window.room.inspect()).links;
          if (inspect === undefined || link === undefined) return undefined;
          const { steps } = inspect.storyOf(link.facts);
          const own = inspect.ownAddresses(inspect.candidateRows(link.facts, link.stats), [], link.stats);
          return { kinds: steps.map(({ kind }) => kind), own: own.own.length };
        }),
      );
      expect(told.kinds).toEqual(expect.arrayContaining(["connection", "checks", "dtls", "connected"]));
      expect(told.own).toBeGreaterThan(0);
    }
  });
});

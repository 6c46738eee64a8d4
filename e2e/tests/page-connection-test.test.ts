import { networkInterfaces } from "node:os";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { sharedBrowser } from "../harness/browsers.ts";
import { personOn } from "../harness/people.ts";
import { openSdkPage } from "../harness/sdk-page.ts";
import { startServer } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";

// Chromium asks no TURN server on 127.0.0.1, so the pages are at an address of the machine.
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

const engines: Engine[] = ["chromium", "firefox"];

describe.skipIf(address === undefined)("the test of the connection", () => {
  const stage = useStage();
  const at = (path: string) => `http://${address}:${stage.server.port}${path}`;

  it.each(engines)(
    "[H39] the SDK finds in %s what works, gives back its room, and what it took",
    async (engine) => {
      const tab = await openSdkPage(await sharedBrowser(engine), at(""));
      stage.closeLater(() => tab.close());
      const { early, results } = await tab.page.evaluate(async () => {
        const heard: string[] = [];
        const all = await window.sdk.testConnection(`${location.origin}/`, {
          onResult: ({ check }) => heard.push(check),
        });
        return { early: heard, results: Object.fromEntries(all.map(({ check, state }) => [check, state])) };
      });
      expect(results).toEqual({
        server: "works",
        websocket: "works",
        stun: "works",
        "relay-udp": "works",
        "relay-tcp": "works",
        "relay-tls": "missing",
      });
      expect(early.slice(0, 2)).toEqual(["server", "websocket"]);
      expect(early.toSorted()).toEqual(Object.keys(results).toSorted());
      expect(await (await fetch(`${stage.server.url}/api/rooms`)).json()).toEqual([]);
    },
  );

  it("[H39] can be called off", async () => {
    const tab = await openSdkPage(await sharedBrowser("chromium"), at(""));
    stage.closeLater(() => tab.close());
    const code = await tab.page.evaluate(async () => {
      const over = new AbortController();
      const running = window.sdk.testConnection(location.origin, {
        signal: over.signal,
        onResult: () => over.abort(),
      });
      return await running.then(
        () => "none",
        (error: { code: string }) => error.code,
      );
    });
    expect(code).toBe("aborted");
  });

  it.each(engines)(
    "[H40] a person in %s reads what works, line by line and in one sentence",
    async (engine) => {
      const tab = await stage.page(engine);
      await tab.page.goto(at(`/r/${stage.roomName("trial")}?mic=off&camera=off`));
      const ada = personOn(tab, "Ada");
      await ada.press("Test the connection");
      await ada.reads("Everything a call needs works here.");
      await ada.reads("A room lets you in.");
      await ada.reads("Where nothing is direct, calls go through the server, at full quality.");
      if (engine === "chromium") {
        await tab.page.evaluate(axe.source);
        const violations = await tab.page.evaluate(async () => {
          const found = await (window as unknown as { axe: typeof axe }).axe.run(document);
          return found.violations.map(
            ({ id, nodes }) => `${id} ${nodes.map(({ target }) => target).join(" ")}`,
          );
        });
        expect(violations).toEqual([]);
      }
      await ada.press("Test again");
      await ada.reads("Trying what a call needs.");
      await ada.press("Close");
      await ada.sees("button", "Join");
    },
  );

  it("[H40] says so when no way to the relay works", async () => {
    const server = await startServer([
      ...["--turn", "external", "--turn-secret", "0123456789abcdef"],
      ...["--turn-url", `turn:${address}:9?transport=tcp`],
    ]);
    stage.closeLater(() => server.close());
    const tab = await stage.page("chromium");
    await tab.page.goto(`http://${address}:${server.port}/r/alone?mic=off&camera=off`);
    const ada = personOn(tab, "Ada");
    await ada.press("Test the connection");
    await ada.reads("Calls will hardly work here");
    await ada.reads("This server has no STUN");
    expect(
      await tab.page.$$eval(".test-line.fails strong", (all) => all.map((one) => one.textContent)),
    ).toEqual(["Relay over TCP"]);
  });
});

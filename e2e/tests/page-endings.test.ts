import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { arrivalLink, type Person, personOn } from "../harness/people.ts";
import { startServer } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };
const engines: Engine[] = ["chromium", "firefox"];

/** The one thing to do stands out, and the heading is where reading goes on. */
async function endsWith({ tab, sees }: Person, title: string, action: string): Promise<void> {
  await sees("heading", title);
  await sees("button", action);
  // Where reading goes on and what the window is called are set once the screen is drawn.
  await until(`${title} to be read out and in the window's name`, async () => {
    const [chief, focused, name] = await tab.page.evaluate(() => [
      document.querySelectorAll("button.primary").length,
      document.activeElement?.tagName,
      document.title,
    ]);
    return chief === 1 && focused === "H1" && String(name).includes(title);
  });
}

// Being removed and the room's end are in page-hosts, an address that is none in page, another page of the same seat in seats.
describe.each(engines)("[W34] %s: how it ends", (engine) => {
  const stage = useStage();
  const visit = async (tab: TestPage, link: string, joinNow = true): Promise<Person> => {
    const person = personOn(tab, "Ada");
    await tab.page.goto(arrivalLink(link, { name: "Ada", joinNow, ...silent }), {
      waitUntil: "domcontentloaded",
    });
    return person;
  };

  it("left, full", async () => {
    const tab = await stage.page(engine);
    const room = `${stage.server.url}/r/${stage.roomName("left")}`;
    const ada = await visit(tab, room);
    await ada.press("Leave");
    await endsWith(ada, "You left the room", "Join again");
    await ada.press("Join again");
    await ada.sees("button", "Join");

    const small = stage.roomName("small");
    const made = await fetch(`${stage.server.url}/api/rooms`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: small, capacity: 1 }),
    });
    expect(made.status).toBe(201);
    await stage.member("chromium", {
      link: `${stage.server.url}/r/${small}`,
      name: "Bo",
      media: false,
    });
    await visit(tab, `${stage.server.url}/r/${small}`);
    await endsWith(ada, "This room is full", "Try again");
  });

  it("a screen that can't be fetched", async () => {
    const server = await startServer();
    stage.closeLater(() => server.close());
    const tab = await stage.page(engine);
    await tab.page.goto(server.url);
    const ada = personOn(tab, "Ada");
    await ada.sees("heading", "Parlour");
    await server.stop();
    const follow = (path: string) =>
      tab.page.evaluate((at) => document.querySelector<HTMLElement>(`a[href="${at}"]`)?.click(), path);
    await follow("/inspect");
    await ada.sees("heading", "The server can't be reached");
    await tab.page.evaluate(() => history.back());
    await ada.sees("heading", "Parlour");
    await follow("/learn");
    await ada.sees("heading", "The server can't be reached");
    await server.start();
    await ada.press("Try again");
    await ada.sees("heading", "Workbench");
  });

  it("[W96] a part that can't be fetched in mid-call", async () => {
    const server = await startServer();
    stage.closeLater(() => server.close());
    const tab = await stage.page(engine);
    const ada = await visit(tab, `${server.url}/r/${stage.roomName("parts")}`);
    await ada.sees("toolbar", "Call controls");
    await server.stop();
    await ada.reads("Reconnecting to the server");
    await tab.page.keyboard.press("?");
    await ada.reads("This can't be shown now");
    await ada.seesNo("dialog", "Keyboard shortcuts");
    await ada.press("Inspector");
    await ada.seesNo("region", "Inspector");
    await server.start();
    await ada.readsNo("Reconnecting to the server");
    await ada.press("Inspector");
    await ada.sees("region", "Inspector");
    await tab.page.keyboard.press("?");
    await ada.sees("dialog", "Keyboard shortcuts");
  });

  it("locked, link incomplete", async () => {
    const tab = await stage.page(engine);
    const room = stage.roomName("locked");
    const host = await stage.member("chromium", {
      link: `${stage.server.url}/r/${room}`,
      name: "Bo",
      media: false,
    });
    await host.page.evaluate(() => window.room.host.set({ isLocked: true }));
    const ada = await visit(tab, `${stage.server.url}/r/${room}`);
    await endsWith(ada, "This room is locked", "Try again");
    await host.page.evaluate(() => window.room.host.set({ isLocked: false }));
    await ada.press("Try again");
    await ada.sees("toolbar", "Call controls");

    await visit(tab, `${stage.server.url}/r/${stage.roomName("incomplete")}#k=short`);
    await endsWith(ada, "This link is incomplete", "Home");
    await ada.press("Home");
    await ada.sees("button", "Start a private room");
    expect(tab.problems).toEqual([]);
  });

  it("no network, the server away, too old a browser", async () => {
    const tab = await stage.page(engine);
    const server = await startServer();
    stage.closeLater(() => server.close());
    const room = `${server.url}/r/${stage.roomName("away")}`;
    const ada = await visit(tab, room, false);
    // The room's own script has come by then: without it no join could even be tried.
    await tab.page.waitForNetworkIdle({ timeout: 30_000 });
    await tab.page.setOfflineMode(true);
    await ada.press("Join");
    await endsWith(ada, "You are offline", "Try again");
    await tab.page.setOfflineMode(false);
    await server.kill();
    await ada.press("Try again");
    await endsWith(ada, "The server can't be reached", "Try again");
    await server.start();
    await ada.press("Try again");
    await ada.sees("toolbar", "Call controls");

    // Older browsers than this machine has can only be played.
    await tab.page.evaluateOnNewDocument(() => {
      Object.defineProperty(window, "RTCPeerConnection", { value: undefined });
    });
    await visit(tab, room, false);
    await endsWith(ada, "Your browser is too old for this", "Home");
    await ada.reads("Firefox 130");
  });
});

import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];

describe("the page, by role and accessible name", () => {
  const stage = useStage();

  /** As the browser's own accessibility tree has it, not as the test's shortcut thinks. */
  const exists = async (tab: TestPage, role: string, name: string): Promise<void> => {
    const handle = await tab.page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`, {
      timeout: 30_000,
    });
    expect(handle, `${role} ${name}`).not.toBeNull();
  };

  it.each(engines)("%s: home, lobby and room have what is promised", async (engine) => {
    const tab = await stage.page(engine);
    await tab.page.goto(stage.server.url);
    await exists(tab, "button", "Start a private room");
    await exists(tab, "form", "Open a room");
    await exists(tab, "textbox", "Room name");
    await exists(tab, "button", "Open");

    await tab.page.goto(privateLink(stage.server, stage.roomName("names")));
    await exists(tab, "textbox", "Your name");
    for (const name of ["Camera", "Microphone"]) await exists(tab, "combobox", name);
    await exists(tab, "button", "Join");
    await (await tab.page.$('::-p-aria([name="Your name"][role="textbox"])'))?.type("Ada");
    await (await tab.page.$('::-p-aria([name="Join"][role="button"])'))?.click();
    await exists(tab, "toolbar", "Call controls");
    await exists(tab, "group", "People on screen");
    for (const name of ["Mute", "Stop video", "Chat", "People", "Leave", "Copy link"])
      await exists(tab, "button", name);
    await (await tab.page.$('::-p-aria([name="Chat"][role="button"])'))?.click();
    await exists(tab, "log", "Messages");
    await exists(tab, "textbox", "Message");
    await exists(tab, "button", "Send");
    expect(tab.problems).toEqual([]);
  });

  it.each(engines)("%s: a figure is named by its peer, in the browser's own tree too", async (engine) => {
    const link = privateLink(stage.server, stage.roomName("figure"));
    const ada = await stage.person(engine, link, { name: "Ada", camera: false, mic: false });
    await stage.person("chromium", link, { name: "Bo", camera: false, mic: false });
    await ada.seesPeople("Bo");
    await exists(ada.tab, "figure", "Bo");
  });

  it.each(engines)("%s: everything works from the keyboard", async (engine) => {
    const room = stage.roomName("keys");
    const tab = await stage.page(engine);
    const { page } = tab;
    await page.goto(stage.server.url);
    await exists(tab, "textbox", "Room name");
    await page.focus('::-p-aria([name="Room name"][role="textbox"])');
    await page.keyboard.type(room);
    await page.keyboard.press("Enter");
    await until("the lobby", () => page.evaluate((name) => location.pathname === `/r/${name}`, room));
    await exists(tab, "textbox", "Your name");
    await page.focus('::-p-aria([name="Your name"][role="textbox"])');
    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    await exists(tab, "toolbar", "Call controls");

    await page.focus('::-p-aria([name="Chat"][role="button"])');
    await page.keyboard.press("Enter");
    await exists(tab, "textbox", "Message");
    await page.focus('::-p-aria([name="Message"][role="textbox"])');
    await page.keyboard.type("typed, then Enter");
    await page.keyboard.press("Enter");
    await until("the message in the log", () =>
      page.evaluate(() =>
        (window.parlourTest.find("log", "Messages")?.textContent ?? "").includes("typed, then Enter"),
      ),
    );
    expect(
      await page.evaluate(() => (window.parlourTest.find("textbox", "Message") as HTMLTextAreaElement).value),
    ).toBe("");
    await page.keyboard.press("Escape");
    await until("the panel closed", () =>
      page.evaluate(() => window.parlourTest.find("log", "Messages") === undefined),
    );

    // Space and Enter press what has the focus; the focus can be seen to go through the toolbar.
    await page.focus('::-p-aria([name="Leave"][role="button"])');
    await page.keyboard.press("Enter");
    await until("having left", () =>
      page.evaluate(() => window.parlourTest.find("toolbar", "Call controls") === undefined),
    );
    expect(tab.problems).toEqual([]);
  });

  it("a whole call asks nobody but the server, breaks no policy and complains of nothing", async () => {
    const link = privateLink(stage.server, stage.roomName("closed"));
    const people = [
      await stage.person("chromium", link, { name: "Ada" }),
      await stage.person("firefox", link, { name: "Bo" }),
    ] as const;
    const [ada, bo] = people;
    await ada.moves("Bo");
    await bo.moves("Ada");
    await ada.say("hello");
    await bo.readsOnce("hello");
    await ada.open("People");
    await ada.press("Mute");
    await bo.figureSays("Ada", "Muted");
    await ada.leave();
    await bo.leave();
    const tab = await stage.page("chromium");
    await tab.page.goto(stage.server.url, { waitUntil: "networkidle0" });
    const { host } = new URL(stage.server.url);
    for (const one of [ada.tab, bo.tab, tab]) {
      const requests = await one.allRequests();
      expect(requests.length).toBeGreaterThan(1);
      for (const request of requests) {
        const url = new URL(request);
        if (["data:", "blob:", "about:"].includes(url.protocol)) continue;
        expect(url.host, request).toBe(host);
        // Fragments stay in the browser; some engines show them to their debugger all the same.
        url.hash = "";
        expect(url.href, "the secret never leaves the page").not.toMatch(/[?&#]k=/);
      }
      expect(one.problems).toEqual([]);
    }
  });

  it("[W61][G51] names who is in public rooms, and says where there is nothing", async () => {
    const room = stage.roomName("lounge");
    await stage.member("chromium", { link: `${stage.server.url}/r/${room}`, name: "Quiet Otter" });
    const ada = personOn(await stage.page("firefox"), "Ada");
    await ada.tab.page.goto(stage.server.url);
    await ada.reads("Quiet Otter", { role: "list", name: "Public rooms" });
    await ada.reads("It sees who is in which room and their addresses");
    const reply = await ada.tab.page.goto(`${stage.server.url}/no/such/place`);
    expect(reply?.status()).toBe(404);
    await ada.sees("heading", "There is nothing here");
    await ada.press("Home");
    await ada.sees("button", "Start a private room");
  });

  it("is served with a strict policy", async () => {
    for (const path of ["/", "/new", `/r/${stage.roomName("policy")}`]) {
      const reply = await fetch(stage.server.url + path);
      expect(reply.status).toBe(200);
      const policy = reply.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/default-src '(self|none)'/);
      expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*|https:(?!\/\/)/);
      expect(policy).toContain("frame-ancestors");
      expect(reply.headers.get("referrer-policy")).toBe("no-referrer");
      expect(reply.headers.get("permissions-policy")).toContain("camera=");
      expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
      const body = await reply.text();
      expect(body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
      expect(body).not.toMatch(/\son\w+=/);
    }
  });
});

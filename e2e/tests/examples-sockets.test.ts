import { describe, expect, it } from "vitest";
import WebSocket from "ws";
import type { TestPage } from "../harness/browsers.ts";
import { shows, useExamples } from "../harness/examples-stage.ts";
import { pictureMoves } from "../harness/measure.ts";
import { until, within } from "../harness/waiting.ts";

/** Types into a field and sends it with Enter. */
async function enter(tab: TestPage, selector: string, text: string): Promise<void> {
  await tab.page.focus(selector);
  await tab.page.keyboard.type(text);
  await tab.page.keyboard.press("Enter");
}
const nextMessage = (socket: WebSocket): Promise<string> =>
  within(
    "a message",
    new Promise((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString()))),
  );
const closed = (socket: WebSocket): Promise<number> =>
  within("a close", new Promise((resolve) => socket.once("close", resolve)));

describe("examples with sockets", () => {
  const { start, open, looksRight, closeLater } = useExamples();

  const raw = (url: string, options: WebSocket.ClientOptions = {}): WebSocket => {
    const socket = new WebSocket(url.replace("http", "ws"), options);
    closeLater(async () => socket.terminate());
    return socket;
  };

  it("[E1][E9] http-chat: a message comes by all three ways, and each is counted", async () => {
    const url = await start("http-chat");
    const ada = await open("chromium", url);
    const bo = await open("firefox", url);
    const count = (tab: TestPage, way: string, what: string): Promise<number> =>
      tab.page.evaluate(
        (where) => Number(document.querySelector(where)?.textContent?.replaceAll(",", "")),
        `#${way} .${what}`,
      );
    await until("every way counted", async () => (await count(ada, "short", "requests")) >= 2);
    await until("one question that waits", async () => (await count(ada, "socket", "requests")) === 1);
    const before = {
      long: await count(ada, "long", "requests"),
      up: await count(ada, "socket", "up"),
      down: await count(ada, "socket", "down"),
    };
    for (const [n, way] of ["short", "long", "socket"].entries()) {
      await enter(n === 1 ? bo : ada, `#${way} input`, `by ${way} <b>`);
      for (const tab of [ada, bo])
        for (const each of ["short", "long", "socket"])
          await shows(tab, `#${each} [role=log]`, new RegExp(`by ${way} <b>`));
    }
    // Two of the three came from her: the socket cost one request for good, each long poll one for each message.
    await until("long polls counted", async () => (await count(ada, "long", "requests")) >= before.long + 3);
    expect(await count(ada, "socket", "requests")).toBe(1);
    const sent = (await count(ada, "socket", "up")) - before.up;
    expect(sent).toBeGreaterThan("by socket <b>".length);
    expect(sent).toBeLessThan("by socket <b>".length + 15);
    expect((await count(ada, "socket", "down")) - before.down).toBeLessThan(300);
    expect(await count(ada, "short", "up")).toBeGreaterThan(500);
    for (const tab of [ada, bo]) await looksRight(tab);
  });

  it("[E2][E9] echo-reverse: what goes out comes back reversed, letter by letter as people see them", async () => {
    const url = await start("echo-reverse");
    const ada = await open("firefox", url);
    await shows(ada, "#state", /Connected/);
    await enter(ada, "#text", "stressed");
    await shows(ada, "#log", /→ stressed← desserts/);
    await looksRight(ada);
    const socket = raw(`${url}/echo`);
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send("ab👨‍👩‍👧é");
    expect(await nextMessage(socket)).toBe("é👨‍👩‍👧ba");
    socket.send("x".repeat(10_001));
    expect(await closed(socket)).toBe(1009);
    const elsewhere = raw(`${url}/echo`, { origin: "https://elsewhere.example" });
    elsewhere.on("error", () => {});
    await closed(elsewhere);
  });

  it("[E3] signal-relay: passes on what it can't understand, to the other one of the pair alone", async () => {
    const url = await start("signal-relay");
    const sockets = [];
    for (let n = 0; n < 4; n += 1) {
      const socket = raw(`${url}/socket`);
      sockets.push(socket);
      expect(await nextMessage(socket)).toBe(n % 2 === 0 ? "caller" : "receiver");
    }
    const [ada, bo, cy, di] = sockets as [WebSocket, WebSocket, WebSocket, WebSocket];
    for (const text of ["{no json", "\u0000ü🦦", "x".repeat(60_000)]) {
      const heard = [nextMessage(bo), nextMessage(cy)];
      ada.send(text);
      di.send(`not ${text.slice(0, 10)}`);
      expect(await Promise.all(heard)).toEqual([text, `not ${text.slice(0, 10)}`]);
    }
    const end = closed(bo);
    ada.close();
    expect(await end).toBe(4000);
    // The other pair goes on; by HTTP the same.
    const entered = await fetch(`${url}/http/enter`, { method: "POST" });
    const { id, role } = (await entered.json()) as { id: string; role: string };
    expect(role).toBe("caller");
    const late = raw(`${url}/socket`);
    expect(await nextMessage(late)).toBe("receiver");
    const next = fetch(`${url}/http/${id}/next`);
    late.send("not json either");
    expect(await (await next).text()).toBe("not json either");
    const reply = nextMessage(late);
    await fetch(`${url}/http/${id}/send`, { method: "POST", body: "{back" });
    expect(await reply).toBe("{back");
    const last = fetch(`${url}/http/${id}/next`);
    late.close();
    expect((await last).status).toBe(410);
  });

  it.each([
    ["a WebSocket", "/", "/"],
    ["HTTP", "/?carrier=http", "/?carrier=http"],
    ["one of each", "/?carrier=http", "/"],
  ])(
    "[E3][E9] signal-relay over %s: caller and receiver see each other, and hear when the other leaves",
    async (_, first, second) => {
      const url = await start("signal-relay");
      const ada = await open("chromium", url + first);
      await shows(ada, "#role", /caller/);
      const bo = await open("firefox", url + second);
      await shows(bo, "#role", /receiver/);
      for (const tab of [ada, bo]) {
        await shows(tab, "#state", /Connected/);
        await pictureMoves(tab, { selector: "#theirs" });
      }
      expect(await shows(bo, "#log", /answer set and sent/)).not.toContain("offer set and sent");
      if (first === second) await looksRight(bo);
      await ada.close();
      await shows(bo, "#state", /other one left/);
      expect(bo.problems).toEqual([]);
    },
  );
});

import { describe, expect, it } from "vitest";
import { startRecordingProxy } from "../harness/recording-proxy.ts";
import { useStage } from "../harness/stage.ts";

const quiet = { camera: false, mic: false };

describe("public rooms", () => {
  const stage = useStage(["--trust-proxy"]);

  it("names, country, welcome, notices, times, count: what everyone sees", async () => {
    const room = stage.roomName("lounge");
    const abroad = await startRecordingProxy({ port: stage.server.port, forwardedFor: "193.99.144.80" });
    stage.closeLater(() => abroad.close());
    const ada = await stage.person("chromium", `${stage.server.url}/r/${room}`, { name: "Ada", ...quiet });
    await ada.open("Chat");
    const bo = await stage.person("firefox", `${abroad.url}/r/${room}`, { name: "Bo", ...quiet });
    await ada.seesPeople("Bo");
    await ada.reads("Bo joined", { role: "log", name: "Messages" });
    await bo.open("Chat");
    await bo.say("hello from afar");
    await ada.readsOnce("hello from afar");
    await bo.readsOnce("hello from afar");

    // The flag or name of the country, beside what Bo says and in the list.
    expect(await ada.roster()).toMatch(/🇩🇪|Germany/);
    expect(await ada.roster()).toMatch(/2 people/);
    await ada.open("Chat");
    const log = await ada.tab.page.evaluate(
      () => window.parlourTest.find("log", "Messages")?.innerHTML ?? "",
    );
    expect(log).toMatch(/🇩🇪|Germany/);
    expect(log).toMatch(/\d{1,2}:\d{2}/);
    // Nobody is told an address.
    expect(await ada.tab.page.evaluate(() => document.documentElement.outerHTML)).not.toContain(
      "193.99.144.80",
    );

    await bo.leave();
    await ada.reads("Bo left", { role: "log", name: "Messages" });
    await ada.seesPeople();
    expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
  });

  it("tells a taken name apart, and makes a name of two words for who gives none", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("names")}`;
    const ada = await stage.person("chromium", link, { name: "Ada", ...quiet });
    await stage.person("chromium", link, { name: "ada", ...quiet });
    await ada.seesPeople("ada 2");
    await stage.person("firefox", link, quiet);
    const third = await (async () => {
      for (let turn = 0; turn < 100; turn++) {
        const found = (await ada.figures()).find(
          (name) => name !== "ada 2" && !/^ada( \(you\))?$/i.test(name),
        );
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return undefined;
    })();
    expect(third).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/);
  });

  it("tells only the sender about profanity, and passes it to no one", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("polite")}`;
    const ada = await stage.person("chromium", link, { name: "Ada", ...quiet });
    const bo = await stage.person("chromium", link, { name: "Bo", ...quiet });
    await bo.open("Chat");
    await ada.say("you fucking fool");
    await ada.reads(/not passed on|not take/i);
    await ada.say("sorry for that");
    await bo.readsOnce("sorry for that");
    expect((await bo.messages()).join(" ")).not.toContain("fool");
    const cy = await stage.person("firefox", link, { name: "Cy", ...quiet });
    await cy.readsOnce("sorry for that");
    expect((await cy.messages()).join(" ")).not.toContain("fool");
    expect(bo.tab.problems).toEqual([]);
  });

  it("gives latecomers the history, in order, also after the server was started again", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("history")}`;
    const ada = await stage.person("chromium", link, { name: "Ada", ...quiet });
    for (const text of ["first of all", "second of all", "third of all"]) {
      await ada.say(text);
      await ada.readsOnce(text);
    }
    const bo = await stage.person("firefox", link, { name: "Bo", ...quiet });
    await bo.readsOnce("third of all");
    const read = (await bo.messages()).join("\n");
    expect(read.indexOf("first of all")).toBeGreaterThanOrEqual(0);
    expect(read.indexOf("second of all")).toBeGreaterThan(read.indexOf("first of all"));
    expect(read.indexOf("third of all")).toBeGreaterThan(read.indexOf("second of all"));

    expect(await stage.server.stop()).toBe(0);
    await stage.server.start();
    const cy = await stage.person("chromium", link, { name: "Cy", ...quiet });
    for (const text of ["first of all", "second of all", "third of all"]) {
      await cy.readsOnce(text);
      await bo.readsOnce(text);
    }
  });

  it("shows text as text, whatever it looks like", async () => {
    const link = `${stage.server.url}/r/${stage.roomName("markup")}`;
    const trick = '<img src=x onerror="document.title=1"><b>bold</b>';
    const ada = await stage.person("chromium", link, { name: '<i id="name">Ada</i>', ...quiet });
    const bo = await stage.person("chromium", link, { name: "Bo", ...quiet });
    await ada.say(trick);
    await bo.readsOnce(trick);
    expect(
      await bo.tab.page.evaluate(() => document.querySelectorAll("img[src=x], i#name, [role=log] b").length),
    ).toBe(0);
    expect(await bo.tab.page.title()).not.toBe("1");
    expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
  });
});

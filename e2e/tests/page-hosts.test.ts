import { describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { choose } from "../harness/on-the-page.ts";
import type { Person } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

async function press(person: Person, role: string, name: string): Promise<void> {
  await person.sees(role, name);
  await person.tab.page.evaluate((one, two) => window.parlourTest.find(one, two)?.click(), role, name);
}
async function type(person: Person, name: string, text: string): Promise<void> {
  await person.sees("textbox", name);
  const field = await person.tab.page.$(`::-p-aria([name="${name}"][role="textbox"])`);
  await field?.type(text);
}
/** Turns a rule of the room on, in its settings. */
async function rule(host: Person, name: string): Promise<void> {
  await choose(host, "More", "Room settings…");
  await press(host, "switch", name);
  await until(`${name} on`, () =>
    host.tab.page.evaluate(
      (label) => window.parlourTest.find("switch", label)?.getAttribute("aria-checked") === "true",
      name,
    ),
  );
  await host.tab.page.keyboard.press("Escape");
  await host.seesNo("dialog", "Room settings");
}
const silent = { camera: false, mic: false };

/** Who is host in which browser, and everyone else in the other. */
const casts: readonly (readonly [Engine, Engine])[] = [
  ["chromium", "firefox"],
  ["firefox", "chromium"],
];

describe.each(casts)("hosts, on the page: host in %s, guests in %s", (hostEngine, guestEngine) => {
  const stage = useStage();
  const link = (purpose: string) => `${stage.server.url}/r/${stage.roomName(purpose)}`;

  it("[W48][W49] who knocks waits on the lobby screen until the host lets them in or turns them away", async () => {
    const room = link("knock");
    const ada = await stage.person(hostEngine, room, { name: "Ada", ...silent });
    await rule(ada, "Newcomers wait until you let them in");
    const bo = await stage.person(guestEngine, room, { name: "Bo", joinNow: false, ...silent });
    await bo.press("Join");
    await bo.reads("Waiting for the host to let you in");
    await ada.reads("Bo would like to come in");
    await ada.press("Let Bo in");
    await bo.sees("toolbar", "Call controls");
    await ada.seesPeople("Bo");

    const cy = await stage.person(guestEngine, room, { name: "Cy", joinNow: false, ...silent });
    await cy.press("Join");
    await ada.press("Turn Cy away");
    await cy.sees("heading", "You were not let in");
    await ada.seesNo("button", "Let Cy in");

    const di = await stage.person(guestEngine, room, { name: "Di", joinNow: false, ...silent });
    await di.press("Join");
    await ada.sees("button", "Let Di in");
    await di.press("Stop waiting");
    await di.sees("button", "Join");
    await ada.seesNo("button", "Let Di in");
  });

  it("[W47] a host mutes someone, who can unmute; and removes someone, who is told", async () => {
    const room = link("mute");
    const ada = await stage.person(hostEngine, room, { name: "Ada", ...silent });
    const bo = await stage.person(guestEngine, room, { name: "Bo" });
    await ada.moves("Bo");
    await choose(ada, "Options for Bo", "Mute for everyone");
    await bo.isTold("Ada muted you");
    await ada.figureSays("Bo", "Muted");
    await bo.press("Unmute");
    await ada.figureSaysNot("Bo", "Muted");
    await choose(ada, "Options for Bo", "Stop their video");
    await ada.figureSays("Bo", "Camera off");
    await bo.press("Start video");
    await ada.moves("Bo");
    await choose(ada, "Options for Bo", "Remove…");
    await ada.sees("dialog", "Remove Bo?");
    await ada.press("Remove");
    await bo.sees("heading", "You were removed from the room");
    await ada.seesPeople();
    expect(bo.tab.problems).toEqual([]);
  });

  it("locks the room, names it, and asks newcomers for a passcode", async () => {
    const room = link("lock");
    const ada = await stage.person(hostEngine, room, { name: "Ada", ...silent });
    await choose(ada, "More", "Room settings…");
    await type(ada, "Title", "Tea time");
    await type(ada, "New passcode", "open sesame");
    await ada.press("Save");
    await ada.sees("heading", "Tea time");
    const bo = await stage.person(guestEngine, room, { name: "Bo", joinNow: false, ...silent });
    await bo.press("Join");
    await bo.reads("This room has a passcode");
    const field = await bo.tab.page.waitForSelector("input[type=password]", { timeout: 30_000 });
    await field?.type("open sesame");
    await bo.press("Join");
    await bo.sees("heading", "Tea time");
    await rule(ada, "Locked: nobody new comes in");
    await bo.reads("Locked");
    const cy = await stage.person(guestEngine, room, { name: "Cy", joinNow: false, ...silent });
    await cy.press("Join");
    await until("a passcode asked for or the lock", () =>
      cy.tab.page.evaluate(
        () =>
          window.parlourTest.find("heading", "This room is locked") !== undefined ||
          document.querySelector("input[type=password]") !== null,
      ),
    );
  });

  it("[W49] hands the room over, and the new host ends it for everyone", async () => {
    const room = link("over");
    const ada = await stage.person(hostEngine, room, { name: "Ada", ...silent });
    const bo = await stage.person(guestEngine, room, { name: "Bo", ...silent });
    await ada.seesPeople("Bo");
    await choose(ada, "Options for Bo", "Make them the host");
    await ada.press("Hand over");
    await bo.isTold("You are the host now");
    await ada.isTold("Bo is the host now");
    await choose(bo, "More", "End for everyone…");
    await bo.press("End the room");
    await ada.sees("heading", "The room was ended");
    await bo.sees("heading", "The room was ended");
    expect([...ada.tab.problems, ...bo.tab.problems]).toEqual([]);
  });
});

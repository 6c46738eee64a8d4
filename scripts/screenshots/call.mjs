import "../typescript/register.mjs";
import { guests, isWanted, people, shoot } from "./taking.mjs";

const { privateLink } = await import("../../e2e/harness/people.ts");

/** One call, with everything that opens in it. */
export async function call({ server, fresh, open }) {
  const link = privateLink(server, "family");
  const tab = await fresh();
  const ada = await open(tab, link.replace("#", "?name=Ada&join=now#"));
  await ada.sees("toolbar", "Call controls");
  const other = await fresh();
  await guests(other, link, people);
  await ada.seesPeople(...people.map(({ name }) => name));
  const shows = (figure) =>
    tab.page.waitForFunction(
      (name) => {
        const found = window.parlourTest.find("figure", name);
        return (
          found?.querySelector("video")?.videoWidth > 0 && found.querySelector(".cover, .coming") === null
        );
      },
      { timeout: 30_000 },
      figure,
    );
  for (const { name, hue } of people) if (hue !== undefined) await shows(name);
  const take = async (name, before) => {
    if (isWanted(name)) await shoot(tab, name, before);
  };
  await take("call");
  await other.page.evaluate(async () => {
    const [first, second] = window.kept.rooms;
    await first.say("Good morning! Is everyone here?");
    await first.say("The list is at https://example.org/shopping (have a look).");
    await second.say("👍");
    await second.say("Nearly. Kim's camera is broken again,\nso let's start without a picture.");
  });
  await ada.say("I see all of you.");
  await ada.readsOnce("I see all of you.");
  await take("call-chat");
  await ada.press("Chat");
  await ada.press("People");
  await ada.reads("Code");
  await take("call-people");
  await tab.page.keyboard.press("Escape");
  await other.page.evaluate(() => {
    for (const room of window.kept.rooms.slice(1, 3))
      room.channel("hands", { delivery: "exactly-once" }).send(room === window.kept.rooms[1] ? 1 : 2);
  });
  await ada.figureSays("Bo", "Hand raised");
  const reacted = async () => {
    await other.page.evaluate(() =>
      window.kept.rooms[0].channel("reactions", { delivery: "lossy" }).send("🎉"),
    );
    await tab.page.waitForSelector(".reaction");
  };
  await take("call-gestures", reacted);
  await ada.press("People");
  await ada.reads("Raised hands");
  await take("call-hands", reacted);
  await tab.page.keyboard.press("Escape");
  await take("call-reactions", async () => {
    await tab.page.keyboard.press("Escape");
    await tab.page.keyboard.press("r");
    await ada.sees("dialog", "Reactions");
  });
  await tab.page.keyboard.press("Escape");
  await other.page.evaluate(() => {
    for (const room of window.kept.rooms.slice(1, 3))
      room.channel("hands", { delivery: "exactly-once" }).send(0);
  });
  await take("call-person-menu", async () => {
    await tab.page.keyboard.press("Escape");
    await ada.press("Options for Quiet Otter");
    await ada.sees("menu", "Options for Quiet Otter");
  });
  await tab.page.keyboard.press("Escape");
  await take("call-more-menu", async () => {
    await tab.page.keyboard.press("Escape");
    await ada.press("More");
    await ada.sees("menu", "More");
  });
  await tab.page.keyboard.press("Escape");
  const choose = async (button, item) => {
    await ada.press(button);
    await tab.page.evaluate((label) => window.parlourTest.find("menuitem", label).click(), item);
  };
  const dialogs = [
    ["call-settings", "More", "Settings…", "Settings"],
    ["call-shortcuts", "More", "Keyboard shortcuts…", "Keyboard shortcuts"],
    ["call-invite", "More", "Invite", "Invite people"],
    ["call-connection", "Options for Bo", "Connection…", "Connection with Bo"],
  ];
  for (const [name, button, item, title] of dialogs) {
    await choose(button, item);
    await ada.sees("dialog", title);
    if (name === "call-connection") await ada.reads("Round trip");
    await take(name);
    await tab.page.keyboard.press("Escape");
    await ada.seesNo("dialog", title);
  }
  // A phone has no room for its button.
  await tab.page.setViewport({ width: 1440, height: 900 });
  await ada.press("Inspector");
  await ada.sees("tab", "Story");
  await ada.reads("Agreeing on keys");
  for (const part of ["story", "sdp", "ways", "charts", "proof", "log"]) {
    await tab.page.click(`[data-tab="${part}"]`);
    // Lines have two points after two looks.
    if (part === "charts") await tab.page.waitForSelector(".chart path[d*=L]", { timeout: 30_000 });
    await take(`call-inspector-${part}`);
  }
  await tab.page.keyboard.press("Escape");
  await ada.seesNo("tab", "Story");
  await choose("Options for Bo", "Pin to the stage");
  await take("call-pinned");
  await choose("Options for Bo", "Unpin");
  await other.page.evaluate(() => window.kept.rooms[0].publish(window.kept.draw(45), { source: "screen" }));
  await shows("Quiet Otter's screen");
  await take("call-share");
  await ada.press("Mute");
  await ada.press("Stop video");
  await take("call-share-muted");
  await tab.close();
  await other.close();
}

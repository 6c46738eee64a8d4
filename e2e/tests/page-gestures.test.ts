import { describe, expect, it } from "vitest";
import { complaints } from "../harness/axe.ts";
import { choose } from "../harness/on-the-page.ts";
import { type Person, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };

/** Notes every reaction from now on: over whom, what, and how it moves. They are gone before a busy machine has looked twice. */
const noteReactions = (on: Person): Promise<void> =>
  on.tab.page.evaluate(() => {
    const seen: string[] = [];
    window.kept["reactions"] = seen;
    new MutationObserver((records) => {
      for (const { addedNodes } of records)
        for (const node of addedNodes)
          if (node instanceof Element && node.matches(".reaction")) {
            const name = node.closest("figure")?.getAttribute("aria-label");
            seen.push(`${name}: ${node.textContent} ${getComputedStyle(node).animationName}`);
          }
    }).observe(document.body, { childList: true, subtree: true });
  });
const sawReaction = (on: Person, what: string): Promise<unknown> =>
  until(`${what} (to ${on.name})`, () =>
    on.tab.page.evaluate((wanted) => (window.kept["reactions"] as string[]).includes(wanted), what),
  );
const raisedHands = (on: Person): Promise<string[]> =>
  on.tab.page.evaluate(() =>
    [...(window.parlourTest.find("list", "Raised hands")?.querySelectorAll("li") ?? [])].map(
      ({ textContent }) => textContent ?? "",
    ),
  );

describe("gestures in the room", () => {
  const stage = useStage();

  it("[E20][E21][E22] reactions float, hands stand in order, and who comes later sees them", async () => {
    const link = privateLink(stage.server, stage.roomName("gestures"));
    const ada = await stage.person("chromium", link, { name: "Ada", ...silent });
    const bo = await stage.person("firefox", link, { name: "Bo", ...silent });
    await ada.seesPeople("Bo");
    await bo.seesPeople("Ada");

    // Where there is room for it, the toolbar has a button.
    await ada.tab.page.setViewport({ width: 1280, height: 800 });
    await ada.press("React");
    await ada.sees("dialog", "Reactions");
    expect(await complaints(ada.tab)).toBe("");
    for (const one of [ada, bo]) await noteReactions(one);
    await ada.press("🎉");
    // It rises, and stays where it is for who wants less motion, as the accessibility check before has set.
    await sawReaction(ada, "Ada (you): 🎉 none");
    await sawReaction(bo, "Ada: 🎉 rise");
    await bo.isTold("Ada reacts: 🎉");
    await ada.tab.page.keyboard.press("Escape");
    await ada.seesNo("dialog", "Reactions");

    // By key, by the menu, and by the button.
    await bo.tab.page.keyboard.press("h");
    await bo.isTold("Your hand is up.");
    await ada.figureSays("Bo", "Hand raised");
    await ada.isTold("Bo raised a hand.");
    expect(await complaints(bo.tab)).toBe("");
    await choose(ada, "More", "Raise hand");
    await bo.figureSays("Ada", "Hand raised, number 2");

    const cy = await stage.person("chromium", link, { name: "Cy", ...silent });
    await noteReactions(cy);
    await cy.figureSays("Bo", "Hand raised");
    await cy.figureSays("Ada", "Hand raised, number 2");
    await cy.open("People");
    await until("both hands in order", async () => (await raisedHands(cy)).join() === "Bo,Ada");
    expect(await complaints(cy.tab)).toBe("");

    // Every button has its place, however wide the window is.
    for (const width of [961, 770, 340]) {
      await ada.tab.page.setViewport({ width, height: 800 });
      await until(`all buttons within ${width} pixels`, () =>
        ada.tab.page.evaluate(() =>
          window.parlourTest
            .byRole("button", window.parlourTest.find("toolbar", "Call controls"))
            .every(({ element }) => {
              const { left, right } = element.getBoundingClientRect();
              return left >= 0 && right <= innerWidth;
            }),
        ),
      );
    }

    // On a phone there is no button in the toolbar; the menu and the key open the same.
    await ada.tab.page.setViewport({ width: 390, height: 844 });
    await ada.seesNo("button", "React");
    await choose(ada, "More", "React");
    await ada.sees("dialog", "Reactions");
    const box = await ada.tab.page.$eval("#reactions", (list) => {
      const { left, top, right, bottom } = list.getBoundingClientRect();
      return { left, top, isInside: right <= innerWidth && bottom <= innerHeight };
    });
    expect(box.left).toBeGreaterThanOrEqual(0);
    expect([box.top >= 0, box.isInside]).toEqual([true, true]);
    expect(await complaints(ada.tab)).toBe("");
    await ada.press("Lower hand");
    await until("one hand", async () => (await raisedHands(cy)).join() === "Bo");
    await ada.tab.page.keyboard.press("r");
    await ada.sees("dialog", "Reactions");
    await until("the first one to have the focus", () =>
      ada.tab.page.evaluate(() => document.activeElement?.textContent === "👍"),
    );
    await ada.tab.page.keyboard.press("Enter");
    await sawReaction(cy, "Ada: 👍 none");

    // A hand goes with its page, and the page that comes in its place hears of the others'.
    await ada.press("Raise hand");
    await cy.figureSays("Ada", "Hand raised, number 2");
    await bo.tab.page.reload();
    await cy.figureSays("Ada", /Hand raised(?!, number)/);
    await bo.figureSays("Ada", "Hand raised");
    for (const { tab } of [ada, bo, cy]) expect(tab.problems).toEqual([]);
  });
});

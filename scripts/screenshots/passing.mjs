import "../typescript/register.mjs";
import { guests, isWanted, people, shoot } from "./taking.mjs";

const { privateLink } = await import("../../e2e/harness/people.ts");
const { startServer } = await import("../../e2e/harness/server.ts");

/** A large room of a server without a forwarder: its pages pass media on. */
export async function passing({ fresh, open }) {
  const server = await startServer(["--forwarder", "off"]);
  try {
    const link = privateLink(server, "large");
    const tab = await fresh();
    const ada = await open(tab, link.replace("#", "?name=Ada&join=now#"));
    await ada.sees("toolbar", "Call controls");
    const other = await fresh();
    const all = people.map(({ name, hue = 300 }) => ({ name, hue }));
    await guests(other, link, [...all, { name: "Cy", hue: 60 }]);
    await ada.press("People");
    const toTheEnd = () =>
      tab.page.evaluate(() => document.querySelector(".passing-part").scrollIntoView({ block: "end" }));
    await ada.reads("You send");
    if (isWanted("passing-own")) await shoot(tab, "passing-own", toTheEnd);
    await tab.page.evaluate(() => window.parlourTest.find("switch", /Pass the others/).click());
    await ada.reads("whose page passes them on");
    if (isWanted("passing-other")) await shoot(tab, "passing-other", toTheEnd);
    await tab.page.keyboard.press("Escape");
    await ada.press("More");
    await tab.page.evaluate(() => window.parlourTest.find("menuitem", "Settings…").click());
    await ada.sees("dialog", "Settings");
    const switched = () =>
      tab.page.evaluate(() => document.querySelector(".dialog .pass-on").scrollIntoView({ block: "end" }));
    if (isWanted("passing-settings")) await shoot(tab, "passing-settings", switched);
    await tab.close();
    await other.close();
  } finally {
    await server.close();
  }
}

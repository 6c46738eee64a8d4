import { isWanted, shoot } from "./taking.mjs";

/** What only a host sees, and what those see who wait for one. */
export async function host({ server, fresh, open }) {
  const link = `${server.url}/r/council`;
  const tab = await fresh();
  const ada = await open(tab, `${link}?name=Ada&join=now`);
  await ada.sees("toolbar", "Call controls");
  const choose = async (button, item) => {
    await ada.press(button);
    await tab.page.evaluate((label) => window.parlourTest.find("menuitem", label).click(), item);
  };
  await choose("More", "Room settings…");
  await ada.sees("dialog", "Room settings");
  if (isWanted("host-room")) await shoot(tab, "host-room");
  await tab.page.keyboard.press("Escape");
  await choose("More", "End for everyone…");
  await ada.sees("dialog", "End the room for everyone?");
  if (isWanted("host-end")) await shoot(tab, "host-end");
  await tab.page.keyboard.press("Escape");
  await choose("More", "Room settings…");
  await ada.sees("dialog", "Room settings");
  await tab.page.evaluate(() => window.parlourTest.find("switch", /Newcomers wait/).click());
  await tab.page.waitForSelector('[role="switch"][aria-checked="true"]', { timeout: 30_000 });
  await tab.page.keyboard.press("Escape");
  const other = await fresh();
  const bo = await open(other, `${link}?name=Bo&join=now`);
  await bo.reads("Waiting for the host");
  if (isWanted("host-waits")) await shoot(other, "host-waits");
  await ada.sees("button", "Let Bo in");
  if (isWanted("host-knock")) await shoot(tab, "host-knock");
  await ada.press("People");
  await ada.sees("region", "People");
  if (isWanted("host-knock-people")) await shoot(tab, "host-knock-people");
  await tab.page.keyboard.press("Escape");
  await ada.press("Turn Bo away");
  await bo.sees("heading", "You were not let in");
  if (isWanted("host-denied")) await shoot(other, "host-denied");
  await tab.close();
  await other.close();
}

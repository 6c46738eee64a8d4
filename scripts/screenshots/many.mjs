import { guests, isWanted, people, shoot } from "./taking.mjs";

/** A room of many, over the forwarder, by somebody who only looks on; and the list of them. */
export async function many({ server, fresh, open }) {
  const link = `${server.url}/r/assembly`;
  const other = await fresh();
  const names = ["Ines", "Tom", "Yuki", "Oluwaseun", "Priya Raghunathan", "Lars", "Fatima"];
  const all = [...people, ...names.map((name, index) => ({ name, hue: (index * 53) % 360 }))];
  await guests(other, link, all);
  const tab = await fresh();
  await tab.page.evaluateOnNewDocument(() => {
    Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 2 });
  });
  const ada = await open(tab, `${link}?name=Ada&join=now&mic=off&camera=off`);
  await ada.seesPeople(...all.map(({ name }) => name));
  // Most of them: a busy machine draws some of the pictures late.
  await tab.page.waitForFunction(
    (count) =>
      window.parlourTest.byRole("figure").filter(({ element }) => element.querySelector(".cover") === null)
        .length >= count,
    { timeout: 60_000 },
    7,
  );
  if (isWanted("many")) await shoot(tab, "many");
  await ada.press("People");
  await ada.reads("12 people here");
  // The room's plan follows those who came.
  await tab.page.waitForSelector('[data-way="forwarder"]', { timeout: 60_000 });
  if (isWanted("many-people")) await shoot(tab, "many-people");
  if (isWanted("many-left-out")) {
    await tab.page.keyboard.press("Escape");
    const more = ["Aiko", "Ben", "Chiara", "Dragan"].map((name, index) => ({ name, hue: 15 + index * 90 }));
    const third = await fresh();
    await guests(third, link, more);
    // More than are shown at once, however many processors there are to show them.
    await tab.page.waitForSelector(".state-left-out", { timeout: 60_000 });
    await shoot(tab, "many-left-out");
    await third.close();
  }
  await tab.close();
  await other.close();
}

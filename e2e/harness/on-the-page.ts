import type { Person } from "./people.ts";

/** Opens the menu of a button and takes an item of it. */
export async function choose(person: Person, button: string, item: string): Promise<void> {
  await person.press(button);
  await person.sees("menuitem", item);
  await person.tab.page.evaluate((label) => window.parlourTest.find("menuitem", label)?.click(), item);
}

import type { TestPage } from "./browsers.ts";
import { type Person, personOn } from "./people.ts";
import { until } from "./waiting.ts";

/** Two people on `/direct`, by the names of its steps. */

export async function fill(person: Person, box: string, text: string): Promise<void> {
  await person.sees("textbox", box);
  await person.tab.page.evaluate(
    (name, value) => {
      const field = window.parlourTest.find("textbox", name) as HTMLTextAreaElement;
      field.focus();
      const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value")?.set;
      setter?.call(field, value);
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    box,
    text,
  );
}

/** What stands in a field. */
export async function contentOf(person: Person, box: string): Promise<string> {
  await person.sees("textbox", box);
  return person.tab.page.evaluate(
    (name) => (window.parlourTest.find("textbox", name) as HTMLTextAreaElement).value,
    box,
  );
}

/** From the first step to the invitation: its link. */
export async function invite(
  tab: TestPage,
  server: string,
  name: string,
): Promise<{ inviter: Person; link: string }> {
  await tab.page.goto(`${server}/direct`, { waitUntil: "domcontentloaded" });
  const inviter = personOn(tab, name);
  await inviter.press("Invite someone");
  await fill(inviter, "Your name", name);
  await inviter.press("Make the invitation");
  return { inviter, link: await contentOf(inviter, "Your invitation") };
}

/** From the lobby to the answer: its text. */
export async function makeAnswer(invited: Person): Promise<string> {
  await fill(invited, "Your name", invited.name);
  await invited.press("Make the answer");
  return contentOf(invited, "Your answer");
}

/** From the first step to the answer, the invitation pasted. */
export async function accept(
  tab: TestPage,
  server: string,
  name: string,
  text: string,
): Promise<{ invited: Person; answer: string }> {
  await tab.page.goto(`${server}/direct`, { waitUntil: "domcontentloaded" });
  const invited = personOn(tab, name);
  await invited.press("Join by text");
  await fill(invited, "Invitation", text);
  await invited.press("Continue");
  return { invited, answer: await makeAnswer(invited) };
}

/** Waits until the page is kept on this device. */
export async function isKept(person: Person): Promise<void> {
  await until(`the page to be kept (${person.name})`, () =>
    person.tab.page.evaluate(() => (document.body.textContent ?? "").includes("kept on this device")),
  );
}

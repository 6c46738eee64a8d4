import type { TestPage } from "./browsers.ts";
import { framesDecoded, pictureMoves, silenceHeard, toneHeard, type Where } from "./measure.ts";
import { until } from "./waiting.ts";

/** Someone in a room page, by the roles and names that surfaces promise. */
export interface Person {
  readonly name: string;
  readonly tab: TestPage;
  press(button: string | RegExp): Promise<void>;
  /** Waits for an element of that role and name. */
  sees(role: string, name: string | RegExp, timeoutMs?: number): Promise<void>;
  seesNo(role: string, name: string | RegExp, timeoutMs?: number): Promise<void>;
  /** Waits until that text stands anywhere on the page (or in an element of that role). */
  reads(text: string | RegExp, within?: { role: string; name: string | RegExp }): Promise<void>;
  /** Waits until a live region has said so, now or before: what it says stands there for a moment only. */
  isTold(text: string): Promise<void>;
  /** Waits until that text stands nowhere on the page. */
  readsNo(text: string): Promise<void>;
  /** Names of the figures in **People on screen**. */
  figures(): Promise<string[]>;
  /** Waits for exactly these figures, self left out. */
  seesPeople(...names: string[]): Promise<void>;
  /** Opens the panel unless it is open. */
  open(panel: "Chat" | "People"): Promise<void>;
  say(text: string): Promise<void>;
  /** What the log **Messages** holds, one string per line of it. */
  messages(): Promise<string[]>;
  /** Waits until the log holds it exactly once. */
  readsOnce(text: string): Promise<void>;
  /** Waits until that person's figure says so, in words. */
  figureSays(name: string, text: string | RegExp): Promise<void>;
  figureSaysNot(name: string, text: string | RegExp): Promise<void>;
  /** What the panel People says, people and count. */
  roster(): Promise<string>;
  moves(name: string): Promise<number>;
  hears(name: string, timeoutMs?: number): Promise<void>;
  /** What was on its way may be heard before. */
  hearsNothingOf(name: string): Promise<void>;
  frames(name: string): Promise<number>;
  leave(): Promise<void>;
}

export interface Arrival {
  readonly name?: string;
  readonly mic?: boolean;
  readonly camera?: boolean;
  /** Default true: skips the lobby. */
  readonly joinNow?: boolean;
}

/** The link with what the page takes in its query: the fragment stays where it is. */
export function arrivalLink(
  link: string,
  { name, mic = true, camera = true, joinNow = true }: Arrival,
): string {
  const url = new URL(link);
  if (name !== undefined) url.searchParams.set("name", name);
  if (!mic) url.searchParams.set("mic", "off");
  if (!camera) url.searchParams.set("camera", "off");
  if (joinNow) url.searchParams.set("join", "now");
  return url.href;
}

/** A link to a private room of that server, its secret made here as the page would. */
export function privateLink(server: { readonly url: string }, room: string): string {
  return `${server.url}/r/${room}#k=${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")}`;
}

export async function enter(tab: TestPage, link: string, arrival: Arrival): Promise<Person> {
  await tab.page.goto(arrivalLink(link, arrival), { waitUntil: "domcontentloaded" });
  const person = personOn(tab, arrival.name ?? "");
  if (arrival.joinNow !== false) await person.sees("toolbar", "Call controls");
  return person;
}

/** The way most people come: the name typed into the lobby, so that it stands in no address. */
export async function enterByLobby(
  tab: TestPage,
  link: string,
  arrival: Arrival & { name: string },
): Promise<Person> {
  const { name, ...rest } = arrival;
  await tab.page.goto(arrivalLink(link, { ...rest, joinNow: false }), { waitUntil: "domcontentloaded" });
  const person = personOn(tab, name);
  await person.sees("textbox", "Your name");
  await tab.page.evaluate(() => {
    const box = window.parlourTest.find("textbox", "Your name") as HTMLInputElement;
    box.focus();
    box.select();
  });
  await tab.page.keyboard.type(name);
  await person.press("Join");
  await person.sees("toolbar", "Call controls");
  return person;
}

export function personOn(tab: TestPage, name: string): Person {
  const { page } = tab;
  const where = (figure: string): Where => ({ figure });
  const plain = (value: string | RegExp): { text: string; flags?: string } =>
    typeof value === "string" ? { text: value } : { text: value.source, flags: value.flags };

  const isThere = (role: string, wanted: string | RegExp): Promise<boolean> =>
    page.evaluate(
      (theRole, { text, flags }) =>
        window.parlourTest.find(theRole, flags === undefined ? text : new RegExp(text, flags)) !== undefined,
      role,
      plain(wanted),
    );

  /** Undefined while there is no such figure. */
  const figureHas = async (figure: string, wanted: string | RegExp): Promise<boolean | undefined> => {
    const says = await page.evaluate((one) => {
      const found = window.parlourTest.find("figure", one);
      if (found === undefined) return undefined;
      const spoken = [...found.querySelectorAll("[aria-label], [title], img[alt]")].map(
        (part) => part.getAttribute("aria-label") ?? part.getAttribute("title") ?? part.getAttribute("alt"),
      );
      return `${found.textContent} ${spoken.join(" ")}`;
    }, figure);
    if (says === undefined || says === null) return undefined;
    return typeof wanted === "string" ? says.includes(wanted) : wanted.test(says);
  };

  const person: Person = {
    name,
    tab,
    async press(button) {
      await until(`a button ${button} to press (${name})`, () =>
        page.evaluate(({ text, flags }) => {
          const wanted = flags === undefined ? text : new RegExp(text, flags);
          const found = window.parlourTest.find("button", wanted) as HTMLButtonElement | undefined;
          if (found === undefined || found.disabled) return false;
          found.click();
          return true;
        }, plain(button)),
      );
    },
    sees: (role, wanted, timeoutMs) =>
      until(`${name} to see ${role} ${wanted}`, () => isThere(role, wanted), timeoutMs).then(() => undefined),
    seesNo: (role, wanted, timeoutMs) =>
      until(
        `${name} to see no ${role} ${wanted}`,
        async () => !(await isThere(role, wanted)),
        timeoutMs,
      ).then(() => undefined),
    async reads(text, within) {
      await until(`${name} to read ${text}`, () =>
        page.evaluate(
          (wanted, place) => {
            const match =
              place &&
              (place.name.flags === undefined
                ? place.name.text
                : new RegExp(place.name.text, place.name.flags));
            const root =
              place === undefined ? document.body : window.parlourTest.find(place.role, match ?? "");
            // Live regions may be visually hidden: textContent, not innerText.
            const has = root?.textContent ?? "";
            return wanted.flags === undefined
              ? has.includes(wanted.text)
              : new RegExp(wanted.text, wanted.flags).test(has);
          },
          plain(text),
          within && { role: within.role, name: plain(within.name) },
        ),
      );
    },
    isTold: (text) =>
      until(`${name} to be told ${text}`, () =>
        page.evaluate((wanted) => window.parlourTest.said.some((one) => one.includes(wanted)), text),
      ).then(() => undefined),
    readsNo: (text) =>
      until(`${name} to read “${text}” no more`, () =>
        page.evaluate((wanted) => !(document.body.textContent ?? "").includes(wanted), text),
      ).then(() => undefined),
    figures: () =>
      page.evaluate(() => {
        const group = window.parlourTest.find("group", "People on screen");
        return group === undefined ? [] : window.parlourTest.byRole("figure", group).map((one) => one.name);
      }),
    async seesPeople(...names) {
      let last: string[] = [];
      await until(`${name} to see exactly ${names.join(", ") || "nobody else"}`, async () => {
        last = (await person.figures()).filter((one) => !isSelf(one));
        return [...last].sort().join("\n") === [...names].sort().join("\n");
      }).catch((error: Error) => {
        throw new Error(`${error.message}; there are: ${last.join(", ") || "none"}`);
      });
    },
    async open(panel) {
      const role = panel === "Chat" ? "log" : "list";
      const inner = panel === "Chat" ? "Messages" : "People";
      if (panel === "Chat" && (await isThere(role, inner))) return;
      if (panel === "People" && (await isThere("region", "People"))) return;
      await person.press(panel);
      if (panel === "Chat") await person.sees(role, inner);
    },
    async say(text) {
      await person.open("Chat");
      await until(`the box Message (${name})`, () => isThere("textbox", "Message"));
      await page.evaluate((value) => {
        const box = window.parlourTest.find("textbox", "Message") as HTMLTextAreaElement;
        box.focus();
        const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value")?.set;
        setter?.call(box, value);
        box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: value }));
      }, text);
      await person.press("Send");
    },
    async messages() {
      await person.open("Chat");
      return page.evaluate(() => {
        const log = window.parlourTest.find("log", "Messages");
        if (log === undefined) return [];
        const items = [...log.querySelectorAll("li, article, p, [data-message]")];
        const leaves = items.filter((item) => !items.some((other) => other !== item && item.contains(other)));
        return leaves.map((item) => (item.textContent ?? "").replace(/\s+/g, " ").trim());
      });
    },
    async readsOnce(text) {
      await person.open("Chat");
      let seen = 0;
      await until(`${name} to read “${text}” once`, async () => {
        seen = await page.evaluate((wanted) => {
          const log = window.parlourTest.find("log", "Messages");
          return (log?.textContent ?? "").split(wanted).length - 1;
        }, text);
        if (seen > 1) throw new Error(`“${text}” stands there ${seen} times`);
        return seen === 1;
      });
    },
    figureSays: (figure, text) =>
      until(`the figure of ${figure} to say ${text} (to ${name})`, () => figureHas(figure, text)).then(
        () => {},
      ),
    figureSaysNot: (figure, text) =>
      until(`the figure of ${figure} not to say ${text} (to ${name})`, async () => {
        const has = await figureHas(figure, text);
        return has === false;
      }).then(() => {}),
    async roster() {
      await person.open("People");
      return page.evaluate(() =>
        (window.parlourTest.find("region", "People")?.textContent ?? "").replace(/\s+/g, " ").trim(),
      );
    },
    moves: (figure) => pictureMoves(tab, where(figure)),
    hears: (figure, timeoutMs) => toneHeard(tab, where(figure), timeoutMs),
    hearsNothingOf: (figure) => silenceHeard(tab, where(figure)),
    frames: (figure) => framesDecoded(tab, where(figure)),
    async leave() {
      await person.press("Leave");
      await person.seesNo("toolbar", "Call controls");
    },
  };
  return person;
}

/** The page marks one's own figure: the name with "(you)". */
const isSelf = (figure: string): boolean => /\(you\)$/i.test(figure);

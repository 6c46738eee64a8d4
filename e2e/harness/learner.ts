import type { TestPage } from "./browsers.ts";
import { type Person, personOn } from "./people.ts";
import { until as awaited } from "./waiting.ts";

export type LearnSide = "Offerer" | "Answerer" | "Second answerer";

/** Someone at the workbench, by the names that it shows. */
export interface Learner {
  readonly tab: TestPage;
  readonly person: Person;
  /** Presses a step's button on that side. */
  step(side: LearnSide, title: string): Promise<void>;
  /** Waits until that step is marked as done. */
  did(side: LearnSide, title: string): Promise<void>;
  /** Presses the one filled step so many times, as who follows the order does; the steps that it was. */
  follow(count: number): Promise<string[]>;
  /** A state of that side, in the browser's words. */
  state(side: LearnSide, name: string): Promise<string>;
  reaches(side: LearnSide, name: string, value: string | RegExp): Promise<void>;
  /** What stands in that side, all of it. */
  text(side: LearnSide): Promise<string>;
  reads(side: LearnSide, text: string | RegExp): Promise<void>;
  say(side: LearnSide, text: string): Promise<void>;
  /** Runs an experiment by its name and waits until it is done. */
  run(experiment: string): Promise<void>;
  log(): Promise<string>;
}

export function learnerOn(tab: TestPage): Learner {
  const { page } = tab;
  const person = personOn(tab, "Lea");
  const readLog = () => page.evaluate(() => document.querySelector(".learn-lines")?.textContent ?? "");
  /** With the page's own log, when it does not come. */
  const until: typeof awaited = async (what, probe, timeoutMs) => {
    try {
      return await awaited(what, probe, timeoutMs);
    } catch (error) {
      throw new Error(`${(error as Error).message}; the log: ${await readLog().catch(() => "?")}`);
    }
  };
  const learner: Learner = {
    tab,
    person,
    step: (side, title) =>
      until(`a step ${title} at ${side}`, () =>
        page.evaluate(
          (where, wanted) => {
            const region = document.querySelector(`section[aria-label="Side: ${where}"]`);
            const found = [...(region?.querySelectorAll<HTMLButtonElement>(".learn-step > button") ?? [])];
            const button = found.find((one) => (one.textContent ?? "").split(", done")[0] === wanted);
            button?.click();
            return button !== undefined;
          },
          side,
          title,
        ),
      ).then(() => undefined),
    did: (side, title) =>
      until(`${title} to be done at ${side}`, () =>
        page.evaluate(
          (where, wanted) =>
            [...document.querySelectorAll(`section[aria-label="Side: ${where}"] .learn-step > button`)].some(
              (one) => one.textContent === `${wanted}, done`,
            ),
          side,
          title,
        ),
      ).then(() => undefined),
    async follow(count) {
      const pressed: string[] = [];
      while (pressed.length < count) {
        const next = await until(`step ${pressed.length + 1} of ${count}`, () =>
          page.evaluate(() => {
            const [button, ...others] = document.querySelectorAll<HTMLButtonElement>(
              ".learn-step > button.primary",
            );
            if (button === undefined) return undefined;
            if (others.length > 0) throw new Error("more than one step is the next one");
            const title = button.textContent ?? "";
            window.kept["done"] = document.querySelectorAll(".learn-step.done").length;
            button.click();
            return title;
          }),
        );
        pressed.push(next);
        await until(`${next} to be done`, () =>
          // Its button may be another one by then: an open channel folds the steps up.
          page.evaluate(
            () => document.querySelectorAll(".learn-step.done").length > (window.kept["done"] as number),
          ),
        );
      }
      return pressed;
    },
    state: (side, name) =>
      page.evaluate(
        (where, wanted) => {
          const region = document.querySelector(`section[aria-label="Side: ${where}"]`);
          const term = [...(region?.querySelectorAll("dt") ?? [])].find((one) => one.textContent === wanted);
          return term?.nextElementSibling?.textContent ?? "";
        },
        side,
        name,
      ),
    async reaches(side, name, value) {
      let now = "";
      const isReached = async () => {
        now = await learner.state(side, name);
        return typeof value === "string" ? now === value : value.test(now);
      };
      await until(`${name} of ${side} to be ${value}`, isReached).catch((error: Error) => {
        throw new Error(`it was ${JSON.stringify(now)}: ${error.message}`);
      });
    },
    text: (side) =>
      page.evaluate(
        (where) => document.querySelector(`section[aria-label="Side: ${where}"]`)?.textContent ?? "",
        side,
      ),
    reads: (side, text) =>
      until(`${side} to read ${text}`, async () => {
        const now = await learner.text(side);
        return typeof text === "string" ? now.includes(text) : text.test(now);
      }).then(() => undefined),
    async say(side, text) {
      await page.evaluate(
        (where, words) => {
          const region = document.querySelector(`section[aria-label="Side: ${where}"]`);
          const box = region?.querySelector<HTMLInputElement>(".learn-talk input");
          if (box === null || box === undefined) throw new Error("no message box");
          box.value = words;
          box.dispatchEvent(new InputEvent("input", { bubbles: true }));
        },
        side,
        text,
      );
      await page.evaluate(
        (where) =>
          document
            .querySelector(`section[aria-label="Side: ${where}"]`)
            ?.querySelector<HTMLFormElement>(".learn-talk form")
            ?.requestSubmit(),
        side,
      );
    },
    async run(experiment) {
      await until(`the choice of ${experiment}`, () =>
        page.evaluate((wanted) => {
          const box = window.parlourTest.find("combobox", "Experiment") as HTMLSelectElement | undefined;
          const option = [...(box?.options ?? [])].find((one) => one.text === wanted);
          if (box === undefined || option === undefined) return false;
          box.value = option.value;
          box.dispatchEvent(new Event("change", { bubbles: true }));
          return true;
        }, experiment),
      );
      await person.press("Run it");
      await until(
        `${experiment} to be done`,
        () => page.evaluate(() => document.body.textContent?.includes("Done. Look at the states") ?? false),
        60_000,
      );
    },
    log: readLog,
  };
  return learner;
}

/** Opens the workbench and waits for its seats. */
export async function atWorkbench(tab: TestPage, url: string, sides = 2): Promise<Learner> {
  await tab.page.goto(url, { waitUntil: "domcontentloaded" });
  await awaited("the seats at the workbench", () =>
    tab.page.evaluate((count) => document.querySelectorAll(".learn-side").length === count, sides),
  );
  return learnerOn(tab);
}

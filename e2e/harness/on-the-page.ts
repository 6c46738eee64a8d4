import type { TestPage } from "./browsers.ts";
import type { Person } from "./people.ts";

/** Opens the menu of a button and takes an item of it. */
export async function choose(person: Person, button: string, item: string): Promise<void> {
  await person.press(button);
  await person.sees("menuitem", item);
  await person.tab.page.evaluate((label) => window.parlourTest.find("menuitem", label)?.click(), item);
}

/** A screen to share that needs no desktop: headless browsers have none. */
export function withScreen({ page }: TestPage): Promise<unknown> {
  return page.evaluateOnNewDocument(() => {
    navigator.mediaDevices.getDisplayMedia = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 320;
      canvas.height = 180;
      const pen = canvas.getContext("2d");
      let hue = 0;
      setInterval(() => {
        if (pen === null) return;
        hue += 40;
        pen.fillStyle = `hsl(${hue} 80% 50%)`;
        pen.fillRect(0, 0, 320, 180);
      }, 200);
      return Promise.resolve(canvas.captureStream(5));
    };
  });
}

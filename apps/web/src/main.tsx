import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app.tsx";
import { after } from "./browser/page.ts";
import { Announcer } from "./state/announcer.ts";
import { Settings, type Store } from "./state/settings.ts";
import { type Language, languageFor } from "./words/languages.ts";
import { speak, spoken } from "./words/words.ts";

/** Reading the property alone throws where storage is switched off. */
function storage(name: "localStorage" | "sessionStorage"): Store {
  try {
    return window[name];
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

/** The page's own attributes follow the language, whatever changes it. */
function wear({ code, direction }: Language): void {
  document.documentElement.lang = code;
  document.documentElement.dir = direction;
}

const root = document.getElementById("app");
if (root === null) throw new Error("The page has no #app.");
root.replaceChildren();
const settings = new Settings(storage("localStorage"), storage("sessionStorage"));
// The first thing shown is in the right language already; English is there at once.
await speak(languageFor(settings.language.peek(), navigator.languages));
effect(() => wear(spoken()));
effect(() => void speak(languageFor(settings.language.value, navigator.languages)));
render(<App settings={settings} announcer={new Announcer(after)} />, root);

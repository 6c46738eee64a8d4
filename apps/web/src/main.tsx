import { render } from "preact";
import { App } from "./app.tsx";
import { after } from "./browser/page.ts";
import { Announcer } from "./state/announcer.ts";
import { Settings, type Store } from "./state/settings.ts";

/** Reading the property alone throws where storage is switched off. */
function storage(name: "localStorage" | "sessionStorage"): Store {
  try {
    return window[name];
  } catch {
    return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
  }
}

const root = document.getElementById("app");
if (root === null) throw new Error("The page has no #app.");
root.replaceChildren();
const settings = new Settings(storage("localStorage"), storage("sessionStorage"));
render(<App settings={settings} announcer={new Announcer(after)} />, root);

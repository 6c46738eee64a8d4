import { describe, expect, it } from "vitest";
import { mapStore } from "../../test/fake-devices.ts";
import { Settings } from "./settings.ts";

describe("what the page remembers", () => {
  it("[W35] keeps name, theme and devices for the browser", () => {
    const browser = mapStore();
    const settings = new Settings(browser, mapStore());
    expect(settings.theme.value).toBe("system");
    settings.name = "Ada";
    settings.chooseTheme("dark");
    settings.rememberDevice("camera", "c1");
    const later = new Settings(browser, mapStore());
    expect([later.name, later.theme.value, later.device("camera")]).toEqual(["Ada", "dark", "c1"]);
  });

  it("[X138] keeps whether the others' pictures are passed on, once somebody decided", () => {
    const browser = mapStore();
    const settings = new Settings(browser, mapStore());
    expect(settings.passOn.value).toBeUndefined();
    settings.choosePassOn(false);
    expect(new Settings(browser, mapStore()).passOn.value).toBe(false);
    settings.choosePassOn(true);
    expect(new Settings(browser, mapStore()).passOn.value).toBe(true);
  });

  it("takes no theme that does not exist", () => {
    const browser = mapStore();
    browser.setItem("parlour:theme", "plaid");
    expect(new Settings(browser, mapStore()).theme.value).toBe("system");
  });

  it("comes back once, to that room, and not after long", () => {
    const tab = mapStore();
    const settings = new Settings(mapStore(), tab);
    const how = { name: "Ada", microphone: true, camera: false };
    settings.willReturn("den", how, 1_000);
    expect(settings.takeReturn("other", 2_000)).toBeUndefined();
    expect(settings.takeReturn("den", 2_000)).toEqual(how);
    expect(settings.takeReturn("den", 2_000)).toBeUndefined();
    settings.willReturn("den", how, 1_000);
    expect(settings.takeReturn("den", 60_000)).toBeUndefined();
    tab.setItem("parlour:return:den", "{");
    expect(settings.takeReturn("den", 2_000)).toBeUndefined();
  });

  it("[W35] goes on without storage where that is switched off", () => {
    const refuse = () => {
      throw new Error("storage is off");
    };
    const settings = new Settings(
      { getItem: refuse, setItem: refuse, removeItem: refuse },
      { getItem: refuse, setItem: refuse, removeItem: refuse },
    );
    settings.name = "Ada";
    settings.willReturn("den", { name: "Ada", microphone: true, camera: true }, 1);
    expect(settings.name).toBe("");
    expect(settings.takeReturn("den", 2)).toBeUndefined();
  });

  it("[W53][W54] keeps language, shortcuts and sound processing", () => {
    const browser = mapStore();
    const settings = new Settings(browser, mapStore());
    expect(settings.processing.value).toEqual({ echo: true, noise: true, gain: true });
    expect([settings.language.value, settings.hasShortcuts.value]).toEqual(["", true]);
    settings.chooseLanguage("de");
    settings.switchShortcuts(false);
    settings.switchProcessing("gain", false);
    const later = new Settings(browser, mapStore());
    expect([later.language.value, later.hasShortcuts.value]).toEqual(["de", false]);
    expect(later.processing.value).toEqual({ echo: true, noise: true, gain: false });
    later.switchShortcuts(true);
    later.chooseLanguage("");
    expect([...browser.map.keys()]).toEqual(["parlour:off:gain"]);
  });
});

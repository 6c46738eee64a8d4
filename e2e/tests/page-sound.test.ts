import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Engine, launchBrowser, type TestBrowser, type TestPage } from "../harness/browsers.ts";
import { type Desktop, type SoundDevice, startDesktop, type TestMicrophone } from "../harness/desktop.ts";
import { choose } from "../harness/on-the-page.ts";
import { enter, type Person, personOn, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const silent = { camera: false, mic: false };
const engines: Engine[] = ["chromium", "firefox"];

/** Takes the device of that name in one of the page's lists. */
async function take({ page }: TestPage, list: string, device: string): Promise<void> {
  const id = await until(`${device} in the list ${list}`, () =>
    page.evaluate(
      (name, label) => {
        const found = window.parlourTest.find("combobox", name) as HTMLSelectElement | undefined;
        return [...(found?.options ?? [])].find((option) => option.label === label)?.value;
      },
      list,
      device,
    ),
  );
  await page.evaluate(
    (name, value) => {
      const found = window.parlourTest.find("combobox", name) as HTMLSelectElement;
      found.value = value;
      found.dispatchEvent(new Event("change", { bubbles: true }));
    },
    list,
    id,
  );
}

/** Microphones and speakers that are real to the browser: they hum, fall silent and are pulled out. There is no camera. */
describe.each(engines)("%s: microphones and speakers", (engine) => {
  const stage = useStage();
  let desktop: Desktop;
  let browser: TestBrowser;
  const plugged: SoundDevice[] = [];
  // Anew for each test: Firefox goes on with a list of devices that have been pulled out since.
  beforeEach(async () => {
    desktop = await startDesktop();
    browser = await launchBrowser(engine, { desktop, hasRealDevices: true });
  });
  afterEach(async () => {
    for (const device of plugged.splice(0)) await device.unplug();
    await browser?.close();
    await desktop?.close();
  });

  const speaker = async (name: string): Promise<SoundDevice> => {
    const made = await desktop.plugSpeaker(name);
    plugged.push(made);
    return made;
  };
  const microphone = async (name: string): Promise<TestMicrophone> => {
    const made = await desktop.plugMicrophone(name);
    plugged.push(made);
    return made;
  };
  /**
   * Waits for what the page says of a device. The kernel tells Chromium of devices, and knows none that PulseAudio makes up: being asked
   * for its list it looks by itself.
   */
  const learns = ({ tab }: Person, text: string) =>
    until(`the page to say “${text}”`, () =>
      tab.page.evaluate(async (wanted) => {
        await navigator.mediaDevices.enumerateDevices();
        return (document.body.textContent ?? "").includes(wanted);
      }, text),
    );
  /** Whoever hums all the time is noise to Firefox. */
  const open = async (): Promise<TestPage> => {
    const tab = await browser.openPage();
    stage.closeLater(() => tab.close());
    await tab.page.evaluateOnNewDocument(() => {
      if (location.protocol === "http:") localStorage.setItem("parlour:off:noise", "off");
    });
    return tab;
  };
  const unplug = async (device: SoundDevice): Promise<void> => {
    plugged.splice(plugged.indexOf(device), 1);
    await device.unplug();
  };

  it("[W17][W52] says that there is no device, and takes the one that is plugged in", async () => {
    const link = privateLink(stage.server, stage.roomName("none"));
    const ada = await enter(await open(), link, { name: "Ada", joinNow: false });
    await ada.reads("No camera and no microphone were found");
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await ada.say("I can only write");
    await bo.readsOnce("I can only write");
    await bo.figureSays("Ada", "Muted");
    await microphone("Table microphone");
    await learns(ada, "Your device is back, and in use again");
    await bo.figureSaysNot("Ada", "Muted");
    expect(ada.tab.problems.join()).toBe("");
  });

  it("[W16][W52] changes to another microphone in mid-call, and goes on with what is left when it is pulled out", async () => {
    // Firefox needs somewhere to play to before it takes sound in, and then knows its monitor as one more microphone.
    await speaker("Desk speakers");
    const link = privateLink(stage.server, stage.roomName("pulled"));
    const table = await microphone("Table microphone");
    await table.sound(true);
    const tab = await open();
    // Chosen another time, and not here today.
    await tab.page.evaluateOnNewDocument(() => {
      if (location.protocol === "http:")
        localStorage.setItem("parlour:device:microphone", "0123456789abcdef");
    });
    const ada = await enter(tab, link, { name: "Ada" });
    const bo = await stage.person("chromium", link, { name: "Bo", ...silent });
    await bo.hears("Ada");
    const headset = await microphone("Headset");
    await headset.sound(true);
    await learns(ada, "Headset was plugged in");
    await choose(ada, "More", "Settings…");
    await take(ada.tab, "Microphone", "Headset");
    await ada.tab.page.keyboard.press("Escape");
    await bo.hears("Ada");
    await unplug(headset);
    await learns(ada, "A device was unplugged.");
    await bo.hears("Ada");
    expect(ada.tab.problems.join()).toBe("");
  });

  it("[W42] notices a microphone from which nothing comes, and shows when it does", async () => {
    await speaker("Desk speakers");
    const table = await microphone("Table microphone");
    const ada = personOn(await open(), "Ada");
    await ada.tab.page.goto(
      `${privateLink(stage.server, stage.roomName("silent")).replace("#", "?camera=off#")}`,
    );
    await ada.reads("Nothing comes from your microphone");
    const level = () =>
      ada.tab.page.evaluate(() => Number(window.parlourTest.find("meter", /./)?.ariaValueNow ?? 0));
    expect(await level()).toBe(0);
    await table.sound(true);
    await until("the level to move", async () => (await level()) > 30);
    await ada.readsNo("Nothing comes from your microphone");
  });

  it("[W16] the test tone and the others come out of the chosen speaker, and change over in mid-call", async () => {
    const [desk, headset] = [await speaker("Desk speakers"), await speaker("Headphones")];
    const table = await microphone("Table microphone");
    await table.sound(true);
    const link = privateLink(stage.server, stage.roomName("speakers"));
    const ada = await enter(await open(), link, { name: "Ada", joinNow: false });
    await take(ada.tab, "Speaker", "Headphones");
    await until("the test tone in the headphones", async () => {
      await ada.press("Play a test tone");
      return (await desktop.loudness(headset)) > 0.01;
    });
    expect(await desktop.loudness(desk)).toBe(0);
    await ada.press("Join");
    await ada.sees("toolbar", "Call controls");
    await stage.person("chromium", link, { name: "Bo", camera: false });
    await ada.seesPeople("Bo");
    await until("Bo in the headphones", async () => (await desktop.loudness(headset)) > 0.001);
    await choose(ada, "More", "Settings…");
    await take(ada.tab, "Speaker", "Desk speakers");
    await until("Bo from the desk", async () => (await desktop.loudness(desk)) > 0.001);
    await until("silence in the headphones", async () => (await desktop.loudness(headset)) === 0);
    expect(ada.tab.problems.join()).toBe("");
  });

  it.runIf(engine === "firefox")(
    "[W16] a speaker out of the browser's own list is used and remembered",
    async () => {
      const desk = await speaker("Desk speakers");
      const table = await microphone("Table microphone");
      await table.sound(true);
      const link = privateLink(stage.server, stage.roomName("picked"));
      const ada = await enter(await open(), link, { name: "Ada", joinNow: false });
      const { page } = ada.tab;
      const chosen = () =>
        page.evaluate(() => {
          const list = window.parlourTest.find("combobox", "Speaker") as HTMLSelectElement | undefined;
          return list?.selectedOptions[0]?.label;
        });
      await until("the system's choice", async () => (await chosen()) === "Automatic");
      // By hand: the browser opens its list for nothing less. Told to ask nobody, it gives its first one.
      const button = await page.waitForSelector('::-p-aria([name="Choose another speaker"][role="button"])');
      await button?.click();
      await until("the one that was picked", async () => (await chosen()) === "Desk speakers");
      await until("the test tone in it", async () => {
        await ada.press("Play a test tone");
        return (await desktop.loudness(desk)) > 0.01;
      });
      expect(await page.evaluate(() => localStorage.getItem("parlour:device:speaker"))).not.toBe(null);
      expect(ada.tab.problems.join()).toBe("");
    },
  );
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { complaints } from "../harness/axe.ts";
import type { Engine } from "../harness/browsers.ts";
import { pasted } from "../harness/clipboard.ts";
import { joinCrowd } from "../harness/crowd.ts";
import { type Person, privateLink } from "../harness/people.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const engines: Engine[] = ["chromium", "firefox"];

const tab = async (person: Person, name: string): Promise<void> => {
  await person.tab.page.evaluate((label) => {
    (window.parlourTest.find("tab", label) as HTMLElement).click();
  }, name);
  await person.sees("tabpanel", name);
};
/** Kinds of the steps that are shown, in order. */
const steps = ({ tab: { page } }: Person) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".story-step")].map((step) => step.dataset["kind"] ?? ""),
  );

describe("the inspector", () => {
  const stage = useStage();

  it.each(engines)("[I13][I1] %s: shows a real call in each of its parts", async (engine) => {
    const link = privateLink(stage.server, stage.roomName("inspect"));
    const bo = await stage.person(engine, link, { name: "Bo" });
    const ada = await stage.person(engine, link, { name: "Ada" });
    await ada.seesPeople("Bo");
    await ada.moves("Bo");
    await ada.press("Inspector");
    await ada.sees("region", "Inspector");

    // The whole handshake, in its order, although the panel came after it.
    const wanted = [
      "connection",
      "local-offer",
      "offer-sent",
      "answer-received",
      "remote-answer",
      "checks",
      "dtls",
      "connected",
      "channels",
      "flowing",
    ];
    await until("every step", async () => {
      const seen = await steps(ada);
      return wanted.every((kind) => seen.includes(kind));
    });
    // Their checks may be here before their answer, which goes by way of the server.
    for (const chain of [
      ["connection", "local-offer", "offer-sent", "answer-received", "remote-answer"],
      ["offer-sent", "checks", "dtls", "connected"],
    ]) {
      const seen = (await steps(ada)).filter((kind) => chain.includes(kind));
      expect([...new Set(seen)]).toEqual(chain);
    }
    await ada.tab.page.evaluate(() => {
      document.querySelector<HTMLElement>('[data-kind="local-offer"] summary')?.click();
    });
    await ada.reads("m=application");
    await ada.reads("RFC 9429");

    await tab(ada, "Descriptions");
    await ada.reads("you send and they send");
    await ada.reads("The ICE password");
    await ada.reads("Compared with answer (theirs)");

    await tab(ada, "Addresses");
    await ada.reads(/udp, from \S+:\d+ to \S+:\d+/);
    await ada.reads(/succeeded, chosen/);
    await ada.reads(/State connected; messages up to [\d,]+ bytes/);
    await ada.reads(engine === "firefox" ? "about:webrtc" : "chrome://webrtc-internals");

    await tab(ada, "Charts");
    await ada.sees("img", /Received: now [\d.,]+ [kM]bit\/s/);
    await ada.sees("img", /Pictures a second: now/);
    await ada.sees("img", /Waiting to be sent: now/);

    await tab(ada, "Proof");
    await ada.reads("From page to page");
    await bo.say("between us");
    await ada.reads("between us");
    const total = () =>
      ada.tab.page.evaluate(() => document.querySelector(".proof-sums dd")?.textContent ?? "");
    const before = await total();
    await until("figures after that", async () => (await total()) !== before);
    const kinds = await ada.tab.page.evaluate(() =>
      [...document.querySelectorAll(".inspector-table code")].map(({ textContent }) => textContent),
    );
    expect(kinds.filter((kind) => kind === "say" || kind === "said")).toEqual([]);

    await tab(ada, "Log");
    // What writes it down is loaded beside the call: on a slow machine it finds the link connected.
    await ada.reads(/ice (checking|connected)/);
    await ada.tab.page.type('.inspector input[type="search"]', "dtls");
    await until("only lines of keys", () =>
      ada.tab.page.evaluate(() => {
        const lines = [...document.querySelectorAll(".log-lines li")];
        return lines.length > 0 && lines.every((line) => line.textContent?.includes("dtls"));
      }),
    );

    // What is copied is what is shown, filter and all: pasted again as a person would.
    const { page } = ada.tab;
    const copy = await page.waitForSelector('::-p-aria([name="Copy"][role="button"])');
    await copy?.click();
    await ada.isTold("The log is copied.");
    const text = await pasted(page, engine, ".inspector");
    const lines = text.trim().split("\n");
    expect(lines.every((line) => line.includes("dtls"))).toBe(true);
    expect(lines.join("\n")).toContain("dtls connected");
    expect(ada.tab.problems).toEqual([]);
  });

  it("[I4][I10][I11][I15] saves a story that replays without a room, masked, by keyboard and drop; axe finds nothing", async () => {
    const link = privateLink(stage.server, stage.roomName("saved"));
    const ada = await stage.person("chromium", link, { name: "Ada" });
    await stage.person("chromium", link, { name: "Bo Brown" });
    await ada.seesPeople("Bo Brown");
    await ada.moves("Bo Brown");
    // What is saved, as text, without the download of it.
    await ada.tab.page.evaluate(() => {
      const made = URL.createObjectURL.bind(URL);
      URL.createObjectURL = (blob: Blob) => {
        void blob.text().then((text) => Object.assign(window, { saved: text }));
        return made(blob);
      };
    });
    await ada.press("Inspector");
    await ada.sees("tab", "Story");
    await until("the story", async () => (await steps(ada)).includes("flowing"));
    for (const name of ["Story", "Descriptions", "Addresses", "Charts", "Proof", "Log"]) {
      await tab(ada, name);
      expect(await complaints(ada.tab), name).toBe("");
    }
    // The arrow keys go round the tabs.
    await ada.tab.page.focus('[role="tab"][aria-selected="true"]');
    await ada.tab.page.keyboard.press("ArrowRight");
    await ada.sees("tabpanel", "Story");
    const shown = await steps(ada);
    await tab(ada, "Log");
    await ada.press("Save…");
    const saved = await until("the file", () =>
      ada.tab.page.evaluate(() => (window as unknown as { saved?: string }).saved),
    );
    expect(saved).not.toContain("Bo Brown");
    expect(saved).not.toMatch(/\b192\.168\.|\b10\.\d+\.\d+\.\d+|\b172\.\d+\.\d+\.\d+/);

    const reader = await stage.page("chromium");
    await reader.page.goto(`${stage.server.url}/inspect`);
    const eve = { ...ada, tab: reader } as Person;
    await until("the place to drop a file", () =>
      reader.page.evaluate(() => window.parlourTest.find("button", "Open a file") !== undefined),
    );
    expect(await complaints(reader)).toBe("");
    await reader.page.evaluate((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], "saved.json", { type: "application/json" }));
      const at = document.querySelector(".inspect-drop");
      at?.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
    }, saved);
    await until("the same story", async () => {
      const again = await steps(eve);
      return again.length >= shown.length;
    });
    expect((await steps(eve)).slice(0, shown.length)).toEqual(shown);
    expect(await complaints(reader)).toBe("");
    expect(reader.problems).toEqual([]);
  });

  it("[I12] opens a dump of chrome://webrtc-internals", async () => {
    const dump = readFileSync(
      new URL("../../packages/client/core/inspect/webrtc-internals.gz", import.meta.url),
    );
    const tabOf = await stage.page("firefox");
    await tabOf.page.goto(`${stage.server.url}/inspect`);
    await until("the place for a file", () => tabOf.page.$('input[type="file"]'));
    await tabOf.page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const field = document.querySelector<HTMLInputElement>('input[type="file"]');
      const chosen = new DataTransfer();
      chosen.items.add(new File([bytes], "webrtc_internals_dump.gz"));
      if (field === null) throw new Error("there is no field");
      field.files = chosen.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }, dump.toString("base64"));
    await until("its story", async () =>
      (
        await tabOf.page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>(".story-step")].map(
            ({ dataset }) => dataset["kind"] ?? "",
          ),
        )
      ).includes("connected"),
    );
    expect(tabOf.problems).toEqual([]);
  });

  it("[I17] a room over the forwarder: its connection, and what flows by it", async () => {
    const link = privateLink(stage.server, stage.roomName("flows"));
    const ada = await stage.person("chromium", link, { name: "Ada" });
    const crowd = await stage.sdkPage("chromium");
    await joinCrowd(crowd, link, ["Bo", "Cy", "Di", "Ed", "Flo"], { width: 320, height: 180, fps: 10 });
    await ada.press("Inspector");
    await ada.sees("region", "Inspector");
    await until("the forwarder among what can be looked at", () =>
      ada.tab.page.evaluate(() => {
        const choice = document.querySelector<HTMLSelectElement>(".inspector-choice select");
        const option = [...(choice?.options ?? [])].find(({ value }) => value === "forwarder");
        if (!choice || !option?.text.includes("connected")) return false;
        choice.value = option.value;
        choice.dispatchEvent(new Event("change", { bubbles: true }));
        return true;
      }),
    );
    await until("the story of the connection", async () => {
      const seen = await steps(ada);
      const wanted = [
        "connection",
        "local-offer",
        "offer-sent",
        "answer-received",
        "remote-answer",
        "connected",
      ];
      return wanted.every((kind) => seen.includes(kind));
    });
    await tab(ada, "Descriptions");
    await ada.reads("Compared with answer (theirs)");
    await tab(ada, "Flows");
    for (const name of ["Bo", "Flo"]) await ada.reads(new RegExp(`${name}, camera`));
    await ada.reads(/1 of 1|1 of 2|2 of 2/);
    await ada.reads(/\d+ px/);
    await ada.reads(/Carried at most\s*[\d.,]+ [kM]bit\/s/);
    expect(await complaints(ada.tab)).toBe("");
  });
});

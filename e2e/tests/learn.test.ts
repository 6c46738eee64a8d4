import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { complaints } from "../harness/axe.ts";
import { type Engine, launchBrowser } from "../harness/browsers.ts";
import { atWorkbench, type Learner, type LearnSide } from "../harness/learner.ts";
import { startServer } from "../harness/server.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

// Chromium asks no TURN server on 127.0.0.1, so what needs the relay is at an address of the machine.
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

const engines: Engine[] = ["chromium", "firefox"];
/** Steps that each side has in the order of the handshake. */
const [atOfferer, atAnswerer, lastAtOfferer] = [6, 8, 2];
const mistakes = {
  none: "There is no connection on this side yet",
  nothing: "Nothing has come from the other side yet",
  order: "An answer fits only an open offer of one's own",
  early: "A candidate can't be added before the description",
};

/** Changes the text in the box of that name. */
async function edit(
  { tab }: Learner,
  name: string,
  change: { readonly from: string; readonly to: string },
): Promise<void> {
  await until(`the box ${name}`, () =>
    tab.page.evaluate(
      (wanted, { from, to }) => {
        const labels = [...document.querySelectorAll<HTMLElement>(".learn-description")];
        const box = labels.find((one) => one.textContent?.startsWith(wanted))?.querySelector("textarea");
        if (!box?.value.includes(from)) return false;
        box.value = box.value.replaceAll(from, to);
        box.dispatchEvent(new InputEvent("input", { bubbles: true }));
        return true;
      },
      name,
      change,
    ),
  );
}

/** What the offerer's transceivers came to. */
const directions = ({ tab }: Learner): Promise<readonly (string | null)[]> =>
  tab.page.evaluate(() =>
    window.parlourTest.connections
      // Those of an earlier experiment are closed; Firefox gives no transceivers of them.
      .filter(({ signalingState }) => signalingState !== "closed")
      .filter(({ localDescription }) => localDescription?.type === "offer")
      .flatMap((connection) => connection.getTransceivers().map(({ currentDirection }) => currentDirection)),
  );

describe("the workbench", () => {
  const stage = useStage();
  const open = async (engine: Engine, path = "/learn") =>
    atWorkbench(await stage.page(engine), `${stage.server.url}${path}`);

  it.each(engines)(
    "[B9][B13][B15] %s: the handshake by hand, button by button, then messages that the server never sees",
    async (engine) => {
      const lea = await open(engine);
      await lea.reads("Answerer", "Waits for an offer.");
      expect(await lea.state("Offerer", "Signaling")).toBe("–");
      const pressed = await lea.follow(atOfferer + atAnswerer + lastAtOfferer);
      expect(pressed).toEqual([
        ...["Create connection", "Create data channel", "Create offer", "Set local description"],
        ...["Send offer", "Send candidates", "Create connection", "Listen for the channel"],
        ...["Set remote description", "Add the candidates that waited", "Create answer"],
        ...["Set local description", "Send answer", "Send candidates", "Set remote description"],
        "Add the candidates that waited",
      ]);
      for (const side of ["Offerer", "Answerer"] as const) {
        await lea.reaches(side, "Channel", "open");
        await lea.reaches(side, "DTLS", "connected");
        await lea.reaches(side, "Connection", "connected");
        await lea.reaches(side, "Signaling", "stable");
        await lea.reaches(side, "In use", /^(host|prflx|srflx) to (host|prflx|srflx), udp/);
      }
      const proof = async () => /so far: (.*?) bytes/.exec(await lea.text("Offerer"))?.[1];
      const before = await proof();
      expect(before).toMatch(/^\d+ texts, [\d,]+$/);
      await lea.say("Offerer", "hello over there");
      await lea.reads("Answerer", "other side: hello over there");
      await lea.say("Answerer", "and back");
      await lea.reads("Offerer", "other side: and back");
      expect(await proof()).toBe(before);
      expect(lea.tab.problems).toEqual([]);

      await lea.step("Answerer", "Close channel");
      await lea.reaches("Offerer", "Channel", "closed");
      await lea.reaches("Offerer", "Connection", "connected");
      await lea.step("Answerer", "Close connection");
      await lea.reaches("Answerer", "Connection", "closed");
      await lea.reaches("Offerer", "Connection", /disconnected|failed|closed/);
    },
  );

  it.each(engines)(
    "[B11][B16] %s: wrong orders show the browser's own error and why; a changed offer counts",
    async (engine) => {
      const lea = await open(engine);
      await lea.step("Offerer", "Create offer");
      await lea.reads("Offerer", mistakes.none);
      await lea.reads("Offerer", /TypeError: .*undefined/);
      await lea.step("Offerer", "Create connection");
      await lea.did("Offerer", "Create connection");
      await lea.step("Offerer", "Set remote description");
      await lea.reads("Offerer", mistakes.nothing);
      await lea.person.press("Show them now");
      await lea.step("Answerer", "Create answer");
      await lea.reads("Answerer", mistakes.none);

      // Video is offered both ways, and turned down by changing a word of the offer before it is set over there.
      await lea.step("Offerer", "Add camera");
      await lea.did("Offerer", "Add camera");
      await lea.follow(atOfferer - 1);
      await edit(lea, "Offer that came", { from: "a=sendrecv", to: "a=inactive" });
      await lea.follow(atAnswerer + lastAtOfferer);
      await lea.reaches("Answerer", "Channel", "open");
      expect(await directions(lea)).toEqual(["inactive"]);

      await lea.step("Offerer", "Set remote description");
      await lea.reads("Offerer", mistakes.order);
      await lea.reads("Offerer", /InvalidStateError: /);
    },
  );

  it("[B11] a text that is no description is refused by the browser, and that is explained", async () => {
    const lea = await open("chromium");
    await lea.follow(3);
    await edit(lea, "Offer, editable", { from: "a=ice-ufrag", to: "a=nonsense" });
    await lea.step("Offerer", "Set local description");
    await lea.reads("Offerer", "The browser does not take this text");
    await lea.person.press("Begin anew");
    await lea.reaches("Offerer", "Signaling", "–");
    expect(await lea.log()).toBe("");
  });

  it("[B1][B7] the handshake between Chromium and Firefox, through a link; a third is told that it is full", async () => {
    const here = await open("chromium");
    await here.person.press("With another machine");
    await here.person.reads("Nobody has opened it yet.");
    const link = await here.tab.page.evaluate(
      () => document.querySelector<HTMLInputElement>(".learn-tools input[readonly]")?.value ?? "",
    );
    expect(link).toMatch(/\/learn\?with=[a-z2-7]{16}$/);
    const there = await atWorkbench(await stage.page("firefox"), link, 1);
    await here.person.reads("The other side is here.");
    await there.reads("Answerer", "Waits for an offer.");
    await here.follow(atOfferer);
    await there.reads("Answerer", "An offer has come.");
    await there.follow(atAnswerer);
    await here.reads("Offerer", "An answer has come.");
    await here.follow(lastAtOfferer);
    await here.reaches("Offerer", "Channel", "open");
    await there.reaches("Answerer", "Channel", "open");
    await here.say("Offerer", "from afar");
    await there.reads("Answerer", "other side: from afar");
    const late = await stage.page("chromium");
    await late.page.goto(link, { waitUntil: "domcontentloaded" });
    await until("to be told that it is full", () =>
      late.page.evaluate(() => document.body.textContent?.includes("Two are at this workbench already")),
    );
    await there.tab.close();
    await here.person.reads("Nobody has opened it yet.");
  });

  it("[B90][B10] experiments across two pages, in Chromium and Firefox, when the other side agrees", async () => {
    const here = await open("chromium");
    await here.person.press("With another machine");
    await here.person.reads("as soon as the other side is here");
    const link = await here.tab.page.evaluate(
      () => document.querySelector<HTMLInputElement>(".learn-tools input[readonly]")?.value ?? "",
    );
    const there = await atWorkbench(await stage.page("firefox"), link, 1);
    const together = async (from: Learner, to: Learner, experiment: string) => {
      await Promise.all([from.run(experiment), to.person.press("Play along")]);
      await to.person.reads("Done. Look at");
    };
    await together(here, there, "Glare");
    for (const one of [here, there]) expect(await one.log()).toContain("Take the new answer: failed");

    await together(there, here, "Perfect negotiation's rollback");
    expect(await here.log()).toContain("impolite and ignores");
    expect(await there.log()).toContain("rolls its own back");

    await together(here, there, "One offer to two");
    const log = await here.log();
    expect(log).toContain("Second answerer answer sent");
    expect(log).toContain("An answer fits only an open offer");
    await there.reaches("Answerer", "Channel", "open");

    await Promise.all([
      here.person.press("Run it").then(() => here.person.reads("does not want to now")),
      there.person.press("Not now"),
    ]);
    for (const { tab } of [here, there]) expect(tab.problems).toEqual([]);
  });

  it("[B10] experiments of the description and of candidates", async () => {
    const lea = await open("chromium");
    await lea.run("Without STUN");
    await lea.reaches("Answerer", "Channel", "open");
    expect(await lea.log()).not.toMatch(/typ (?:srflx|relay)/);
    expect(await lea.log()).toContain("typ host");

    await lea.run("Only the answerer sends candidates");
    await lea.reaches("Answerer", "Channel", "open");
    await lea.reaches("Answerer", "In use", /to prflx, udp/);
    expect(await lea.log()).not.toContain("Answerer candidate came");

    await lea.run("Candidates before the description");
    const log = await lea.log();
    expect(log).toContain("kept aside until the description is set: 1");
    expect(log).toContain(mistakes.early);
    expect(log).toMatch(/InvalidStateError|OperationError/);
    await lea.reaches("Answerer", "Channel", "open");

    await lea.run("One offer to two");
    await lea.reads("Offerer", mistakes.order);
    await lea.reaches("Answerer", "Channel", "open");
    expect(await lea.state("Second answerer", "Channel")).toBe("–");
    expect(await lea.state("Second answerer", "Signaling")).toBe("stable");
  });

  it.each(engines)("[B10] %s: glare, and how perfect negotiation takes it", async (engine) => {
    const lea = await open(engine);
    await lea.run("Glare");
    for (const side of ["Offerer", "Answerer"] as const) await lea.reads(side, mistakes.order);
    await lea.run("Perfect negotiation's rollback");
    for (const side of ["Offerer", "Answerer"] as const) await lea.reaches(side, "Signaling", "stable");
    const log = await lea.log();
    expect(log).not.toContain("they did not agree");
    expect(log).toContain("Offerer offers met: this side is impolite");
    expect(log).toContain("Answerer offers met: this side is polite");
    expect(log).not.toContain("failed");
  });

  it.each(engines)("[B10] %s: a track later, one direction, a restart", async (engine) => {
    const lea = await open(engine);
    const seen = (side: LearnSide) => lea.reads(side, "What comes from the other side");
    await lea.run("Add a track later");
    await seen("Answerer");
    expect(await lea.log()).toContain("Offerer negotiationneeded");

    await lea.run("recvonly");
    await seen("Offerer");
    expect(await directions(lea)).toContain("recvonly");
    expect(await lea.text("Answerer")).not.toContain("What comes from the other side");

    await lea.run("ICE restart");
    await lea.reaches("Offerer", "Connection", "connected");
    await lea.reaches("Answerer", "Channel", "open");
    const fragments = [...(await lea.log()).matchAll(/Offerer ice-ufrag: (\S+?)(?=\d+[.,]\d{3} |$)/g)];
    expect(new Set(fragments.map(([, fragment]) => fragment)).size).toBe(2);
  });

  it("[B10] closing a channel leaves the connection; closing the connection is noticed over there", async () => {
    const lea = await open("chromium");
    await lea.run("Close the channel, then the connection");
    const log = await lea.log();
    expect(log).toContain("Answerer channel chat: closed");
    expect(log).not.toContain("the end was not noticed");
    expect(await lea.state("Offerer", "Connection")).toBe("closed");
    expect(await lea.state("Answerer", "Connection")).toMatch(/disconnected|failed|closed/);
  });

  it("[B10] mDNS candidates, where the browser hides addresses", async () => {
    const browser = await launchBrowser("firefox", {
      // With a camera allowed there is nothing to hide.
      asksPermission: true,
      preferences: { "media.peerconnection.ice.obfuscate_host_addresses": true },
    });
    stage.closeLater(() => browser.close());
    const lea = await atWorkbench(await browser.openPage(), `${stage.server.url}/learn`);
    await lea.run("mDNS candidates");
    expect(await lea.log()).toMatch(/[0-9a-f-]{36}\.local \d+ typ host/);
  });

  it.skipIf(address === undefined)(
    "[B4][B10][B14] relay alone, and both kinds of channel over a relay that loses packets",
    async () => {
      const server = await startServer(["--turn-lab", "delay=10,loss=0.05"]);
      stage.closeLater(() => server.close());
      const lea = await atWorkbench(await stage.page("chromium"), `http://${address}:${server.port}/learn`);
      await lea.run("Relay only");
      await lea.reaches("Offerer", "In use", /^relay to relay, udp/);
      expect(await lea.log()).not.toMatch(/typ (?:host|srflx)/);
      await lea.run("Ordered against lossy channel");
      await lea.reads("Answerer", "bad on purpose");
      const rows = await lea.tab.page.evaluate(() =>
        [...document.querySelectorAll("section.answerer .learn-arrivals tbody tr")].map((row) =>
          [...row.querySelectorAll("td")].map((cell) => Number.parseInt(cell.textContent ?? "", 10)),
        ),
      );
      const [ordered = [], lossy = []] = rows;
      expect(ordered.slice(0, 2)).toEqual([500, 0]);
      expect(lossy[0]).toBeGreaterThan(100);
      expect(lossy[0]).toBeLessThan(500);

      await server.stop();
      await lea.person.reads("What is connected directly goes on.");
      await server.start();
      await lea.person.press("Connect to the server again");
      for (const side of ["Offerer", "Answerer"] as const) await lea.reaches(side, "Socket", "open");
    },
  );

  it.each<Engine>(["chromium", "firefox"])(
    "[B18] %s: axe finds nothing at any stage, light and dark, in German too; nothing is wider than a phone",
    async (engine) => {
      const lea = await open(engine);
      const { page } = lea.tab;
      const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      expect(await complaints(lea.tab), "at first").toBe("");
      await lea.step("Offerer", "Create offer");
      await lea.reads("Offerer", mistakes.none);
      await page.evaluate(() => {
        for (const one of document.querySelectorAll("details")) one.open = true;
      });
      expect(await complaints(lea.tab), "everything open").toBe("");
      await page.setViewport({ width: 390, height: 844 });
      expect(await fits()).toBe(true);
      await lea.run("ICE restart");
      await lea.say("Offerer", "hello");
      await lea.reads("Answerer", "hello");
      expect(await complaints(lea.tab), "connected").toBe("");
      expect(await fits()).toBe(true);
      await page.evaluate(() => localStorage.setItem("parlour:language", "de"));
      await page.goto(`${stage.server.url}/learn#term-glare`);
      await page.reload();
      await until("the German page", () => page.evaluate(() => document.title === "Werkbank – Parlour"));
      await until("the term to be in sight", () =>
        page.evaluate(() => {
          const { top } = document.getElementById("term-glare")?.getBoundingClientRect() ?? { top: -1 };
          return top >= 0 && top < innerHeight;
        }),
      );
      expect(await complaints(lea.tab), "German").toBe("");
      expect(await fits()).toBe(true);
    },
  );

  it("[B17][B18] from the home screen with the keyboard alone, to a term and through the first steps", async () => {
    const tab = await stage.page("chromium");
    const { page } = tab;
    const tabTo = async (what: string): Promise<void> => {
      for (let presses = 0; presses < 80; presses += 1) {
        await page.keyboard.press("Tab");
        const name = await page.evaluate(() => document.activeElement?.textContent ?? "");
        if (name === what) return;
      }
      throw new Error(`Tab never came to ${what}`);
    };
    await page.goto(stage.server.url);
    await tabTo("How it works, step by step");
    await page.keyboard.press("Enter");
    await until("both sides", () =>
      page.evaluate(() => document.querySelectorAll(".learn-side").length === 2),
    );
    for (const step of ["Create connection", "Create data channel", "Create offer"]) {
      await tabTo(step);
      await page.keyboard.press("Enter");
      await until(`${step} to be done`, () =>
        page.evaluate((title) => document.activeElement?.textContent === `${title}, done`, step),
      );
    }
    await tabTo("Signaling state");
    await page.keyboard.press("Enter");
    await until("the term", () => page.evaluate(() => location.hash === "#term-signaling-state"));
    expect(tab.problems).toEqual([]);
  });
});

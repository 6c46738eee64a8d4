import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { causes } from "../../apps/web/src/words/causes-en.ts";
import type { BrowserOptions, TestBrowser, TestPage } from "../harness/browsers.ts";
import { finds, looksAtLinks } from "../harness/findings.ts";
import { enter, type Person, privateLink } from "../harness/people.ts";
import { joinWithSdk, linked, loadSdk } from "../harness/sdk-page.ts";
import { patienceMs, until } from "../harness/waiting.ts";
import { staged } from "../staged-failures.ts";
import type { Host } from "./host.ts";
import { relayElsewhere, startRelayBeside } from "./relay-beside.ts";
import { sharedWorld, type World } from "./world.ts";

/** Some take as long as a browser needs to give up. */
const longMs = 3 * patienceMs;

/** As browsers are before a camera was allowed. */
const withNames: BrowserOptions = { asksPermission: true, hidesAddresses: true };

describe("what goes wrong between two networks is told apart", () => {
  let world: World;
  let a: Host;
  let b: Host;
  let rooms = 0;
  const closers: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    world = await sharedWorld();
    [a, b] = [world.host("a"), world.host("b")];
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
    await Promise.all([a.setNat("port-restricted"), b.setNat("port-restricted")]);
  });

  /** Ada on `a` in the room page, where the tile speaks; Bo on `b` in a page with the SDK, which has the evidence. Neither has a camera. */
  async function both(
    browsers: readonly [TestBrowser | undefined, TestBrowser | undefined] = [undefined, undefined],
  ): Promise<{ ada: Person; bo: TestPage }> {
    const link = privateLink(world.server, `staged-${++rooms}`);
    const [first, second] = [
      await (browsers[0] ?? (await a.browser("chromium"))).openPage(),
      await (browsers[1] ?? (await b.browser("chromium"))).openPage(),
    ];
    closers.push(
      () => first.close(),
      () => second.close(),
    );
    const ada = await enter(first, link, { name: "Ada", camera: false, mic: false });
    await loadSdk(second, world.server.url);
    await joinWithSdk(second, { link, name: "Bo" });
    return { ada, bo: second };
  }
  /** Both are connected, for long enough that what finds out about trouble is there. */
  async function settled({ ada, bo }: { ada: Person; bo: TestPage }): Promise<void> {
    await linked(bo, "Ada");
    for (const tab of [ada.tab, bo]) await looksAtLinks(tab);
  }
  async function served(flags: readonly string[]): Promise<void> {
    await world.serve(flags);
    closers.push(() => world.serve());
  }

  it(`[D9][D13] ${staged("only .local candidates")}`, async () => {
    await served(["--turn", "off"]);
    const browsers = [await a.launch("chromium", withNames), await b.launch("firefox", withNames)] as const;
    closers.push(...browsers.map((browser) => () => browser.close()));
    const { ada, bo } = await both(browsers);
    const { evidence } = await finds(bo, "local-only", "here");
    expect(evidence.local.map(({ kind, family }) => `${kind} ${family}`)).toContain("host mDNS");
    expect(new Set([...evidence.local, ...evidence.remote].map(({ family }) => family))).toEqual(
      new Set(["mDNS"]),
    );
    await ada.figureSays("Bo", causes["local-only"][0]);
  });

  it(`[D9][D10] ${staged("one-way block")}`, async () => {
    // Both have addresses that the other could reach, and no server helps.
    await served(["--turn", "off"]);
    await Promise.all([a.setNat("dual-stack"), b.setNat("dual-stack")]);
    await b.deafen();
    const { ada, bo } = await both();
    // What Bo sends arrives, and what is answered does not.
    await ada.figureSays("Bo", causes["one-way"][0]);
    const { evidence } = await finds(bo, "no-route");
    expect(evidence.pairs).toMatchObject({ answered: 0, asked: 0 });
  });

  it(`[D9] ${staged("NAT forgot")}`, { timeout: longMs }, async () => {
    // STUN finds the way, and there is no relay.
    await served(relayElsewhere("stun:parlour.test:3478"));
    const stun = await startRelayBeside(world);
    closers.push(() => stun.close());
    const { ada, bo } = await both();
    await settled({ ada, bo });
    // Every mapping is gone, and the new ones are where nobody looks for them.
    await Promise.all([a.setNat("symmetric"), b.setNat("symmetric")]);
    await ada.figureSays("Bo", "Reconnecting");
    const { evidence } = await finds(bo, "no-route", undefined, "Ada", longMs);
    expect(evidence.local.map(({ kind }) => kind)).toContain("srflx");
    await ada.figureSays("Bo", causes["no-route"][0]);
  });

  it("[D13] no network at all: offline, and the other side goes silent", { timeout: longMs }, async () => {
    const { ada, bo } = await both();
    await settled({ ada, bo });
    await a.namespaces.host.run(["ip", "link", "set", "dev", a.interface, "down"]);
    await ada.figureSays("Bo", causes.offline[0]);
    const { evidence } = await finds(bo, "silent", "there");
    expect(evidence).toMatchObject({ isOnline: true, isSignaling: true, link: "recovering" });
    await a.changeAddress();
    await until("the link to come back by itself", () =>
      bo.page.evaluate(() => [...window.room.peers.values()][0]?.link.state === "connected"),
    );
    await ada.figureSaysNot("Bo", causes.offline[0]);
  });
});

import { afterAll, beforeAll, describe, it } from "vitest";
import { inspectorEn } from "../../apps/web/src/words/inspector/inspector-en.ts";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { enter, privateLink } from "../harness/people.ts";
import { joinWithSdk, loadSdk } from "../harness/sdk-page.ts";
import type { Host } from "./host.ts";
import type { Network } from "./networks.ts";
import { sharedWorld, type World } from "./world.ts";

const { nats } = inspectorEn.ways;

let world: World;
let a: Host;
let b: Host;
let other: TestPage;
let link: string;
beforeAll(async () => {
  world = await sharedWorld();
  [a, b] = [world.host("a"), world.host("b")];
  // Lets anyone in, so that there is a direct link whatever Ada's own router does.
  await b.setNat("full-cone");
  link = privateLink(world.server, "guess");
  other = await (await b.browser("chromium")).openPage();
  await loadSdk(other, world.server.url);
  await joinWithSdk(other, { link, name: "Bo" });
});
afterAll(async () => {
  await other.close();
  await Promise.all([a.setNat("port-restricted"), b.setNat("port-restricted")]);
});

/** What one STUN server and the other side saw together; whom a router lets in shows in neither, so that two kinds look alike. */
const expected: readonly (readonly [Network, string])[] = [
  ["full-cone", nats["same-for-all"]],
  ["port-restricted", nats["same-for-all"]],
  ["symmetric", nats.differs],
  ["udp-blocked", nats.unknown],
];
const engines = (network: Network): readonly Engine[] =>
  network === "port-restricted" || network === "symmetric" ? ["chromium", "firefox"] : ["chromium"];
const both = expected.flatMap(([network, sentence]) =>
  engines(network).map((engine): [Network, Engine, string] => [network, engine, sentence]),
);

describe("the inspector behind real NATs", () => {
  /** Ada comes in with this browser and looks at her ways. */
  const withAda = async (
    engine: Engine,
    use: (reads: (text: string) => Promise<void>) => Promise<void>,
  ): Promise<void> => {
    const tab = await (await a.browser(engine)).openPage();
    try {
      const ada = await enter(tab, link, { name: "Ada", camera: false, mic: false });
      await ada.seesPeople("Bo");
      await ada.press("Inspector");
      await ada.sees("tab", "Addresses");
      await tab.page.click('[data-tab="ways"]');
      await ada.reads("succeeded, chosen");
      await use((text) => ada.reads(text));
    } finally {
      await tab.close();
    }
  };

  it.each(both)("[I9] %s, %s: says what its router is like", async (network, engine, sentence) => {
    await a.setNat(network);
    await withAda(engine, (reads) => reads(sentence));
  });

  it.each(["chromium", "firefox"] as const)(
    "[I9] servers that do not answer, %s: goes by what the other side saw",
    async (engine) => {
      await a.setNat("port-restricted");
      await a.hearNoServer();
      await withAda(engine, (reads) => reads(nats["one-answer"]));
    },
  );
});

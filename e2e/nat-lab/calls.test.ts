import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { causes } from "../../apps/web/src/words/causes-en.ts";
import { type Arrival, enter, type Person, privateLink } from "../harness/people.ts";
import { until } from "../harness/waiting.ts";
import type { Host } from "./host.ts";
import { meet } from "./meeting.ts";
import { sharedWorld, type World } from "./world.ts";

const isWhole = process.env["PARLOUR_NAT_MATRIX"] === "whole";

let world: World;
let a: Host;
let b: Host;
const people: Person[] = [];
beforeAll(async () => {
  world = await sharedWorld();
  [a, b] = [world.host("a"), world.host("b")];
});
afterEach(async () => {
  for (const { tab } of people.splice(0)) await tab.close();
  await Promise.all([a.setNat("port-restricted"), b.setNat("port-restricted")]);
});

/** Someone in the room page, in the browser of that host. */
async function person(host: Host, link: string, arrival: Arrival): Promise<Person> {
  const tab = await (await host.browser("chromium")).openPage();
  const entered = await enter(tab, link, arrival);
  people.push(entered);
  return entered;
}

describe("the page", () => {
  it("[N7] from networks with nothing but TCP 443, page, chat and pictures", async () => {
    await Promise.all([a.setNat("only-443"), b.setNat("only-443")]);
    const link = privateLink(world.server, "page-443");
    const ada = await person(a, link, { name: "Ada" });
    const bo = await person(b, link, { name: "Bo" });
    await ada.seesPeople("Bo");
    await bo.seesPeople("Ada");
    await Promise.all([ada.moves("Bo"), bo.moves("Ada")]);
    await ada.open("Chat");
    await bo.open("Chat");
    await ada.say("through one port");
    await bo.readsOnce("through one port");
  });

  it("[N6] where there is no way, the tile says why", async () => {
    await world.serve(["--turn", "off"]);
    try {
      const link = privateLink(world.server, "page-none");
      const ada = await person(a, link, { name: "Ada" });
      const bo = await person(b, link, { name: "Bo" });
      const [why] = causes["only-private-addresses"];
      await Promise.all([ada.figureSays("Bo", why), bo.figureSays("Ada", why)]);
    } finally {
      await world.serve();
    }
  });
});

describe("a call", () => {
  it("[N8] is made and goes on where one packet in twenty is lost, each way", async () => {
    await Promise.all([a.lose(0.05), b.lose(0.05)]);
    const meeting = await meet(world, [
      { host: a, engine: "chromium" },
      { host: b, engine: "chromium" },
    ]);
    try {
      await meeting.talks();
      const before = await meeting.frames();
      await until("many more pictures", async () =>
        (await meeting.frames()).every((count, side) => count > (before[side] ?? 0) + 30),
      );
    } finally {
      await meeting.close();
    }
  });

  it.skipIf(!isWhole)("[N9] outlives mappings that last 5 s, with nothing to say for 15 s", async () => {
    const meeting = await meet(
      world,
      [
        { host: a, engine: "chromium" },
        { host: b, engine: "chromium" },
      ],
      { publish: false },
    );
    try {
      await meeting.says();
      await Promise.all([a.expireMappings(5), b.expireMappings(5)]);
      const quietSince = Date.now();
      // Nothing happens, and that is the point: only time can tell.
      await until("15 s to pass", () => Date.now() - quietSince > 15_000);
      await meeting.says();
      for (const { page } of meeting.tabs) {
        const states = await page.evaluate(async () => {
          const { events } = await window.room.inspect();
          return events.flatMap(({ event, detail }) => (event === "connection-state" ? [detail] : []));
        });
        expect(states).toEqual(["connecting", "connected"]);
      }
    } finally {
      await meeting.close();
    }
  });
});

import { setTimeout as pass } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { pictureMoves, toneHeard } from "../harness/measure.ts";
import { enter, type Person, privateLink } from "../harness/people.ts";
import { until } from "../harness/waiting.ts";
import type { Host } from "./host.ts";
import { type Meeting, meet } from "./meeting.ts";
import { sharedWorld, type World } from "./world.ts";

const isLong = process.env["PARLOUR_LONG"] === "1";
/** A laptop closed over a coffee. That a seat is given up takes a minute and a half of it; `e2e/tests/stopped.test.ts` has that much in every run. */
const asleepMs = 600_000;
/** What a person waits for, at most, when the machine is busy: much longer than it takes. */
const patienceMs = 60_000;

interface Trouble {
  readonly title: string;
  /** Resolves when it is over, as far as it is ever over. */
  readonly happens: (host: Host, world: World) => Promise<unknown>;
  /** Sees to it that the next one finds all well. */
  readonly after?: (host: Host) => Promise<unknown>;
  /** In the long run alone: it takes its time. */
  readonly isSlow?: true;
}

const troubles: readonly Trouble[] = [
  {
    title: "another address in mid-call",
    happens: (host) => host.changeAddress(),
  },
  {
    title: "the network gone for three seconds, then another address",
    async happens(host) {
      const { host: machine } = host.namespaces;
      await machine.run(["ip", "addr", "flush", "dev", host.interface]);
      await machine.run(["ip", "link", "set", "dev", host.interface, "down"]);
      await pass(3_000);
      await host.changeAddress();
    },
    isSlow: true,
  },
  {
    title: "UDP blocked in mid-call",
    happens: (host) => host.blockUdp(),
    after: (host) => host.allowUdp(),
  },
  { title: "mappings forgotten by the router", happens: (host) => host.forgetMappings() },
  {
    title: "the server killed and started again",
    async happens(_, world) {
      await world.server.kill();
      await pass(2_000);
      await world.server.start();
    },
  },
  { title: "thirty seconds of silence", happens: (host) => host.silence(30_000), isSlow: true },
  {
    title: "forty seconds asleep",
    async happens(host) {
      await host.pause();
      await pass(40_000);
      await host.resume();
    },
    isSlow: true,
  },
];

describe("a call goes on", () => {
  let world: World;
  let meeting: Meeting | undefined;
  /** Two Chromiums, each behind a router, in a call that has just begun. */
  const twoAnew = async () => {
    await meeting?.close();
    const [a, b] = [world.host("a"), world.host("b")];
    await Promise.all([a.setNat("port-restricted"), b.setNat("port-restricted")]);
    const met = await meet(world, [
      { host: a, engine: "chromium" },
      { host: b, engine: "chromium" },
    ]);
    meeting = met;
    await met.talks(patienceMs);
    return { a, ...met };
  };
  beforeAll(async () => {
    world = await sharedWorld();
  });
  afterAll(async () => {
    await meeting?.close();
    await Promise.all(["a", "b"].map((name) => world.host(name).setNat("port-restricted")));
  });

  const pairs: readonly (readonly [Engine, Engine])[] = [
    ["chromium", "chromium"],
    ["firefox", "chromium"],
  ];
  for (const [first, second] of pairs)
    describe(`${first} and ${second}`, () => {
      beforeAll(async () => {
        await meeting?.close();
        const [a, b] = [world.host("a"), world.host("b")];
        await Promise.all([a.setNat("port-restricted"), b.setNat("port-restricted")]);
        meeting = await meet(world, [
          { host: a, engine: first },
          { host: b, engine: second },
        ]);
        await meeting.talks(patienceMs);
      }, 120_000);

      for (const { title, happens, after, isSlow } of troubles)
        it.skipIf(isSlow && !isLong)(`[L50][L51][S71] after: ${title}`, { timeout: 240_000 }, async () => {
          if (!meeting) throw new Error("nobody met");
          const { tabs } = meeting;
          // Whoever listens late misses what came before.
          for (const tab of tabs) await listen(tab);
          for (const tab of tabs) await beginCounting(tab);
          await happens(world.host("a"), world);
          await meeting.talks(patienceMs);
          for (const [tab, other] of [tabs, [...tabs].reverse()] as [TestPage, TestPage][]) {
            await toneHeard(tab, { selector: "video" }, patienceMs);
            const sent = await stopCounting(tab);
            expect(sent).toBeGreaterThan(0);
            await until(
              "what was counted",
              async () => (await counted(other)).got.length >= sent,
              patienceMs,
            );
            expect((await counted(other)).got).toEqual(Array.from({ length: sent }, (_, n) => n));
          }
          for (const tab of tabs) {
            expect((await counted(tab)).people).toEqual([]);
            await until("a link that says it is well", () => isWell(tab), patienceMs);
          }
          await after?.(world.host("a"));
        });
    });

  it.skipIf(!isLong)(
    "[L52] comes back as itself, when it slept for longer than its seat is kept",
    { timeout: asleepMs + 300_000 },
    async () => {
      const { a, tabs, talks } = await twoAnew();
      const [sleeper, other] = tabs;
      const identity = () => sleeper.page.evaluate(() => [window.room.self.id, window.room.self.name]);
      const known = () =>
        other.page.evaluate(() => [...window.room.peers.values()].map(({ id, name }) => [id, name]));
      const before = await identity();
      expect(await known()).toEqual([before]);
      const night = pass(asleepMs);
      await a.pause();
      await until("the seat to be given up", async () => (await known()).length === 0, 120_000);
      await night;
      await a.resume();
      await talks(patienceMs);
      expect(await identity()).toEqual(before);
      expect(await known()).toEqual([before]);
    },
  );

  it("[L133][L134][L137] of one way that lets checks through and nothing else: it says so, tries another connection, and is well again once that can be", {
    timeout: 180_000,
  }, async () => {
    const { a, tabs, talks } = await twoAnew();
    const [deaf, other] = tabs;
    for (const tab of tabs) await listen(tab);
    for (const tab of tabs) await beginCounting(tab);
    await a.hearChecksAlone();
    await until(
      "it to notice",
      async () => (await linkOf(deaf)).join() === "recovering,connected",
      patienceMs,
    );
    await until("another connection", async () => (await rebuildsOf(deaf)).includes("silence"), patienceMs);
    // There are no keys for it, either.
    expect(await linkOf(deaf)).not.toContain("connected");
    await a.hearChecksAlone(false);
    await talks(patienceMs);
    for (const [tab, receiver] of [
      [deaf, other],
      [other, deaf],
    ] as const) {
      const sent = await stopCounting(tab);
      await until("what was counted", async () => (await counted(receiver)).got.length >= sent, patienceMs);
      expect((await counted(receiver)).got).toEqual(Array.from({ length: sent }, (_, n) => n));
      expect((await counted(receiver)).people).toEqual([]);
    }
    for (const tab of tabs) await until("a link that says it is well", () => isWell(tab), patienceMs);
    expect(await rebuildsOf(deaf)).toEqual(["silence"]);
  });

  it.each(["full-cone", "symmetric"] as const)(
    "[L145] a way that was direct is so again after another address, of the one behind the %s NAT, whom the other finds by his checks alone or is found by so",
    { timeout: 180_000 },
    async (moves) => {
      await meeting?.close();
      const [a, b] = [world.host("a"), world.host("b")];
      await Promise.all([a.setNat(moves), b.setNat(moves === "symmetric" ? "full-cone" : "symmetric")]);
      const met = await meet(world, [
        { host: a, engine: "chromium" },
        { host: b, engine: "chromium" },
      ]);
      meeting = met;
      await met.talks(patienceMs);
      const paths = async () => (await met.ends()).map((end) => end?.path).join();
      await until("a direct way", async () => (await paths()) === "direct,direct", patienceMs);
      await a.changeAddress();
      await met.talks(patienceMs);
      let last = "";
      await until(
        "a direct way again",
        async () => {
          last = await paths();
          return last === "direct,direct";
        },
        patienceMs,
      ).catch((error: Error) => {
        throw new Error(`${error.message}; it is ${last}`);
      });
    },
  );

  it("[L51] the person sees that it reconnects, and then nothing of it any more", {
    timeout: 180_000,
  }, async () => {
    await meeting?.close();
    meeting = undefined;
    const [a, b] = [world.host("a"), world.host("b")];
    await Promise.all([a.setNat("port-restricted"), b.setNat("port-restricted")]);
    const link = privateLink(world.server, "seen");
    const people: Person[] = [];
    for (const [host, name] of [
      [a, "Ada"],
      [b, "Bo"],
    ] as const)
      people.push(await enter(await (await host.browser("chromium")).openPage(), link, { name }));
    const [ada, bo] = people as [Person, Person];
    await ada.moves("Bo");
    await bo.moves("Ada");
    await ada.say("before");
    await bo.readsOnce("before");
    const silence = a.silence(15_000);
    await bo.figureSays("Ada", "Reconnecting");
    await ada.say("meanwhile");
    await silence;
    await bo.figureSaysNot("Ada", "Reconnecting");
    await pictureMoves(bo.tab, { figure: "Ada" }, patienceMs);
    await bo.readsOnce("meanwhile");
    await bo.readsOnce("before");
    for (const person of people) {
      await person.seesPeople(person === ada ? "Bo" : "Ada");
      await person.tab.close();
    }
  });
});

/** Numbers are taken from now on, and who comes and goes is noted. */
async function listen({ page }: TestPage): Promise<void> {
  await page.evaluate(() => {
    const { room, kept } = window;
    const got: number[] = [];
    const people: string[] = [];
    const numbers = room.channel("numbers", { delivery: "exactly-once" });
    const offs = [
      numbers.on("message", (data) => got.push(data as number)),
      room.on("peer", ({ name }) => people.push(`${name} joined`)),
      room.on("peer-left", ({ name }, reason) => people.push(`${name} left: ${reason}`)),
    ];
    (kept["offs"] as (() => void)[] | undefined)?.forEach((off) => {
      off();
    });
    Object.assign(kept, { got, people, offs });
  });
}

/** Numbers go out all the time, exactly once each. */
async function beginCounting({ page }: TestPage): Promise<void> {
  await page.evaluate(() => {
    const sends: Promise<void>[] = [];
    const numbers = window.room.channel("numbers", { delivery: "exactly-once" });
    const timer = setInterval(() => sends.push(numbers.send(sends.length)), 100);
    window.kept["stop"] = async (): Promise<number> => {
      clearInterval(timer);
      await Promise.all(sends);
      return sends.length;
    };
  });
}

/** Ends it; resolves once all of them are acknowledged, with their number. */
const stopCounting = ({ page }: TestPage): Promise<number> =>
  page.evaluate(() => (window.kept["stop"] as () => Promise<number>)());

const counted = ({ page }: TestPage): Promise<{ got: number[]; people: string[] }> =>
  page.evaluate(() => ({
    got: window.kept["got"] as number[],
    people: window.kept["people"] as string[],
  }));

/** What the link says, and what its connection says of itself. */
const linkOf = ({ page }: TestPage): Promise<string[]> =>
  page.evaluate(() => {
    const [peer] = window.room.peers.values();
    return [peer?.link.state ?? "", peer?.link.connection?.connectionState ?? ""];
  });

/** Why there were other connections. */
const rebuildsOf = ({ page }: TestPage): Promise<string[]> =>
  page.evaluate(async () => {
    const { events } = await window.room.inspect();
    return events.filter(({ event }) => event === "rebuild").map(({ detail }) => String(detail));
  });

/** Connected, signaling too, and nothing to complain of but a detour over TCP. */
const isWell = ({ page }: TestPage): Promise<boolean> =>
  page.evaluate(() => {
    const [peer] = window.room.peers.values();
    const { state, diagnosis } = peer?.link ?? {};
    const isFine = diagnosis === undefined || diagnosis.code === "relayed-over-tcp";
    return window.room.state === "live" && state === "connected" && isFine && peer?.presence === "here";
  });

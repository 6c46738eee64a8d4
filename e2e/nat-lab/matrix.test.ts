import { beforeAll, describe, expect, it } from "vitest";
import type { Engine } from "../harness/browsers.ts";
import { patienceMs, until } from "../harness/waiting.ts";
import { type End, type Meeting, meet } from "./meeting.ts";
import { everyNetwork, expectedPath, type Network, networks } from "./networks.ts";
import { noteResult } from "./results.ts";
import { sharedWorld, type World } from "./world.ts";

type Pair = readonly [Network, Network];

/** Each kind of network, each reason for the relay, each way to it. Those of other addresses last: a browser is launched anew for them. */
const someOf: readonly Pair[] = [
  ["port-restricted", "port-restricted"],
  ["full-cone", "symmetric"],
  ["symmetric", "address-restricted"],
  ["port-restricted", "symmetric"],
  ["symmetric", "symmetric"],
  ["double", "double"],
  ["udp-blocked", "port-restricted"],
  ["symmetric", "only-443"],
  ["only-443", "only-443"],
  ["udp-blocked", "ipv6-only"],
  ["symmetric", "dual-stack"],
  ["ipv6-only", "dual-stack"],
  ["ipv6-only", "only-443"],
];
const isWhole = process.env["PARLOUR_NAT_MATRIX"] === "whole";
const pairs = isWhole
  ? everyNetwork.flatMap((one) => everyNetwork.map((other): Pair => [one, other]))
  : someOf;

const withFirefox: readonly (readonly [...Pair, Engine, Engine])[] = isWhole
  ? [
      ...everyNetwork.map((one) => [one, one, "firefox", "chromium"] as const),
      ...everyNetwork.map((one) => [one, one, "firefox", "firefox"] as const),
    ]
  : [
      ["port-restricted", "port-restricted", "firefox", "firefox"],
      ["symmetric", "only-443", "chromium", "firefox"],
    ];

describe("two networks", () => {
  let world: World;
  beforeAll(async () => {
    world = await sharedWorld();
  });

  async function connect([one, other]: Pair, engines: readonly [Engine, Engine]): Promise<readonly End[]> {
    const [a, b] = [world.host("a"), world.host("b")];
    await Promise.all([a.setNat(one), b.setNat(other)]);
    let found: { ends: readonly [End, End]; connectedMs: number } | undefined;
    const meeting = await meet(world, [
      { host: a, engine: engines[0] },
      { host: b, engine: engines[1] },
    ]);
    try {
      await meeting.talks();
      found = { ends: await settled(meeting, [one, other]), connectedMs: await meeting.connectedMs() };
      return found.ends;
    } finally {
      noteResult({ networks: [one, other], engines, ...found });
      await meeting.close();
    }
  }

  for (const [one, other] of pairs)
    it(`[N2][N3][N4] ${one} and ${other}: ${expectedPath(one, other)}`, async () => {
      const ends = await connect([one, other], ["chromium", "chromium"]);
      expect(ends.map(wayOf)).toEqual(expected([one, other]));
    });

  for (const [one, other, ...engines] of withFirefox)
    it(`[N5] ${one} with ${engines[0]} and ${other} with ${engines[1]}`, async () => {
      // Firefox may settle for the first way that works: that there is one is what counts.
      const ends = await connect([one, other], engines);
      if (expectedPath(one, other) === "relayed")
        expect(ends.map(({ path }) => path)).toEqual(["relayed", "relayed"]);
    });
});

/** What counts of a way: which one it is, and how the relay is reached. */
const wayOf = ({ path, relayBy }: End): string => (path === "relayed" ? `relayed by ${relayBy}` : path);

const expected = ([one, other]: Pair): readonly string[] =>
  [one, other].map((each) =>
    expectedPath(one, other) === "direct" ? "direct" : `relayed by ${networks[each].relayBy}`,
  );

/** The ways once they are what they should be, or what they are when that takes too long: browsers begin with the first that works. */
async function settled(meeting: Meeting, pair: Pair): Promise<readonly [End, End]> {
  const wanted = expected(pair).join();
  let last: readonly [End, End] | undefined;
  const look = async (): Promise<boolean> => {
    const [one, other] = await meeting.ends();
    if (one === undefined || other === undefined) return false;
    last = [one, other];
    return last.map(wayOf).join() === wanted;
  };
  const isFirefox = meeting.tabs.some(({ engine }) => engine === "firefox");
  await until(`${pair.join(" and ")} to be ${wanted}`, look, isFirefox ? 5_000 : patienceMs).catch(
    (error) => {
      if (last === undefined) throw error;
    },
  );
  if (last === undefined) throw new Error("no way was found");
  return last;
}

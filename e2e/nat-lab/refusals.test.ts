import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestPage } from "../harness/browsers.ts";
import { until } from "../harness/waiting.ts";
import { staged } from "../staged-failures.ts";
import { meet, type Visitor } from "./meeting.ts";
import type { Network } from "./networks.ts";
import { relayElsewhere, startRelayBeside } from "./relay-beside.ts";
import { sharedWorld, type World } from "./world.ts";

/** What one side says of a link that can't be. */
interface Finding {
  readonly code: string;
  readonly side?: "here" | "there";
}

const isWhole = process.env["PARLOUR_NAT_MATRIX"] === "whole";

/** Everyone's credentials are wrong, as after the relay's secret was changed. */
const withWrongCredentials = ({ page }: TestPage): Promise<unknown> =>
  page.evaluateOnNewDocument(() => {
    const wrong = (configuration: RTCConfiguration = {}): RTCConfiguration => ({
      ...configuration,
      iceServers: (configuration.iceServers ?? []).map((server) =>
        server.credential === undefined ? server : { ...server, credential: `not ${server.credential}` },
      ),
    });
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(wrong(configuration));
      }
      override setConfiguration(configuration?: RTCConfiguration): void {
        super.setConfiguration(wrong(configuration));
      }
    };
  });

describe("two networks that nothing joins", () => {
  let world: World;
  beforeAll(async () => {
    world = await sharedWorld();
  });
  afterAll(async () => {
    await Promise.all(["a", "b"].map((name) => world.host(name).setNat("port-restricted")));
    await world.serve();
  });

  /** Both come to a room; gives what each says once it says that, or what it says when that takes too long. */
  async function findings(
    networks: readonly [Network, Network],
    expected: readonly [Finding, Finding],
    prepare?: Visitor["prepare"],
  ): Promise<readonly Finding[]> {
    const [a, b] = [world.host("a"), world.host("b")];
    await Promise.all([a.setNat(networks[0]), b.setNat(networks[1])]);
    const meeting = await meet(world, [
      { host: a, engine: "chromium", ...(prepare === undefined ? {} : { prepare }) },
      { host: b, engine: "chromium" },
    ]);
    try {
      let last: Finding[] = [];
      const wanted = JSON.stringify(expected);
      await until(
        `the findings ${wanted}`,
        async () => {
          last = await Promise.all(meeting.tabs.map(findingOf));
          return JSON.stringify(last) === wanted;
        },
        60_000,
      ).catch(() => {});
      return last;
    } finally {
      await meeting.close();
    }
  }

  const table: readonly {
    readonly title: string;
    readonly flags: readonly string[];
    readonly networks: readonly [Network, Network];
    readonly expected: readonly [Finding, Finding];
    readonly prepare?: Visitor["prepare"];
    readonly isLong?: true;
  }[] = [
    {
      title: "without a relay, two private networks have private addresses alone",
      flags: ["--turn", "off"],
      networks: ["port-restricted", "port-restricted"],
      expected: [
        { code: "only-private-addresses", side: "here" },
        { code: "only-private-addresses", side: "here" },
      ],
    },
    {
      title: `${staged("relay refuses")}: says so, and the other side that it is not to be had there`,
      flags: [],
      networks: ["symmetric", "symmetric"],
      prepare: withWrongCredentials,
      expected: [
        { code: "relay-unauthorised", side: "here" },
        { code: "no-relay-candidate", side: "there" },
      ],
    },
    {
      title: "without a relay, IPv4 alone and IPv6 alone have nothing in common",
      flags: ["--turn", "off"],
      networks: ["port-restricted", "ipv6-only"],
      expected: [{ code: "no-common-family" }, { code: "no-common-family" }],
    },
    {
      title: "a relay that does not answer is not reached from here",
      flags: relayElsewhere("turn:parlour.test:9?transport=tcp"),
      networks: ["symmetric", "symmetric"],
      expected: [
        { code: "no-relay-candidate", side: "here" },
        { code: "no-relay-candidate", side: "here" },
      ],
      isLong: true,
    },
  ];
  for (const { title, flags, networks, expected, prepare, isLong } of table)
    it.skipIf(isLong && !isWhole)(`[N6][D9] ${title}`, async () => {
      await world.serve(flags);
      expect(await findings(networks, expected, prepare)).toEqual(expected);
    });

  it(`[N6][D9] ${staged("UDP blocked")}, and the relay takes UDP alone`, async () => {
    await world.serve(relayElsewhere("turn:parlour.test:3478?transport=udp"));
    const relay = await startRelayBeside(world);
    try {
      const expected = [
        { code: "udp-blocked", side: "here" },
        { code: "no-relay-candidate", side: "there" },
      ] as const;
      expect(await findings(["udp-blocked", "symmetric"], expected)).toEqual(expected);
    } finally {
      await relay.close();
    }
  });
});

/** With a sentence for people, or it does not count. */
function findingOf({ page }: TestPage): Promise<Finding> {
  return page.evaluate(() => {
    const [peer] = window.room.peers.values();
    const diagnosis = peer?.link.diagnosis;
    if (diagnosis === undefined || diagnosis.sentence === "") return { code: `none, ${peer?.link.state}` };
    const { code, side } = diagnosis;
    return { code, ...(side === undefined ? {} : { side }) };
  });
}

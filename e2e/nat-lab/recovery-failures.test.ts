import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TestPage } from "../harness/browsers.ts";
import type { TestServer } from "../harness/server.ts";
import { until } from "../harness/waiting.ts";
import { type Meeting, meet, type Visitor } from "./meeting.ts";
import type { Network } from "./networks.ts";
import { relayElsewhere, startRelayBeside } from "./relay-beside.ts";
import { sharedWorld, type World } from "./world.ts";

/**
 * Every way in which a link that stood can fail to come back, and what each side then says of it. What a link can't begin with is in
 * refusals.test.ts, and what the tiles show in staged-failures.test.ts; what takes its time runs in the long run alone.
 */
const isLong = process.env["PARLOUR_LONG"] === "1";
const patienceMs = 90_000;

interface Failure {
  readonly title: string;
  readonly flags?: readonly string[];
  /** Beside a server that hands out somebody else's: STUN and a relay at port 3478. */
  readonly relayBeside?: true;
  readonly networks?: readonly [Network, Network];
  readonly prepare?: Visitor["prepare"];
  readonly happens: (world: World, meeting: Meeting) => Promise<unknown>;
  /** Each side's code, and whose side it lies with. Of a page that stands still nothing is asked. */
  readonly says: readonly [string, string | undefined];
  readonly after?: (world: World) => Promise<unknown>;
  readonly isSlow?: true;
}

/** From `window.kept.isAnother` on, its connections have another certificate than its card names. */
const exchangeable = ({ page }: TestPage): Promise<unknown> =>
  page.evaluateOnNewDocument(() => {
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor({ certificates, ...rest }: RTCConfiguration = {}) {
        super(
          certificates === undefined || window.kept?.["isAnother"] === true
            ? rest
            : { ...rest, certificates },
        );
      }
    };
  });

/** From `window.kept.isGarbled` on, each signal that it sends has another last byte. */
const garbling = ({ page }: TestPage): Promise<unknown> =>
  page.evaluateOnNewDocument(() => {
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) {
      const isSignal = ArrayBuffer.isView(data) && window.kept?.["isGarbled"] === true;
      if (!isSignal) return send.call(this, data);
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      send.call(this, bytes);
    };
  });

const failures: readonly Failure[] = [
  {
    title: "the cable is pulled out",
    async happens(world) {
      const { namespaces, interface: used } = world.host("a");
      await namespaces.host.run(["ip", "link", "set", "dev", used, "down"]);
    },
    says: ["offline here", "silent there"],
    // With all that belongs to it.
    after: (world) => world.host("a").changeAddress(),
    isSlow: true,
  },
  {
    title: "the server is gone, and the network lets no more UDP through",
    async happens(world) {
      await world.server.kill();
      await world.host("a").blockUdp();
    },
    says: ["no-signaling here", "no-signaling here"],
    after: (world) => world.server.start(),
    isSlow: true,
  },
  {
    title: "the other page stands still",
    happens: (world) => world.host("b").pause(),
    says: ["silent there", undefined],
    after: (world) => world.host("b").resume(),
    isSlow: true,
  },
  {
    title: "a relay that takes UDP alone, and UDP is blocked",
    flags: relayElsewhere("turn:parlour.test:3478?transport=udp"),
    relayBeside: true,
    networks: ["symmetric", "symmetric"],
    happens: (world) => world.host("a").blockUdp(),
    says: ["udp-blocked here", "no-relay-candidate there"],
    isSlow: true,
  },
  {
    title: "another network with private addresses alone, without a relay",
    flags: ["--turn", "off"],
    networks: ["dual-stack", "dual-stack"],
    happens: (world) => world.host("a").setNat("port-restricted"),
    says: ["only-private-addresses here", "only-private-addresses there"],
    isSlow: true,
  },
  {
    title: "another network that is reached from nowhere, without a relay",
    flags: relayElsewhere("stun:parlour.test:3478"),
    relayBeside: true,
    networks: ["full-cone", "symmetric"],
    happens: (world) => world.host("a").setNat("symmetric"),
    says: ["no-route", "no-route"],
    isSlow: true,
  },
  {
    title: "the relay does not answer any more",
    flags: relayElsewhere("turn:parlour.test:3478?transport=tcp"),
    relayBeside: true,
    networks: ["symmetric", "symmetric"],
    happens: async () => beside?.stop(),
    says: ["no-relay-candidate here", "no-relay-candidate here"],
    isSlow: true,
  },
  {
    title: "the relay was started again with another secret",
    flags: relayElsewhere("turn:parlour.test:3478?transport=udp"),
    relayBeside: true,
    networks: ["symmetric", "symmetric"],
    async happens(world) {
      await beside?.close();
      beside = await startRelayBeside(world, "another long random text");
    },
    says: ["relay-unauthorised here", "relay-unauthorised here"],
    isSlow: true,
  },
  {
    title: "one side has IPv4 alone from then on and the other IPv6, without a relay",
    flags: ["--turn", "off"],
    networks: ["dual-stack", "dual-stack"],
    happens: (world) =>
      Promise.all([world.host("a").setNat("port-restricted"), world.host("b").setNat("ipv6-only")]),
    says: ["no-common-family", "no-common-family"],
    isSlow: true,
  },
  {
    title: "somebody else's certificate on the new connection",
    prepare: exchangeable,
    async happens(_, { tabs: [, bo] }) {
      await bo.page.evaluate(() => {
        window.kept["isAnother"] = true;
        window.room.simulate("link-lost");
      });
    },
    // Whoever was refused hears nothing more.
    says: ["wrong-fingerprint", "silent there"],
  },
  {
    title: "the other page says what makes no sense",
    prepare: garbling,
    async happens(_, { tabs: [, bo] }) {
      await bo.page.evaluate(() => {
        window.kept["isGarbled"] = true;
        window.room.simulate("link-lost");
      });
    },
    says: ["bad-signals", "silent there"],
  },
  {
    title: "a browser that makes no more connections",
    async happens(_, { tabs: [ada] }) {
      await ada.page.evaluate(() => {
        const many: RTCPeerConnection[] = [];
        window.kept["many"] = many;
        try {
          for (;;) many.push(new RTCPeerConnection());
        } catch {
          window.room.simulate("link-lost");
        }
      });
    },
    says: ["connection-refused", "silent there"],
  },
];

let beside: TestServer | undefined;

describe("a link that can't come back", () => {
  let world: World;
  let meeting: Meeting | undefined;
  let isOther = false;
  beforeAll(async () => {
    world = await sharedWorld();
  });
  afterEach(async () => {
    await meeting?.close();
    meeting = undefined;
    await beside?.close();
    beside = undefined;
    await Promise.all(["a", "b"].map((name) => world.host(name).setNat("port-restricted")));
  });
  afterAll(async () => {
    if (isOther) await world.serve();
  });

  for (const { title, flags, relayBeside, networks, prepare, happens, says, after, isSlow } of failures)
    it.skipIf(isSlow && !isLong)(`[L57] says why: ${title}`, { timeout: 200_000 }, async () => {
      if (flags !== undefined || isOther) await world.serve(flags);
      isOther = flags !== undefined;
      if (relayBeside) beside = await startRelayBeside(world);
      const hosts = [world.host("a"), world.host("b")] as const;
      const [one, other] = networks ?? ["port-restricted", "port-restricted"];
      await Promise.all([hosts[0].setNat(one), hosts[1].setNat(other)]);
      const visitor = (host: (typeof hosts)[number]): Visitor => ({
        host,
        engine: "chromium",
        ...(prepare === undefined ? {} : { prepare }),
      });
      meeting = await meet(world, [visitor(hosts[0]), visitor(hosts[1])]);
      await meeting.talks(60_000);
      await happens(world, meeting);
      const found: (string | undefined)[] = [];
      try {
        for (const [i, expected] of says.entries()) {
          const tab = meeting.tabs[i] as TestPage;
          if (expected === undefined) continue;
          await until(
            `"${expected}"`,
            async () => {
              found[i] = await findingOf(tab);
              return found[i] === expected;
            },
            patienceMs,
          ).catch(() => {});
        }
        expect(found.join(", ")).toBe(says.filter((each) => each !== undefined).join(", "));
      } finally {
        await after?.(world);
      }
    });
});

/** With a sentence for people and something to try, or it does not count. */
function findingOf({ page }: TestPage): Promise<string> {
  return page.evaluate(() => {
    const [peer] = window.room.peers.values();
    const { state, diagnosis } = peer?.link ?? {};
    if (!diagnosis?.sentence || !diagnosis.hint || diagnosis.isWorking) return `none, ${state}`;
    return [diagnosis.code, diagnosis.side].filter(Boolean).join(" ");
  });
}

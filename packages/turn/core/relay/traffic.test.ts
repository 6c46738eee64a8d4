import { describe, expect, it } from "vitest";
import { formatHost } from "../address.ts";
import { makePeerPolicy } from "../peers/policy.ts";
import { attributes, methods } from "../stun/registry.ts";
import { openMode } from "./open-mode.fixture.ts";
import { at, bytesOf, type Client, Rehearsal } from "./rehearsal.fixture.ts";

type Transport = "udp" | "tcp" | "tls";

/** Two clients with allocations that may talk to each other. */
function pair(
  rehearsal: Rehearsal,
  transports: readonly [Transport, Transport] = ["udp", "udp"],
  ids: readonly [string, string] = ["ada", "bob"],
): readonly [Client, Client] {
  const [ada, bob] = [
    rehearsal.client("198.51.100.1", { transport: transports[0], id: ids[0] }),
    rehearsal.client("2a01::2", { transport: transports[1], id: ids[1] }),
  ];
  for (const client of [ada, bob]) client.allocate();
  for (const client of [ada, bob]) client.permit(at("192.0.2.1"));
  return [ada, bob];
}
const place = ({ relayed }: Client): string => `${formatHost(relayed.bytes)}:${relayed.port}`;

describe("between allocations", () => {
  it("[T40] data comes in a channel when there is one, else in an indication, however it was sent", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal);
    ada.send(bob.relayed, bytesOf("one"));
    expect(bob.heard()).toEqual([`${place(ada)}: one`]);
    ada.bind(0x4001, bob.relayed);
    ada.channel(0x4001, bytesOf("two"));
    expect(bob.heard()).toEqual([`${place(ada)}: two`]);
    bob.bind(0x7fff, ada.relayed);
    ada.channel(0x4001, bytesOf("three"));
    ada.send(bob.relayed, bytesOf("four"));
    expect(bob.heard()).toEqual(["channel 32767: three", "channel 32767: four"]);
    bob.send(ada.relayed, bytesOf("five"));
    expect(ada.heard()).toEqual(["channel 16385: five"]);
    expect(rehearsal.relay.statistics).toMatchObject({ relayedPackets: 5, relayedBytes: 3 + 3 + 5 + 4 + 4 });
  });

  it("[T40] every length comes through whole, in every form", () => {
    for (const transports of [
      ["udp", "udp"],
      ["tcp", "tls"],
    ] as const) {
      const rehearsal = new Rehearsal();
      const [ada, bob] = pair(rehearsal, transports);
      for (let size = 0; size < 20; size++) {
        const text = "x".repeat(size);
        ada.send(bob.relayed, bytesOf(text));
        ada.send(bob.relayed, bytesOf(text), (writer) => writer.attribute(0x8022, bytesOf("some software")));
        expect(bob.heard()).toEqual([`${place(ada)}: ${text}`, `${place(ada)}: ${text}`]);
      }
      ada.bind(0x4000, bob.relayed);
      for (let size = 0; size < 20; size++) {
        ada.channel(0x4000, bytesOf("x".repeat(size)));
        expect(bob.heard()).toEqual([`${place(ada)}: ${"x".repeat(size)}`]);
      }
      bob.bind(0x4000, ada.relayed);
      for (let size = 0; size < 20; size++) {
        ada.channel(0x4000, bytesOf("x".repeat(size)));
        ada.send(bob.relayed, bytesOf("y".repeat(size)));
        expect(bob.heard()).toEqual([
          `channel 16384: ${"x".repeat(size)}`,
          `channel 16384: ${"y".repeat(size)}`,
        ]);
      }
    }
  });

  it("[T41] padding is passed over, and made for streams", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal, ["udp", "tcp"]);
    ada.bind(0x4000, bob.relayed);
    bob.bind(0x4001, ada.relayed);
    for (const padding of [0, 1, 3]) {
      ada.channel(0x4000, bytesOf("hello"), padding);
      expect(bob.take().map((bytes) => Uint8Array.from(bytes))).toEqual([
        Uint8Array.of(0x40, 1, 0, 5, ...bytesOf("hello"), 0, 0, 0),
      ]);
    }
    bob.channel(0x4001, bytesOf("hello"), 3);
    expect(ada.take().map((bytes) => Uint8Array.from(bytes))).toEqual([
      Uint8Array.of(0x40, 0, 0, 5, ...bytesOf("hello")),
    ]);
  });

  it("[T1] ChannelData that is longer than its packet goes nowhere", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal);
    ada.bind(0x4000, bob.relayed);
    for (const bytes of [[0x40, 0, 0, 1], [0x40, 0, 0xff, 0xff, 1, 2], [0x40, 0, 0], [0x40]])
      expect(ada.raw(Uint8Array.from(bytes))).toEqual([]);
    expect(bob.take()).toEqual([]);
    const { droppedPackets } = rehearsal.relay.statistics;
    expect(droppedPackets.malformed).toBe(2);
    ada.channel(0x4001, bytesOf("no such channel"));
    rehearsal.client().channel(0x4000, bytesOf("no allocation"));
    rehearsal.client().send(bob.relayed, bytesOf("no allocation"));
    expect(droppedPackets).toMatchObject({ "no-channel": 1, "no-allocation": 2 });
  });

  it("[T1] Send indications that are not whole go nowhere", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal);
    const good = (): Uint8Array => {
      const before = rehearsal.sent.length;
      ada.send(bob.relayed, bytesOf("abcd"));
      expect(rehearsal.sent).toHaveLength(before + 1);
      // What was sent was written over the indication: its type is put back, and the peer.
      const bytes = (rehearsal.sent.at(-1)?.bytes ?? new Uint8Array()).slice();
      bytes[1] = 0x16;
      bytes[26] = (bob.relayed.port >> 8) ^ 0x21;
      bytes[27] = (bob.relayed.port & 255) ^ 0x12;
      return bytes;
    };
    const bytes = good();
    expect(ada.raw(bytes.slice())).toEqual([]);
    expect(bob.heard()).toHaveLength(2);
    for (const [at, byte] of [
      [3, 4],
      [4, 0],
      [23, 7],
      [25, 3],
      [35, 200],
      [21, 0x13],
      [33, 0x55],
    ] as const) {
      const broken = bytes.slice();
      broken[at] = byte;
      ada.raw(broken);
      expect(bob.take(), `byte ${at}`).toEqual([]);
    }
    for (let size = 20; size < bytes.length; size++) ada.raw(bytes.slice(0, size));
    expect(bob.take()).toEqual([]);
  });

  it("[T42] DONT-FRAGMENT is not understood", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal);
    ada.send(bob.relayed, bytesOf("big"), (writer) => writer.attribute(0x001a, new Uint8Array()));
    expect(bob.take()).toEqual([]);
    const cy = rehearsal.client();
    expect(cy.allocate((writer) => writer.attribute(0x001a, new Uint8Array())).code).toBe(420);
  });

  it("[T43] in closed mode nothing leaves but to clients", () => {
    const rehearsal = new Rehearsal();
    const [ada] = pair(rehearsal);
    ada.path.allocation?.permissions.set(0x08080808, rehearsal.now + 1e6);
    ada.send(at("192.0.2.1", 9), bytesOf("nobody"));
    ada.send(at("8.8.8.9", 9999), bytesOf("outside"));
    expect(rehearsal.relay.statistics.droppedPackets).toMatchObject({ "no-peer": 1, "no-permission": 1 });
    expect(rehearsal.emitted).toEqual([]);
    expect(rehearsal.others.filter(({ kind }) => kind === "bind" || kind === "unbind")).toEqual([]);
  });

  it("[T45] the bytes of an allocation and of the server are limited", () => {
    for (const limits of [
      { allocationBytes: { perSecond: 100, burst: 250 } },
      { totalBytes: { perSecond: 100, burst: 250 } },
    ]) {
      const rehearsal = new Rehearsal({ limits });
      const [ada, bob] = pair(rehearsal);
      const burst = (): number => {
        for (let i = 0; i < 5; i++) ada.send(bob.relayed, new Uint8Array(100));
        return bob.take().length;
      };
      expect(burst()).toBe(2);
      rehearsal.now += 1000;
      expect(burst()).toBe(1);
      expect(rehearsal.relay.statistics.droppedPackets.rate).toBe(7);
    }
  });
});

describe("open mode", () => {
  const mode = openMode(
    ["8.8.4.4", "2a00::1"],
    makePeerPolicy(["10.9.0.0/16", "::1"], ["9.9.9.0/24"], ["5.5.5.5"]),
  );

  it("[T40] data goes out of the allocation's port, and comes back from who has permission", () => {
    const rehearsal = new Rehearsal({ mode });
    const ada = rehearsal.client();
    ada.allocate();
    const peer = at("1.1.1.1", 7000);
    ada.send(peer, bytesOf("too early"));
    ada.permit(peer);
    ada.send(peer, bytesOf("one"));
    ada.bind(0x4000, peer);
    ada.channel(0x4000, bytesOf("two"));
    expect(rehearsal.emitted.map(({ to, bytes }) => [formatHost(to.bytes), to.port, [...bytes]])).toEqual([
      ["1.1.1.1", 7000, [...bytesOf("one")]],
      ["1.1.1.1", 7000, [...bytesOf("two")]],
    ]);
    const { allocation } = ada.path;
    if (allocation === undefined) throw new Error("no allocation");
    for (const from of [peer, at("1.1.1.1", 7001), at("1.1.1.2", 7000)])
      rehearsal.perform(rehearsal.relay.receiveFromPeer(allocation, from, bytesOf("back"), rehearsal.now));
    expect(ada.heard()).toEqual(["channel 16384: back", "1.1.1.1:7001: back"]);
  });

  it("[T44] what can't be permitted can't be sent to, and ports below 1024 neither", () => {
    const rehearsal = new Rehearsal({ mode });
    const [four, six] = [rehearsal.client(), rehearsal.client("2a01::1")];
    for (const client of [four, six]) client.allocate();
    for (const host of ["9.9.9.9", "5.5.5.5", "127.0.0.1", "10.8.0.1", "224.0.0.1", "255.255.255.255"]) {
      expect(four.permit(at(host)).code, host).toBe(403);
      four.send(at(host), bytesOf("no"));
    }
    for (const host of ["::", "fe80::1", "fc00::1", "ff02::1", "2002:7f00:1::1", "2001::1", "2001:db8::1"])
      expect(six.permit(at(host)).code, host).toBe(403);
    expect(four.permit(at("1.1.1.1"), at("10.9.1.1")).ok).toBe(true);
    expect(six.permit(at("2a02::1"), at("::1")).ok).toBe(true);
    expect(four.bind(0x4000, at("1.1.1.1", 53)).code).toBe(403);
    four.send(at("1.1.1.1", 53), bytesOf("no"));
    expect(rehearsal.emitted).toEqual([]);
    expect(rehearsal.relay.statistics.droppedPackets.denied).toBe(1);
    four.send(at("1.1.1.1", 1024), bytesOf("yes"));
    expect(rehearsal.emitted).toHaveLength(1);
  });

  it("[T44] IPv4 in IPv6's clothes is refused in each of its forms", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["2a00::1"], makePeerPolicy(["127.0.0.0/8"], [], [])) });
    const six = rehearsal.client("2a01::1");
    six.allocate();
    const v4 = [127, 0, 0, 1];
    const zeros = (count: number): number[] => new Array<number>(count).fill(0);
    const forms = {
      mapped: [...zeros(10), 255, 255, ...v4],
      compatible: [...zeros(12), ...v4],
      nat64: [0, 0x64, 0xff, 0x9b, ...zeros(8), ...v4],
      localNat64: [0, 0x64, 0xff, 0x9b, 0, 1, ...zeros(6), ...v4],
      sixToFour: [0x20, 0x02, ...v4, ...zeros(10)],
    };
    for (const [form, bytes] of Object.entries(forms)) {
      const peer = { family: 6, bytes: Uint8Array.from(bytes), port: 5000 } as const;
      expect(six.permit(peer).code, form).toBe(403);
      expect(six.bind(0x4000, peer).code, form).toBe(403);
    }
  });

  it("[T46] two allocations are switched in memory, and nothing else of this address is reached", () => {
    const rehearsal = new Rehearsal({ mode });
    const [ada, bob] = [rehearsal.client(), rehearsal.client("198.51.100.8")];
    for (const client of [ada, bob]) client.allocate();
    for (const client of [ada, bob]) expect(client.permit(at("8.8.4.4")).ok).toBe(true);
    ada.send(bob.relayed, bytesOf("hi"));
    expect(bob.heard()).toEqual([`${place(ada)}: hi`]);
    ada.send(at("8.8.4.4", 3478), bytesOf("the server itself"));
    expect(rehearsal.emitted).toEqual([]);
    expect(rehearsal.relay.statistics.droppedPackets["no-peer"]).toBe(1);
  });
});

describe("labs", () => {
  const delays = (rehearsal: Rehearsal): number[] => rehearsal.sent.splice(0).map(({ delayMs }) => delayMs);

  it("[T60] delay each packet, in both directions", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal, ["udp", "udp"], ["lab;delay=80;ada", "bob"]);
    delays(rehearsal);
    ada.send(bob.relayed, bytesOf("up"));
    bob.send(ada.relayed, bytesOf("down"));
    expect(delays(rehearsal)).toEqual([80, 80]);
    expect(ada.refresh(600).ok).toBe(true);
    expect(delays(rehearsal)).toEqual([0]);
  });

  it("[T60] add jitter and keep the order", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal, ["udp", "udp"], ["lab;delay=10;jitter=50;ada", "bob"]);
    delays(rehearsal);
    for (let i = 0; i < 100; i++) ada.send(bob.relayed, bytesOf("up"));
    const all = delays(rehearsal);
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(all[0]).toBeGreaterThanOrEqual(10);
    expect(all.at(-1)).toBeLessThanOrEqual(60);
    expect(new Set(all).size).toBeGreaterThan(1);
  });

  it("[T60] lose a share", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal, ["udp", "udp"], ["lab;loss=0.25;ada", "bob"]);
    for (let i = 0; i < 2000; i++) ada.send(bob.relayed, bytesOf("up"));
    const lost = rehearsal.relay.statistics.droppedPackets.lab;
    // Five standard deviations.
    expect(Math.abs(lost - 500)).toBeLessThan(100);
    expect(bob.take()).toHaveLength(2000 - lost);
  });

  it("[T60] hold a line to its rate, and hold a second of it", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal, ["udp", "udp"], ["lab;rate=80000;ada", "bob"]);
    delays(rehearsal);
    for (let i = 0; i < 30; i++) ada.send(bob.relayed, new Uint8Array(1000));
    // 1000 bytes take 100 ms.
    expect(delays(rehearsal)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100]);
    rehearsal.now += 1000;
    ada.send(bob.relayed, new Uint8Array(1000));
    expect(delays(rehearsal)).toEqual([200]);
  });

  it("[T60] count the way out of real ports too", () => {
    const rehearsal = new Rehearsal({ mode: openMode(["8.8.4.4"]) });
    const ada = rehearsal.client(undefined, { id: "lab;loss=1;ada" });
    ada.allocate();
    ada.permit(at("1.1.1.1"));
    ada.send(at("1.1.1.1"), bytesOf("lost"));
    expect(rehearsal.emitted).toEqual([]);
  });

  it("[T61] a mark that can't be read is no username", () => {
    const rehearsal = new Rehearsal();
    for (const id of [
      "lab;delay=;x",
      "lab;speed=1;x",
      "lab;loss=2;x",
      "lab;delay=1e3;x",
      "lab;delay=-1;x",
      "lab;nonsense;x",
    ])
      expect(rehearsal.client(undefined, { id }).allocate().code, id).toBe(401);
    for (const id of ["lab;x", "laboratory", "lab;delay=1;loss=0.5;", "x;lab;delay=1"])
      expect(rehearsal.client(undefined, { id }).allocate().ok, id).toBe(true);
  });
});

describe("methods over Send's path", () => {
  it("[T5] a Send with an attribute that must be understood is lost, with another it is not", () => {
    const rehearsal = new Rehearsal();
    const [ada, bob] = pair(rehearsal);
    ada.send(bob.relayed, bytesOf("no"), (writer) => writer.number(0x7abc, 1));
    ada.send(bob.relayed, bytesOf("yes"), (writer) => writer.number(0x8abc, 1));
    expect(bob.heard()).toEqual([`${place(ada)}: yes`]);
    expect(attributes.data).toBe(0x0013);
    expect(methods.send).toBe(0x006);
  });
});

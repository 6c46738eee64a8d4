import { createSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import type { Path } from "../core/index.ts";
import { MessageWriter } from "../core/stun/encode.ts";
import { methods } from "../core/stun/registry.ts";
import { endpoint, RealClient } from "./real-client.fixture.ts";
import { closeLater, make, udpPaths } from "./running.fixture.ts";
import { UdpListener } from "./udp.ts";
import { UdpEverywhere } from "./udp-everywhere.ts";

describe("a machine with several addresses", () => {
  it("[T55] follows addresses that come and go, and ends what was there", async () => {
    const closed: Path[] = [];
    let addresses = ["127.0.0.1", "127.0.0.77"];
    const intake = { receive: () => {}, closed: (path: Path) => void closed.push(path) };
    const everywhere = await UdpEverywhere.open(
      (host, port) => UdpListener.open(intake, host, port),
      0,
      () => addresses,
    );
    closeLater(() => everywhere.close());
    addresses = ["127.0.0.1", "127.0.0.78", "203.0.113.77"];
    await everywhere.refresh();
    // The last is not this machine's: it is tried again later.
    expect(everywhere.addresses).toEqual(["127.0.0.1", "127.0.0.78"]);
    const free = createSocket("udp4");
    free.bind({ port: everywhere.port, address: "127.0.0.77", exclusive: true });
    await once(free, "listening");
    free.close();
  });

  it("[T54] a port that is taken on one address is taken", async () => {
    const taken = createSocket("udp4");
    closeLater(() => taken.close());
    taken.bind({ port: 0, address: "127.0.0.1", exclusive: true });
    await once(taken, "listening");
    const intake = { receive: () => {}, closed: () => {} };
    const open = (host: string, port: number) => UdpListener.open(intake, host, port);
    await expect(UdpEverywhere.open(open, taken.address().port)).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });
});

describe.each(udpPaths)("UDP by $by, on a machine with several addresses", ({ how }) => {
  it("[T55] answers by the address that was asked", async () => {
    const server = make(how);
    const { port } = await server.listenUdp({ port: 0 });
    const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const hosts = own.filter(({ family }) => family === "IPv4").map(({ address }) => address);
    expect(hosts).toContain("127.0.0.1");
    // From each address to each other: routing would answer by the one that it was asked from.
    for (const from of hosts) {
      for (const to of hosts) {
        const socket = createSocket("udp4");
        closeLater(() => socket.close());
        socket.bind(0, from);
        await once(socket, "listening");
        socket.send(new MessageWriter(methods.binding, "request", new Uint8Array(12)).finish(), port, to);
        const [, answer] = (await once(socket, "message")) as [Buffer, { address: string; port: number }];
        expect([answer.address, answer.port]).toEqual([to, port]);
      }
    }
  });

  it("[T26] closing a listener ends the allocations of its clients", async () => {
    const server = make(how);
    const listener = await server.listenUdp({ port: 0, host: "127.0.0.1" });
    const [ada, bob] = [
      await RealClient.connect("udp", listener.port),
      await RealClient.connect("udp", (await server.listenUdp({ port: 0, host: "127.0.0.1" })).port),
    ];
    for (const client of [ada, bob]) {
      closeLater(() => client.wire.close());
      await client.allocate();
      await client.permit(endpoint("192.0.2.1", 1));
    }
    await listener.close();
    expect(server.stats()).toMatchObject({ allocations: 1, allocationsEnded: { closed: 1 } });
  });
});

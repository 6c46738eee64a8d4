import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, expect, it } from "vitest";
import { selfSigned } from "./certificate.fixture.ts";
import { endpoint } from "./real-client.fixture.ts";
import { closeLater, connect, introduce, local, make, until } from "./running.fixture.ts";

describe("limits of connections", () => {
  it("[T51] there are so many per address and in all", async () => {
    const server = make({ limits: { connectionsPerAddress: 2, connections: 3 } });
    const { port } = await server.listenTcp(local);
    const kept = [await connect("tcp", port), await connect("tcp", port)];
    for (const client of kept) expect(await client.binding()).toBeDefined();
    const third = await connect("tcp", port);
    await third.wire.ended;
    expect(server.stats().connections).toBe(2);
    kept[0]?.wire.close();
    await until(() => server.stats().connections === 1);
    expect(await (await connect("tcp", port)).binding()).toBeDefined();
  });

  it("[T51] TLS counts before its handshake", async () => {
    const server = make({ limits: { connectionsPerAddress: 1 } });
    const { port } = await server.listenTls({ ...local, ...selfSigned() });
    const silent = connectTcp(port, "127.0.0.1");
    closeLater(() => silent.destroy());
    await once(silent, "connect");
    await until(() => server.stats().connections === 1);
    const second = connectTcp(port, "127.0.0.1");
    second.on("error", () => {});
    await once(second, "close");
    expect(server.stats().connections).toBe(1);
  });

  it("[T51] one without an allocation may not be idle, one with may", async () => {
    let now = Date.now();
    const server = make({ now: () => now, limits: { idleConnectionMs: 5000 } });
    const { port } = await server.listenTcp(local);
    const [idle, holding] = [await connect("tcp", port), await connect("tcp", port)];
    await idle.binding();
    await holding.allocate();
    now += 5000;
    await idle.wire.ended;
    await until(() => server.stats().connections === 1);
    expect(server.stats().allocations).toBe(1);
    expect((await holding.request(0x004)).class).toBe("success");
  });

  it("[T7] a stream of something else is closed", async () => {
    const server = make();
    const { port } = await server.listenTcp(local);
    for (const text of [
      "GET / HTTP/1.1\r\n\r\n",
      "\u0016\u0003\u0001",
      "\u0000\u0001\u0000\u0000no cookie",
    ]) {
      const client = await connect("tcp", port);
      client.wire.send(Buffer.from(text, "latin1"));
      await client.wire.ended;
    }
    expect(server.stats().faults).toBe(0);
  });

  it("[T52] data for who does not read is lost and does not wait", async () => {
    const server = make({ limits: { waitingBytes: 65_536 } });
    const [udp, tcp] = [await server.listenUdp(local), await server.listenTcp(local)];
    const [ada, bob] = [await connect("udp", udp.port), await connect("tcp", tcp.port)];
    await introduce(ada, bob);
    await ada.bind(0x4000, bob.relayed ?? endpoint("0.0.0.0", 0));
    bob.wire.socket?.pause();
    while (server.stats().droppedUnread === 0) {
      for (let i = 0; i < 20; i++) ada.channel(0x4000, Buffer.alloc(8000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(server.stats()).toMatchObject({ allocations: 2, faults: 0 });
    bob.wire.socket?.resume();
    const before = bob.heard.length;
    await until(() => bob.heard.length > before);
  });
});

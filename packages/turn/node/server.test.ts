import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { get } from "node:https";
import { createServer } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { formatHost } from "../core/index.ts";
import { attributes } from "../core/stun/registry.ts";
import { selfSigned } from "./certificate.fixture.ts";
import { createTurnServer, looksLikeStun, TurnOptionError, type TurnServerOptions } from "./index.ts";
import { codeOf, endpoint, type RealClient, secret } from "./real-client.fixture.ts";
import { closeLater, connect, introduce, local, make, udpPaths, until } from "./running.fixture.ts";

/** Sockets at two ports side by side, whatever else runs on this machine. */
async function neighbours(): Promise<[Socket, Socket]> {
  for (;;) {
    const [one, other] = [createSocket("udp4"), createSocket("udp4")];
    one.bind(0, "127.0.0.1");
    await once(one, "listening");
    const bound = once(other, "listening");
    other.bind({ port: one.address().port + 1, address: "127.0.0.1", exclusive: true });
    if (
      await bound.then(
        () => true,
        () => false,
      )
    )
      return [one, other];
    one.close();
  }
}

describe.each(udpPaths)("UDP by $by:", ({ how }) => {
  describe("sockets", () => {
    it("[T50] every transport reaches every other, over IPv4 and IPv6", async () => {
      const server = make(how);
      const certificate = selfSigned();
      const ports = {
        udp: (await server.listenUdp({ port: 0 })).port,
        tcp: (await server.listenTcp({ port: 0 })).port,
        tls: (await server.listenTls({ port: 0, ...certificate })).port,
      };
      const clients: RealClient[] = [];
      for (const transport of ["udp", "tcp", "tls"] as const)
        for (const host of ["127.0.0.1", "::1"])
          clients.push(await connect(transport, ports[transport], { host }));
      for (const client of clients) {
        await client.allocate();
        expect(formatHost(client.relayed?.bytes ?? new Uint8Array())).toBe("192.0.2.1");
      }
      expect(clients.map(({ mapped }) => formatHost(mapped?.bytes ?? new Uint8Array()))).toEqual([
        "127.0.0.1",
        "::1",
        "127.0.0.1",
        "::1",
        "127.0.0.1",
        "::1",
      ]);
      expect(server.stats()).toMatchObject({
        allocations: 6,
        allocationsBy: { udp: 2, tcp: 2, tls: 2 },
        connections: 4,
      });
      for (const client of clients) await client.permit(endpoint("192.0.2.1", 1));
      for (const [index, from] of clients.entries())
        for (const to of clients) from.send(to.relayed ?? endpoint("0.0.0.0", 0), `from ${index}`);
      const all = clients.map((_, index) => `from ${index}`).sort();
      for (const client of clients) expect([...(await client.hears(6))].sort()).toEqual(all);
    });

    it("[T50] channels over TCP and TLS carry large packets whole and in order", async () => {
      const server = make(how);
      const { port } = await server.listenTcp(local);
      const tls = await server.listenTls({ ...local, ...selfSigned() });
      const [ada, bob] = [await connect("tcp", port), await connect("tls", tls.port)];
      await introduce(ada, bob);
      await ada.bind(0x4000, bob.relayed ?? endpoint("0.0.0.0", 0));
      await bob.bind(0x4001, ada.relayed ?? endpoint("0.0.0.0", 0));
      const texts = Array.from({ length: 40 }, (_, index) => `${index}:`.padEnd(1 + index * 250, "x"));
      texts.push("y".repeat(60_000));
      for (const text of texts) ada.channel(0x4000, Buffer.from(text));
      expect(await bob.hears(41)).toEqual(texts);
      expect(server.stats().droppedUnread).toBe(0);
    });

    it("[T50] a connection that another listener accepted is taken over", async () => {
      const server = make(how);
      const front = createServer((socket) => {
        socket.once("readable", () => {
          const first: Buffer = socket.read() ?? Buffer.alloc(0);
          if (looksLikeStun(first[0] ?? 255)) server.handle(socket, first);
          else socket.end("HTTP");
        });
      });
      front.listen(0, "127.0.0.1");
      await once(front, "listening");
      closeLater(() => front.close());
      const address = front.address();
      const client = await connect("tcp", typeof address === "object" ? (address?.port ?? 0) : 0);
      expect((await client.allocate()).class).toBe("success");
      expect(server.stats()).toMatchObject({ connections: 1, allocations: 1 });
      client.wire.close();
      await until(() => server.stats().connections === 0);
      expect(server.stats()).toMatchObject({ allocations: 0, allocationsEnded: { closed: 1 } });
    });

    it("[T50] one TLS port serves HTTPS and TURN, as in docs/turn.md", async () => {
      const server = make(how);
      const http = createHttpServer((_request, response) => response.end("a page"));
      const front = createTlsServer(selfSigned(), (socket) => {
        socket.once("readable", () => {
          const first: Buffer = socket.read() ?? Buffer.alloc(0);
          if (looksLikeStun(first[0] ?? 255)) {
            server.handle(socket, first);
            return;
          }
          socket.unshift(first);
          http.emit("connection", socket);
        });
      });
      front.listen(0, "127.0.0.1");
      await once(front, "listening");
      closeLater(() => front.close());
      const address = front.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      const [ada, bob] = [await connect("tls", port), await connect("tls", port)];
      await introduce(ada, bob);
      ada.send(bob.relayed ?? endpoint("0.0.0.0", 0), "over one port");
      expect(await bob.hears(1)).toEqual(["over one port"]);
      expect(server.stats()).toMatchObject({ connections: 2, allocationsBy: { tls: 2 } });
      const page = await new Promise<string>((resolve, reject) => {
        get({ host: "127.0.0.1", port, rejectUnauthorized: false, agent: false }, async (response) => {
          let text = "";
          for await (const chunk of response) text += chunk;
          resolve(text);
        }).on("error", reject);
      });
      expect(page).toBe("a page");
      for (const client of [ada, bob]) client.wire.close();
      await until(() => server.stats().connections === 0);
    });

    it("[T50] new connections get a renewed certificate", async () => {
      const server = make(how);
      const [first, second] = [selfSigned(), selfSigned()];
      const listener = await server.listenTls({ ...local, ...first });
      const fingerprint = async (): Promise<string> => {
        const socket = connectTls({ host: "127.0.0.1", port: listener.port, rejectUnauthorized: false });
        await once(socket, "secureConnect");
        const found = socket.getPeerCertificate().fingerprint256;
        socket.destroy();
        return found;
      };
      const before = await fingerprint();
      expect(await fingerprint()).toBe(before);
      listener.renew(second);
      expect(await fingerprint()).not.toBe(before);
      await until(() => server.stats().connections === 0);
    });

    it("[T26] a connection that closes takes its allocation along", async () => {
      const server = make(how);
      const tls = await server.listenTls({ ...local, ...selfSigned() });
      const client = await connect("tls", tls.port);
      await client.allocate();
      client.wire.close();
      await until(() => server.stats().allocations === 0);
      await until(() => server.stats().connections === 0);
      expect(server.stats().allocationsEnded.closed).toBe(1);
    });

    it("[T27] dropUser ends allocations over UDP and streams; the connection stays", async () => {
      const server = make(how);
      const [udp, tcp] = [await server.listenUdp(local), await server.listenTcp(local)];
      const gone = await connect("udp", udp.port, { id: "tea/1/" });
      const dropped = await connect("tcp", tcp.port, { id: "tea/1/" });
      const other = await connect("udp", udp.port, { id: "tea/2/" });
      for (const client of [gone, dropped, other]) await client.allocate();
      expect(await server.dropUser("tea/1/", Math.floor(Date.now() / 1000) + 301)).toBe(2);
      expect(server.stats().allocations).toBe(1);
      expect(codeOf(await dropped.allocate())).toBe(401);
      expect(codeOf(await other.allocate())).toBe(437);
    });
  });

  describe("open mode", () => {
    it("[T40] peers outside are reached through a port of their own", async () => {
      const server = make({
        ...how,
        mode: "open",
        publicAddress: ["127.0.0.9"],
        relayHosts: { v4: "127.0.0.1" },
        relayPorts: { first: 42_000, last: 42_099 },
        allowPeers: ["127.0.0.0/8"],
      });
      const { port } = await server.listenUdp(local);
      const peer = createSocket("udp4");
      peer.bind(0, "127.0.0.1");
      await once(peer, "listening");
      closeLater(() => peer.close());
      const client = await connect("udp", port);
      await client.allocate();
      const relayed = client.relayed ?? endpoint("0.0.0.0", 0);
      expect(formatHost(relayed.bytes)).toBe("127.0.0.9");
      const there = endpoint("127.0.0.1", peer.address().port);
      await client.permit(there);
      client.send(there, "hello");
      const [bytes, from] = (await once(peer, "message")) as [Buffer, { port: number; address: string }];
      expect([bytes.toString(), from.port]).toEqual(["hello", relayed.port]);
      peer.send("hello yourself", from.port, from.address);
      expect(await client.hears(1)).toEqual(["hello yourself"]);
      expect((await client.request(0x004, (writer) => writer.number(attributes.lifetime, 0))).class).toBe(
        "success",
      );
      // The port is free again.
      const again = createSocket("udp4");
      again.bind(relayed.port, "127.0.0.1");
      await once(again, "listening");
      again.close();
    });

    it("[T28] a port that is in use is passed over", async () => {
      const [taken, next] = await neighbours();
      next.close();
      await once(next, "close");
      closeLater(() => taken.close());
      const { port: first } = taken.address();
      const options = {
        mode: "open",
        publicAddress: "127.0.0.9",
        relayHosts: { v4: "127.0.0.1" },
        relayPorts: { first, last: first + 1 },
      } as const;
      const server = make({ ...how, ...options });
      const { port } = await server.listenUdp(local);
      const client = await connect("udp", port);
      await client.allocate();
      expect(client.relayed?.port).toBe(first + 1);
      const other = await connect("udp", port);
      expect(codeOf(await other.allocate())).toBe(508);
      expect(server.stats().allocations).toBe(1);
    });
  });

  describe("labs", () => {
    it("[T60] packets really take their time", async () => {
      const server = make(how);
      const { port } = await server.listenUdp(local);
      const [ada, bob] = [
        await connect("udp", port, { id: "lab;delay=120;ada" }),
        await connect("udp", port),
      ];
      await introduce(ada, bob);
      const begun = performance.now();
      ada.send(bob.relayed ?? endpoint("0.0.0.0", 0), "slow");
      await bob.hears(1);
      expect(performance.now() - begun).toBeGreaterThan(115);
    });
  });
});

describe("options", () => {
  it("[T54] that can't be used are named", () => {
    const bad: [Partial<TurnServerOptions>, RegExp][] = [
      [{ secret: "short" }, /secret/],
      [{ realm: "a realm that is far too long" }, /realm/],
      [{ realm: "" }, /realm/],
      [{ mode: "open" }, /publicAddress/],
      [{ mode: "open", publicAddress: "example.org" }, /publicAddress "example.org"/],
      [{ mode: "open", publicAddress: ["8.8.8.8", "9.9.9.9"] }, /one of each/],
      [{ mode: "open", publicAddress: "8.8.8.8", relayPorts: { first: 80, last: 90 } }, /relayPorts/],
      [{ mode: "open", publicAddress: "8.8.8.8", allowPeers: ["10.0.0.0/33"] }, /10\.0\.0\.0\/33/],
    ];
    for (const [options, words] of bad) {
      expect(() => createTurnServer({ secret, mode: "closed", ...options })).toThrow(words);
      expect(() => createTurnServer({ secret, mode: "closed", ...options })).toThrow(TurnOptionError);
    }
  });

  it("[T54] a port that is taken rejects with Node's error", async () => {
    const server = make();
    const { port } = await server.listenTcp(local);
    await expect(server.listenTcp({ ...local, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    const udp = await server.listenUdp(local);
    await expect(server.listenUdp({ ...local, port: udp.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("[T50] closing ends everything, and twice is once", async () => {
    const server = make();
    const [udp, tcp] = [await server.listenUdp(local), await server.listenTcp(local)];
    const client = await connect("tcp", tcp.port);
    await client.allocate();
    await udp.close();
    await udp.close();
    await server.close();
    await client.wire.ended;
    await server.close();
    expect(server.stats()).toMatchObject({ allocations: 0, allocationsEnded: { shutdown: 1 } });
  });
});

import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../core/index.ts";
import { codeOf, endpoint, RealClient, secret } from "../real-client.fixture.ts";
import { closeLater, connect, local, make, udpPaths, until } from "../running.fixture.ts";
import { canSharePorts } from "../udp.ts";
import { StatisticsBoard } from "./board.ts";
import { commonsMemory } from "./commons.ts";
import { exchangeMemory } from "./exchange.ts";
import { Threads } from "./threads.ts";

const nowhere = endpoint("0.0.0.0", 0);

const ways = udpPaths.filter(({ how }) => how.workers === 2);

describe.each(ways)("a server of several threads, UDP by $by,", ({ how }) => {
  it("[T57] has clients of all threads and of TCP reach each other", async () => {
    const server = make(how);
    const { port } = await server.listenUdp(local);
    const tcp = await server.listenTcp(local);
    const clients: RealClient[] = [];
    // The kernel chooses the thread by the client's port: of twelve, all on one thread come up once in two thousand times.
    for (let i = 0; i < 12; i++)
      clients.push(
        await (i < 10 ? connect("udp", port, { id: `${i}/` }) : connect("tcp", tcp.port, { id: `${i}/` })),
      );
    for (const client of clients) {
      expect((await client.allocate()).class).toBe("success");
      await client.permit(endpoint("192.0.2.1", 1));
    }
    expect(new Set(clients.map(({ relayed }) => relayed?.port)).size).toBe(12);
    for (const [index, client] of clients.entries())
      if (index % 2 === 0) await client.bind(0x4000, clients[(index + 1) % 12]?.relayed ?? nowhere);
    for (const [index, from] of clients.entries()) {
      for (const to of clients) from.send(to.relayed ?? nowhere, `from ${index}`);
      if (index % 2 === 0) from.channel(0x4000, Buffer.from(`by channel from ${index}`));
    }
    const all = clients.map((_, index) => `from ${index}`);
    for (const [index, client] of clients.entries()) {
      const extra = index % 2 === 1 ? [`by channel from ${index - 1}`] : [];
      const expected = [...all, ...extra].sort();
      expect([...(await client.hears(expected.length))].sort()).toEqual(expected);
    }
    await until(() => server.stats().relayedPackets === 12 * 12 + 6);
    expect(server.stats()).toMatchObject({
      allocations: 12,
      allocationsMade: 12,
      allocationsBy: { udp: 10, tcp: 2 },
      relayedPackets: 12 * 12 + 6,
      faults: 0,
    });
  });

  it("[T57] holds its limits over all threads, and drops in all of them", async () => {
    const server = make({ ...how, limits: { allocationsPerUser: 5, allocations: 8 } });
    const { port } = await server.listenUdp(local);
    const codes: (number | undefined)[] = [];
    const admitted: RealClient[] = [];
    for (let i = 0; i < 16; i++) {
      const client = await connect("udp", port, { id: "tea/ada/" });
      const code = codeOf(await client.allocate());
      codes.push(code);
      if (code === undefined) admitted.push(client);
    }
    expect(codes.filter((code) => code === undefined)).toHaveLength(5);
    expect(codes.filter((code) => code === 486)).toHaveLength(11);
    for (let i = 0; i < 6; i++)
      codes.push(codeOf(await (await connect("udp", port, { id: `${i}/` })).allocate()));
    expect(codes.slice(-6)).toEqual([undefined, undefined, undefined, 508, 508, 508]);
    expect(await server.dropUser("tea/", Math.floor(Date.now() / 1000) + 301)).toBe(5);
    expect(server.stats()).toMatchObject({ allocations: 3, allocationsEnded: { dropped: 5 } });
    for (let i = 0; i < 6; i++)
      expect(codeOf(await (await connect("udp", port, { id: "tea/ada/" })).allocate())).toBe(401);
    expect((await (await connect("udp", port, { id: "bo/" })).allocate()).class).toBe("success");
  });

  it("[T54] leaves a port to whoever has it, other servers with threads included", async () => {
    const { port } = await make(how).listenUdp(local);
    const other = make(how);
    await expect(other.listenUdp({ ...local, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    const alone = make({ fastPath: "off" });
    await expect(alone.listenUdp({ ...local, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    // And one that a program has without sharing it.
    const taken = await make({ fastPath: "off" }).listenUdp(local);
    await expect(other.listenUdp({ ...local, port: taken.port })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    expect((await other.listenUdp(local)).port).not.toBe(port);
  });

  const startTwo = async (options: { readonly restartMs?: number } = {}) => {
    const [nonceKey, threads] = [randomBytes(32), 3];
    const commons = commonsMemory(threads, nonceKey, defaultLimits, Date.now());
    const [board, exchange] = [new StatisticsBoard(threads), exchangeMemory(threads)];
    const lost: number[] = [];
    const faults: unknown[] = [];
    /** As long as it is true, no thread can be started. */
    const trouble = { isThere: false };
    const relay = {
      secret,
      realm: "parlour",
      nonceKey,
      mode: { kind: "closed" } as const,
      limits: defaultLimits,
    };
    const pool = await Threads.start({
      count: 2,
      setup(thread) {
        if (trouble.isThere) throw new Error("No thread today.");
        return {
          thread,
          threads,
          udp: how.fastPath === "off" ? "plain" : "fast",
          relay,
          relayHosts: { v4: "0.0.0.0", v6: "::" },
          commons,
          board: board.memory,
          exchange,
        };
      },
      ...options,
      onPassed: () => {},
      onFault: (error) => faults.push(error),
      onLost(thread) {
        lost.push(thread);
        board.retire(thread);
      },
    });
    closeLater(() => pool.close());
    return { pool, board, lost, faults, trouble };
  };

  it("[T58] replaces a thread that ended by itself, on the same port", async () => {
    const { pool, board, lost, faults } = await startTwo();
    const { port } = await pool.listen("127.0.0.1", 0);
    const binds = async (): Promise<void> => {
      for (let i = 0; i < 12; i++) expect((await (await connect("udp", port)).binding())?.family).toBe(4);
    };
    await binds();
    await pool.workers[0]?.terminate();
    await until(() => pool.workers.length === 2 && lost.length === 1);
    // One that came while there was no one: no thread may be chosen for it that is gone.
    await until(() => pool.areListening);
    await binds();
    expect(lost).toEqual([1]);
    expect(String(faults[0])).toMatch(/ended by itself/);
    expect(board.sum().bindings).toBe(24);
  });

  it("[T58] goes on trying to replace a thread when that fails", async () => {
    const { pool, lost, faults, trouble } = await startTwo({ restartMs: 100 });
    const { port } = await pool.listen("127.0.0.1", 0);
    trouble.isThere = true;
    await pool.workers[0]?.terminate();
    await until(() => faults.filter((fault) => String(fault).includes("No thread today.")).length === 2);
    expect([pool.workers.length, pool.areListening]).toEqual([1, false]);
    // The other one has everybody meanwhile.
    for (let i = 0; i < 12; i++) expect((await (await connect("udp", port)).binding())?.family).toBe(4);
    trouble.isThere = false;
    await until(() => pool.areListening);
    for (let i = 0; i < 12; i++) expect((await (await connect("udp", port)).binding())?.family).toBe(4);
    expect(lost).toEqual([1]);
  });

  it("[T58] keeps what others have when a thread ends and is replaced, and leaves no file behind", async () => {
    const files = (): number => readdirSync("/proc/self/fd").length;
    const run = async (crashes: number): Promise<void> => {
      const { pool, board } = await startTwo();
      const { port } = await pool.listen("127.0.0.1", 0);
      const clients = await Promise.all(
        Array.from({ length: 12 }, (_, i) => RealClient.connect("udp", port, { id: `${i}/` })),
      );
      for (const client of clients) expect((await client.allocate()).class).toBe("success");
      for (let i = 0; i < crashes; i++) {
        await pool.workers[0]?.terminate();
        await until(() => !pool.areListening);
        await until(() => pool.areListening);
        const { allocations } = board.sum();
        const answers = await Promise.all(clients.map((client) => client.permit(endpoint("192.0.2.1", 1))));
        expect(answers.filter((answer) => answer.class === "success")).toHaveLength(allocations);
      }
      for (const client of clients) client.wire.close();
      await pool.close();
    };
    await run(0);
    const before = files();
    await run(1);
    await expect.poll(files).toBe(before);
  });
});

describe("a server that can't have the fast path", () => {
  it("[T56] goes by Node's sockets where that is asked for, and says why", async () => {
    const server = make({ fastPath: "off" });
    expect(server.udpPath).toBeUndefined();
    await server.listenUdp(local);
    expect(server.udpPath).toEqual({ kind: "plain", workers: 1, why: "it is turned off" });
    if (!canSharePorts()) {
      const two = make({ fastPath: "off", workers: 2 });
      await two.listenUdp(local);
      const why = "it is turned off; several threads need it, or Node 22.12";
      expect(two.udpPath).toEqual({ kind: "plain", workers: 1, why });
    }
    const timed = make({ now: Date.now });
    await timed.listenUdp(local);
    expect(timed.udpPath).toMatchObject({ kind: "plain" });
  });
});

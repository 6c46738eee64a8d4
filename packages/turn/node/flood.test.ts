import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Random, seededRandom } from "@parlour/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MessageWriter } from "../core/stun/encode.ts";
import { attributes, methods } from "../core/stun/registry.ts";
import { createTurnServer, type TurnServer } from "./index.ts";
import { primitives } from "./primitives.ts";
import { RealClient, secret } from "./real-client.fixture.ts";
import { expectPath, udpPaths } from "./running.fixture.ts";

/*
 * Generated and mutated packets at a live server on loopback, from many addresses, while two clients talk to each other.
 */

const isLong = process.env["PARLOUR_LONG"] === "1";
const total = isLong ? 5_000_000 : 1_000_000;
const senders = 16;
/** Few enough for the server's socket to hold them all. */
const batch = 64;
const batchesRemembered = 32;

/** A packet, and whether it could be STUN at all. */
function packet(random: Random): { bytes: Uint8Array; isOther: boolean } {
  const kind = random.int(0, 9);
  if (kind === 0) return { bytes: random.bytes(random.int(0, 1400)), isOther: false };
  if (kind === 1) {
    // What other protocols begin with (RFC 7983): ZRTP, DTLS, RTP, text.
    const bytes = random.bytes(random.int(1, 600));
    bytes[0] = random.pick([16, 20, 22, 63, 128, 144, 191, 255]);
    return { bytes, isOther: true };
  }
  if (kind === 2) {
    const bytes = random.bytes(random.int(4, 200));
    bytes[0] = random.int(0x40, 0x7f);
    return { bytes, isOther: false };
  }
  const writer = new MessageWriter(
    random.pick([...Object.values(methods), 0x00a, 0x0ff]),
    random.pick(["request", "request", "request", "indication", "success", "error"]),
    random.bytes(12),
  );
  for (let i = random.int(0, 6); i > 0; i--) {
    const type = random.pick([...Object.values(attributes), random.int(0, 0xffff)]);
    if (type === attributes.messageIntegrity) writer.integrity(random.bytes(16), primitives.hmacSha1);
    else writer.attribute(type, random.bytes(random.pick([0, 1, 4, 8, 12, 16, 20, random.int(0, 300)])));
  }
  if (random.chance(0.3)) writer.fingerprint(primitives.crc32);
  const bytes = writer.finish().slice();
  for (let i = kind < 6 ? 0 : random.int(1, 4); i > 0 && bytes.length > 0; i--) {
    const at = random.int(0, bytes.length - 1);
    bytes[at] = random.int(0, 255);
  }
  return { bytes: kind === 9 ? bytes.subarray(0, random.int(0, bytes.length)) : bytes, isOther: false };
}

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Heap and buffers in use. */
function memory(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + arrayBuffers + external;
}

/** What the threads of the fast path have is seen in the whole process alone; it comes and goes with the moods of collectors. */
const resident = (): number => process.memoryUsage.rss();

describe.each(udpPaths.filter(({ how }) => how.workers === undefined))("a flood, UDP by $by,", ({ how }) => {
  let server: TurnServer;
  let port: number;
  const faults: unknown[] = [];
  beforeAll(async () => {
    server = createTurnServer({ secret, mode: "closed", onFault: (error) => faults.push(error), ...how });
    ({ port } = await server.listenUdp({ port: 0, host: "127.0.0.1" }));
    expectPath(server, how);
    await server.listenTcp({ port, host: "127.0.0.1" });
  });
  afterAll(() => server.close());

  it(
    `[T53] of ${total} packets leaves the server alive and small, and others undisturbed`,
    async () => {
      const random = seededRandom(0x7a11);
      const sockets: Socket[] = [];
      /** Sizes of what was sent, by transaction id, to compare answers with: batch by batch, the last ones. */
      const asked: Map<string, number>[] = [];
      const problems: string[] = [];
      let answers = 0;
      for (let i = 0; i < senders; i++) {
        const socket = createSocket("udp4");
        socket.on("message", (bytes) => {
          answers++;
          const id = bytes.subarray(8, 20).toString("hex");
          const size = asked.findLast((batch) => batch.has(id))?.get(id);
          if (size === undefined) problems.push("An answer to nothing.");
          else if (bytes.length > 2.5 * size) problems.push(`${bytes.length} bytes for ${size}`);
        });
        // Sources of their own, each with its own budget.
        socket.bind(0, `127.0.1.${i + 1}`);
        await once(socket, "listening");
        sockets.push(socket);
      }
      // Who only ever says what is not STUN is never answered.
      const other = createSocket("udp4");
      other.on("message", () => {
        problems.push("An answer to what is not STUN.");
      });
      other.bind(0, "127.0.2.1");
      await once(other, "listening");

      const [ada, bob] = [await RealClient.connect("udp", port), await RealClient.connect("udp", port)];
      for (const client of [ada, bob]) await client.allocate();
      const [toAda, toBob] = [ada.relayed, bob.relayed];
      if (toAda === undefined || toBob === undefined) throw new Error("There is no allocation.");
      await ada.permit(toBob);
      await bob.permit(toAda);

      let before = 0;
      let residentBefore = 0;
      for (let sent = 0; sent < total; sent += batch) {
        const batched = new Map<string, number>();
        asked.push(batched);
        // A socket may be read later than another one that was written to later.
        if (asked.length > batchesRemembered) asked.shift();
        for (let i = 0; i < batch; i++) {
          const { bytes, isOther } = packet(random);
          if (bytes.length >= 20)
            batched.set(Buffer.from(bytes.subarray(8, 20)).toString("hex"), bytes.length);
          const socket = isOther ? other : sockets[random.int(0, senders - 1)];
          socket?.send(bytes, port, "127.0.0.1");
        }
        // A word between friends, which also lets the server catch up.
        const heard = bob.heard.length;
        for (let turn = 0; bob.heard.length === heard; turn++) {
          if (turn % 200 === 0) ada.send(toBob, "still there?");
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (sent >= total / 5 && before === 0) {
          before = memory();
          residentBefore = resident();
        }
      }
      const after = memory();
      expect(after - before).toBeLessThan(10e6);
      expect(resident() - residentBefore).toBeLessThan(60e6);
      expect(faults).toEqual([]);
      expect(problems).toEqual([]);
      const stats = server.stats();
      expect(stats).toMatchObject({ allocations: 2, faults: 0 });
      expect(bob.heard.length).toBeGreaterThanOrEqual(Math.ceil(total / batch));
      expect(answers).toBeGreaterThan(senders * 100);
      // A tenth were ChannelData from nowhere: nearly all packets arrived.
      expect(stats.droppedPackets["no-allocation"]).toBeGreaterThan(total * 0.09);
      // Most were asked for more often than a source is answered.
      expect(stats.withheldReplies).toBeGreaterThan(total / 100);
      for (const socket of [...sockets, other]) socket.close();
      ada.wire.close();
      bob.wire.close();
    },
    isLong ? 1_200_000 : 300_000,
  );

  it("[T53] of broken streams closes each of them", async () => {
    const random = seededRandom(0x7a12);
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const socket = connect(port, "127.0.0.1");
          socket.on("error", () => {});
          socket.on("data", () => {});
          await once(socket, "connect");
          const closed = once(socket, "close");
          for (let i = random.int(0, 4); i > 0; i--) socket.write(packet(random).bytes);
          // What is neither STUN nor ChannelData, however it is read.
          socket.write(Buffer.alloc(4096, 0xff));
          await closed;
        }),
      );
    }
    while (server.stats().connections > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.stats()).toMatchObject({ connections: 0, faults: 0 });
  });
});

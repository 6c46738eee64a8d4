import { createSocket } from "node:dgram";
import { once } from "node:events";
import { seededRandom } from "@parlour/testkit";
import { attributes, MessageWriter, methods } from "@parlour/turn/core";
import { primitives } from "@parlour/turn/datagrams";
import { expect, it } from "vitest";
import { startEngine } from "./engine.ts";
import { FakePage, Hearing } from "./page.fixture.ts";

const packets = 100_000;
/** Sent before anyone waits for them to be read. */
const burst = 50;

it(`[X55] ${packets} packets of nonsense get no reply and disturb nobody`, { timeout: 180_000 }, async () => {
  const random = seededRandom(8);
  const hearing = new Hearing();
  const faults: unknown[] = [];
  const engine = await startEngine(
    { port: 0, host: "127.0.0.1", workers: 1, log: (...said) => faults.push(said) },
    hearing.events,
  );
  const [a, b] = ["a", "b"].map((name) => new FakePage(engine, hearing, "room", name)) as [
    FakePage,
    FakePage,
  ];
  const stranger = createSocket("udp4");
  try {
    await Promise.all([a.connect(), b.connect()]);
    const heard: number[] = [];
    stranger.on("message", (bytes) => heard.push(bytes.length));
    stranger.bind(0, "127.0.0.1");
    await once(stranger, "listening");

    const chaos = Buffer.from(Array.from({ length: 100_000 }, () => random.int(0, 255)));
    const noise = (length: number): Buffer => {
      const at = random.int(0, chaos.length - length);
      return Buffer.from(chaos.subarray(at, at + length));
    };
    const hello = Buffer.concat([Buffer.from("16feff0000000000000000", "hex"), noise(200)]);
    const kinds: readonly (() => Buffer)[] = [
      () => noise(random.int(0, 1400)),
      () => {
        const writer = new MessageWriter(
          methods.binding,
          random.pick(["request", "success", "error", "indication"]),
          noise(12),
        );
        for (let i = random.int(0, 5); i > 0; i--)
          writer.attribute(
            random.pick([...Object.values(attributes), 0x24, 0x25, 0x8029]),
            noise(random.int(0, 30)),
          );
        writer.attribute(
          attributes.username,
          primitives.utf8(random.pick(["0:x", ":", "", `0${a.ufrag}:${a.ufrag}`])),
        );
        if (random.chance(0.5)) writer.integrity(noise(20), primitives.hmacSha1);
        return Buffer.from(writer.fingerprint(primitives.crc32).finish());
      },
      () => Buffer.concat([Buffer.from([random.int(20, 63)]), hello.subarray(1, random.int(1, 200))]),
      () => Buffer.concat([Buffer.from([0x80, random.int(0, 255)]), noise(random.int(0, 200))]),
    ];
    for (let sent = 0; sent < packets; ) {
      for (let i = 0; i < burst; i++, sent++) {
        const packet = random.pick(kinds)();
        // One in ten comes by a path that a page proved: its own keys stand between it and the room.
        if (i % 10 === 0 && (packet[0] ?? 0) > 3) b.raw(packet);
        else stranger.send(packet, engine.port, "127.0.0.1");
      }
      // Read, all of it, when a check after it is answered.
      await a.check();
    }
    await b.check();
    expect(heard).toEqual([]);
    expect(faults).toEqual([]);
    expect(hearing.restarts).toEqual([]);
    expect(await engine.statistics()).toMatchObject({ rooms: 1, connections: 2 });
    const speaking = setInterval(() => a.speak("still here"), 20);
    await b.hears("still here").finally(() => clearInterval(speaking));
  } finally {
    a.close();
    b.close();
    stranger.close();
    await engine.stop();
  }
});

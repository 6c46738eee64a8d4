import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestPage } from "../harness/browsers.ts";
import { until } from "../harness/waiting.ts";
import { meet } from "./meeting.ts";
import { sharedWorld, type World } from "./world.ts";

/** What the other side tells of its way to the relay over TCP comes so late that its checks come first, milliseconds. */
const lateMs = 3_000;

describe("a relay that is reached over UDP and over TCP", () => {
  let world: World;
  beforeAll(async () => {
    world = await sharedWorld();
  });
  afterAll(async () => {
    await Promise.all(["a", "b"].map((name) => world.host(name).setNat("port-restricted")));
  });

  it("[L140] is used over UDP in the end, also when a check over TCP came before its candidate", {
    timeout: 120_000,
  }, async () => {
    const [a, b] = [world.host("a"), world.host("b")];
    await Promise.all([a.setNat("symmetric"), b.setNat("only-443")]);
    const meeting = await meet(world, [
      { host: a, engine: "chromium" },
      { host: b, engine: "chromium", prepare: (tab) => withLateCandidates(tab, lateMs) },
    ]);
    try {
      await meeting.talks();
      await until("the relay over UDP", async () => (await meeting.ends())[0]?.relayBy === "udp");
      expect((await meeting.ends()).map((end) => end?.path)).toEqual(["relayed", "relayed"]);
      await meeting.talks();
    } finally {
      await meeting.close();
    }
  });
});

/** Of relays over TCP, by the type preference that Chromium gives them, also where it was raised after a restart (`preference.ts`). */
async function withLateCandidates({ page }: TestPage, ms: number): Promise<void> {
  await page.evaluateOnNewDocument((delayMs) => {
    const { addIceCandidate } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.addIceCandidate = function (
      this: RTCPeerConnection,
      candidate?: RTCIceCandidateInit | null,
    ) {
      const add = () => Reflect.apply(addIceCandidate, this, [candidate]) as Promise<void>;
      const priority = Number(
        /^candidate:\S+ \d+ \S+ (\d+) .* typ relay/.exec(candidate?.candidate ?? "")?.[1],
      );
      const type = priority >>> 24 === 0x7f ? (priority >>> 9) & 0x7f : priority >>> 24;
      if (type !== 1) return add();
      setTimeout(() => void add().catch(() => {}), delayMs);
      return Promise.resolve();
    };
  }, ms);
}

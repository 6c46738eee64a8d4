import type { ConnectionTestOptions } from "@parlour/client";
import { describe, expect, it } from "vitest";
import { ConnectionTest, deviceLine, testLines, testVerdict } from "./connection-test.ts";

const all = {
  server: "works",
  websocket: "works",
  stun: "works",
  "relay-udp": "works",
  "relay-tcp": "works",
  "relay-tls": "works",
} as const;
const states = (found: Parameters<typeof testLines>[0], isRunning = false) =>
  testLines(found, isRunning).map(({ state }) => state);

describe("the connection test", () => {
  it("[H40] has a line for each thing from the beginning, with a sentence each", () => {
    const before = testLines({}, true);
    expect(before).toHaveLength(6);
    expect(new Set(before.map(({ state }) => state))).toEqual(new Set(["waiting"]));
    const after = testLines(all, false);
    expect(new Set(after.map(({ state }) => state))).toEqual(new Set(["works"]));
    expect(new Set(after.map(({ sentence }) => sentence)).size).toBe(6);
  });

  it("[H40] a way to the relay that fails is bad only when no other works", () => {
    expect(states({ ...all, "relay-udp": "fails" })[3]).toBe("degraded");
    const none = { ...all, "relay-udp": "fails", "relay-tcp": "fails", "relay-tls": "missing" } as const;
    expect(states(none).slice(3)).toEqual(["fails", "fails", "degraded"]);
    // While others are still tried nothing is said to be lost.
    expect(states({ "relay-udp": "fails" }, true)[3]).toBe("degraded");
    expect(states({ ...all, websocket: "fails" })[1]).toBe("fails");
  });

  it("[H40] says what it comes to", () => {
    const sentences = [
      testVerdict(all),
      testVerdict({ ...all, "relay-udp": "fails" }),
      testVerdict({ ...all, "relay-udp": "fails", "relay-tcp": "fails", "relay-tls": "fails" }),
      testVerdict({
        ...all,
        stun: "fails",
        "relay-udp": "fails",
        "relay-tcp": "fails",
        "relay-tls": "fails",
      }),
      testVerdict({ server: "fails" }),
    ];
    expect(new Set(sentences).size).toBe(5);
    expect(testVerdict({ server: "works", websocket: "fails" })).toBe(sentences[4]);
  });

  it("[H40] has camera and microphone beside it", () => {
    expect(deviceLine({ state: "on" } as never, { state: "off" } as never).state).toBe("works");
    expect(deviceLine({ state: "off" } as never, { state: "off" } as never).state).toBe("degraded");
    const denied = { state: "failed", problem: "denied" } as never;
    expect(deviceLine(denied, denied).sentence).toMatch(/does not let this page use/);
  });

  it("[H40] shows results as they come; one that was stopped says nothing more", async () => {
    const runs: ConnectionTestOptions[] = [];
    let end = () => {};
    const test = new ConnectionTest((options) => {
      runs.push(options);
      return new Promise<void>((done) => {
        end = done;
      });
    });
    const first = test.start();
    runs[0]?.onResult?.({ check: "server", state: "works" });
    expect([test.isRunning.value, test.found.value]).toEqual([true, { server: "works" }]);
    test.stop();
    expect(runs[0]?.signal?.aborted).toBe(true);
    runs[0]?.onResult?.({ check: "stun", state: "works" });
    expect(test.found.value).toEqual({ server: "works" });
    end();
    await first;
    const second = test.start();
    expect(test.found.value).toEqual({});
    end();
    await second;
    expect(test.isRunning.value).toBe(false);
  });

  it("[H40] a test that can't even be loaded ends without a result", async () => {
    const test = new ConnectionTest(() => Promise.reject(new Error("offline")));
    await test.start();
    expect(test.isRunning.value).toBe(false);
    expect(testVerdict(test.found.value)).toMatch(/can't be reached/);
  });
});

import { describe, expect, it } from "vitest";
import { createDistance } from "./distance.ts";
import type { LanesMessage } from "./lanes-messages.ts";

describe("how far away the other page is", () => {
  it("[F112] is asked a few times, one after the other, and the least counts", () => {
    let now = 0;
    const said: LanesMessage[] = [];
    const distance = createDistance(
      (message) => said.push(message),
      () => now,
    );
    distance.ask();
    distance.ask();
    const seen: number[] = [];
    for (const ms of [90, 40, 60]) {
      seen.push(distance.leastMs());
      now += ms;
      distance.heard({ lanes: "pong" });
    }
    expect(seen).toEqual(Array.from({ length: 3 }, () => Number.POSITIVE_INFINITY));
    expect(distance.leastMs()).toBe(40);
    // Nobody asked, and what was asked is answered.
    distance.heard({ lanes: "pong" });
    distance.heard({ lanes: "ping" });
    expect(said.map(({ lanes }) => lanes)).toEqual(["ping", "ping", "ping", "pong"]);
    distance.reset();
    expect(distance.leastMs()).toBe(Number.POSITIVE_INFINITY);
  });
});

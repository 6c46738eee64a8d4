import { describe, expect, it } from "vitest";
import { nextStep } from "./next-step.ts";
import type { Side } from "./peer.ts";
import type { StepId } from "./steps/plan.ts";

describe("the next step", () => {
  const walk = (sides: readonly Side[]): readonly string[] => {
    const done = new Map<Side, Set<StepId>>(sides.map((side) => [side, new Set<StepId>()]));
    const order: string[] = [];
    for (let next = nextStep(done); next !== undefined; next = nextStep(done)) {
      done.get(next.side)?.add(next.step);
      order.push(next.step);
    }
    return order;
  };

  it("[B9] goes from the offerer to the answerer and back, and then there is none", () => {
    const order = walk(["offerer", "answerer"]);
    expect(order).toHaveLength(16);
    expect(order.slice(0, 2)).toEqual(["create-connection", "create-channel"]);
    expect(order[6]).toBe("create-connection-b");
    expect(order.slice(-2)).toEqual(["set-remote-answer", "add-candidates"]);
  });

  it("[B9] is one's own where the other side is on another machine", () => {
    expect(walk(["answerer"])[0]).toBe("create-connection-b");
    expect(walk(["offerer"])).toHaveLength(8);
  });
});

import { describe, expect, it } from "vitest";
import { followDemand } from "./begin.ts";
import type { DemandSetup } from "./demand.ts";

describe("a room that goes over the forwarder, or has many people", () => {
  it("[X150] has links open on demand once it is so, and begins that once", async () => {
    const view = { topology: "mesh", peers: { size: 7 }, state: "live" };
    const listeners: Record<string, () => void> = {};
    const begun: object[] = [];
    const inside = {
      view,
      own: {},
      on: (event: string, listener: () => void) => void Object.assign(listeners, { [event]: listener }),
    } as unknown as DemandSetup;
    const load = async () => async (given: DemandSetup) => void begun.push(given);
    for (let i = 0; i < 2; i++) followDemand(inside, load);
    await new Promise((resolve) => setTimeout(resolve));
    expect(begun).toEqual([]);
    for (view.peers.size = 8; view.peers.size < 10; view.peers.size++) {
      listeners["peer"]?.();
      await new Promise((resolve) => setTimeout(resolve));
      expect(begun).toEqual([inside]);
    }
  });

  it("[X164] has a link to everyone where links can't open on demand, and tries it again with the next move", async () => {
    const did: string[] = [];
    const view = { topology: "mesh", plan: 0, peers: { size: 2 }, state: "live" };
    const listeners: (() => void)[] = [];
    const own = { isHeld: true };
    const begun: object[] = [];
    let isMissing = true;
    const inside = {
      view,
      on: (_event: string, listener: () => void) => void listeners.push(listener),
      own,
      log: { add: (event: string) => void did.push(event) },
      peers: { connectAll: () => void did.push("connect all") },
    } as unknown as DemandSetup;
    followDemand(inside, async () => {
      if (isMissing) throw new Error("not to be had");
      return async (given) => void begun.push(given);
    });
    const move = async (topology: string): Promise<void> => {
      Object.assign(view, { topology, plan: view.plan + 1 });
      for (let i = 0; i < 2; i++) {
        for (const listener of listeners) listener();
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    await move("mesh");
    expect(did).toEqual([]);
    await move("forwarder");
    expect(did).toEqual(["links-not-on-demand", "connect all"]);
    expect(own.isHeld).toBe(false);
    isMissing = false;
    await move("forwarder");
    await move("forwarder");
    expect(begun).toEqual([inside]);
  });
});

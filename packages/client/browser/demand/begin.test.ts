import { describe, expect, it } from "vitest";
import { demandFollower } from "./begin.ts";
import type { DemandSetup } from "./demand.ts";

describe("a room that goes over the forwarder", () => {
  it("[X164] has a link to everyone where links can't open on demand, and tries it again with the next move", async () => {
    const did: string[] = [];
    const view = { topology: "mesh", plan: 0 };
    const own: { isHeld?: (() => boolean) | undefined } = { isHeld: () => true };
    const begun: object[] = [];
    let isMissing = true;
    const inside = {
      view,
      own,
      log: { add: (event: string) => void did.push(event) },
      peers: { connectAll: () => void did.push("connect all") },
    } as unknown as DemandSetup;
    const follow = demandFollower(inside, async () => {
      if (isMissing) throw new Error("not to be had");
      return async (given) => void begun.push(given);
    });
    const move = async (topology: string): Promise<void> => {
      Object.assign(view, { topology, plan: view.plan + 1 });
      for (let i = 0; i < 2; i++) {
        follow();
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    await move("mesh");
    expect(did).toEqual([]);
    await move("forwarder");
    expect(did).toEqual(["links-not-on-demand", "connect all"]);
    expect(own.isHeld).toBeUndefined();
    isMissing = false;
    await move("forwarder");
    await move("forwarder");
    expect(begun).toEqual([inside]);
  });
});

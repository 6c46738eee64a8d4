import { type Random, runSeeds, seedsTimeout } from "@parlour/testkit";
import { expect, it } from "vitest";
import { fair, SimulatedWorld } from "./simulation/world.fixture.ts";

/** What a page can do to the others in mid-flight. */
function disturb(world: SimulatedWorld, random: Random, join: (name: string) => void): void {
  const publisher = random.pick(["a", "b"]);
  const viewer = random.pick(["a", "b", "c"]);
  const pictures = random
    .shuffle(["a", "b"])
    .filter((peer) => peer !== viewer && random.chance(0.8))
    .map((peer) => ({ peer, source: "camera0", height: random.pick([0, 90, 180, 360, 720]) }));
  const layers = world.pages.get(publisher)?.publishers[0]?.layers ?? [];
  const acts: (() => void)[] = [
    () => world.want(viewer, pictures),
    () => world.want(viewer, pictures),
    () => {
      for (const layer of layers) layer.isOn = random.chance(0.7);
    },
    () => world.probe(publisher, random.int(1, 12)),
    () => world.publish(publisher, random.pick(["on", "muted", "none"])),
    () => world.publish(publisher),
    () => {
      world.leave(publisher);
      if (random.chance(0.7)) join(publisher);
    },
    () => {
      world.leave("c");
      join("c");
    },
    () => world.room.take({ type: "refresh", from: viewer, peer: publisher, source: "camera0" }, world.now),
    () => world.room.take({ type: "resync", peer: viewer }, world.now),
  ];
  random.pick(acts)();
}

it("[X1][X2][X3] whatever happens, a place shows a stream that a decoder can follow, and all is well when it is over", {
  timeout: seedsTimeout(90_000, process.env),
}, () => {
  const seeds = runSeeds({ seeds: 200, env: process.env }, (random) => {
    const world = new SimulatedWorld(random);
    const join = (name: string): void => {
      if (world.pages.has(name)) return;
      const receives = { pictures: random.int(1, 2), voices: random.int(1, 2) };
      if (name === "c") world.join(name, receives);
      else {
        world.join(name, { cameras: 1, layers: random.int(1, 3), sounds: 1, ...receives });
        world.publish(name);
      }
      for (const peer of ["a", "b"])
        world.want(name, [{ peer, source: "camera0", height: random.pick([180, 720]) }]);
    };
    for (const name of ["a", "b", "c"]) join(name);
    world.weather = {
      loss: random.pick([0, 0.02, 0.1]),
      duplicates: random.pick([0, 0.02]),
      delayMs: random.int(2, 40),
      jitterMs: random.pick([0, 0, 30]),
    };
    for (let round = random.int(4, 10); round > 0; round--) {
      disturb(world, random, join);
      world.run(random.int(20, 500));
    }
    world.weather = fair;
    for (const name of ["a", "b"]) {
      join(name);
      for (const { layers } of world.pages.get(name)?.publishers ?? [])
        for (const layer of layers) layer.isOn = true;
      world.publish(name);
    }
    const wanted = [{ peer: random.pick(["a", "b"]), source: "camera0", height: 720 }];
    world.want("c", wanted);
    world.run(3_000);
    const screens = [...(world.pages.get("c")?.viewer.screens.values() ?? [])];
    const shown = world.pages.get(wanted[0]?.peer ?? "")?.publishers[0];
    const picture = screens.find(
      ({ told, line }) => line.kind === "video" && told?.publisher === shown?.number,
    );
    expect(world.now - (picture?.lastFrameAt ?? 0)).toBeLessThan(120);
    const voice = screens.find(({ told, line }) => line.kind === "audio" && told !== null);
    expect(world.now - (voice?.lastFrameAt ?? 0)).toBeLessThan(120);
  });
  expect(seeds).toBeGreaterThan(0);
});

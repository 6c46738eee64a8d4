import type { MediaReport } from "@parlour/protocol";
import { runSeeds } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import type { Passers } from "./passing.ts";
import { embedded, Stage, unaided, willing } from "./planner.fixture.ts";
import { type RoomState, roomInfo } from "./state.ts";

const camera = { cameras: 1, sound: true, passes: willing } as const;
const passersOf = ({ state }: Stage): Passers => (state && roomInfo(state).passers) ?? {};
const whoPasses = (stage: Stage): string[] => Object.keys(passersOf(stage));
const numberOf = ({ state }: Stage): number => state?.plan?.number ?? 0;

describe("pages that pass on", () => {
  it("[X120] are named when a mesh is too much and no forwarder runs, with whom they serve", () => {
    const stage = unaided(5);
    expect(stage.topology).toBe("mesh");
    stage.come("p5");
    stage.say("p5", camera);
    expect(stage.topology).toBe("peer");
    expect(passersOf(stage)).toEqual({ p0: ["p1", "p2", "p3", "p4", "p5"] });
    expect(roomInfo(stage.state as RoomState)).toMatchObject({ plan: 1 });
    // Who comes later is served, which moves nobody else.
    stage.come("late");
    expect(passersOf(stage)).toEqual({ p0: ["p1", "p2", "p3", "p4", "p5", "late"] });
    expect(numberOf(stage)).toBe(1);
    expect(stage.told.at(-1)).toMatchObject({ frame: { room: { plan: 1, passers: passersOf(stage) } } });
    for (const who of ["p5", "p4", "p3"]) stage.say(who, { ...camera, cameras: 0 });
    stage.pass(20_000);
    expect(stage.topology).toBe("mesh");
    expect(passersOf(stage)).toEqual({});
  });

  it("[X120] a forwarder takes the room over from pages when the host runs one again", () => {
    const stage = unaided(6);
    stage.policy = embedded;
    stage.give({ type: "boot" });
    expect(stage.topology).toBe("forwarder");
    stage.policy = {};
    stage.give({ type: "boot" });
    // Nobody is heard yet, so nobody could pass on.
    expect(stage.topology).toBe("mesh");
  });

  it("[X121] the best machine does it: processor, uplink, power, and the earliest of equals", () => {
    const elected = (...machines: MediaReport["passes"][]): string | undefined => {
      const stage = unaided(0);
      for (const [n] of machines.entries()) stage.come(`p${n}`);
      for (const [n, passes = willing] of machines.entries())
        stage.say(`p${n}`, { ...camera, cameras: 0, passes });
      for (const [n, passes = willing] of machines.entries())
        stage.say(`p${n}`, { ...camera, cameras: 2, passes });
      return whoPasses(stage)[0];
    };
    expect(elected(willing, willing, willing)).toBe("p0");
    expect(elected(willing, { ...willing, cores: 8 }, willing)).toBe("p1");
    expect(elected({ cores: 4, uplink: 2_000 }, willing, { cores: 4 })).toBe("p1");
    expect(elected({ ...willing, battery: true, cores: 8 }, { cores: 2 }, false)).toBe("p1");
    expect(elected(false, { cores: 1 }, { cores: 8, uplink: 1_000 })).toBeUndefined();
    expect(elected(false, { ...willing, battery: true }, false)).toBe("p1");
  });

  it("[X121] nobody is asked who said no; without anybody the room is a mesh", () => {
    const stage = unaided(8, false);
    expect(stage.topology).toBe("mesh");
    stage.say("p3", camera);
    expect(whoPasses(stage)).toEqual(["p3"]);
  });

  it("[X122] who does it keeps it while it is there and well, whoever else comes", () => {
    const stage = unaided(6);
    stage.come("better");
    stage.say("better", { ...camera, cameras: 0, passes: { cores: 8, uplink: 100_000 } });
    expect(whoPasses(stage)).toEqual(["p0"]);
    stage.pass(60_000);
    expect([whoPasses(stage), numberOf(stage)]).toEqual([["p0"], 1]);
  });

  it("[X122] another one does it at once when it leaves, its page goes, or it says no", () => {
    const stage = unaided(8);
    const [first, second] = whoPasses(stage);
    expect([first, second]).toEqual(["p0", "p1"]);
    stage.give({ type: "leave", connection: "p0" });
    expect(whoPasses(stage)).toEqual(["p1", "p2"]);
    expect(numberOf(stage)).toBe(2 + 1);
    stage.give({ type: "drop", connection: "p1", why: "page" });
    expect(whoPasses(stage)).toEqual(["p2"]);
    stage.say("p2", { ...camera, passes: false });
    expect(whoPasses(stage)).toEqual(["p3"]);
    for (const who of ["p3", "p4", "p5", "p6"]) stage.say(who, { ...camera, passes: false });
    expect(whoPasses(stage)).toEqual(["p7"]);
    stage.say("p7", { ...camera, passes: false });
    expect(stage.topology).toBe("mesh");
  });

  it("[X122] when it falls silent, after five seconds; when the server was away, after twenty", () => {
    const stage = unaided(6);
    stage.give({ type: "drop", connection: "p0", why: "silent" });
    stage.pass(4_999);
    expect(whoPasses(stage)).toEqual(["p0"]);
    stage.pass(1);
    expect(whoPasses(stage)).toEqual(["p1"]);
    const away = unaided(6);
    away.give({ type: "boot" });
    away.pass(30_000);
    expect(whoPasses(away)).toEqual(["p0"]);
    const back = unaided(6);
    back.give({ type: "boot" });
    const claim = { id: "p3", roomMade: back.state?.madeAt as number };
    const more = { fallbackName: "x", passcodeOk: false, hostTokenOk: false, mayKnock: true, claim };
    back.give({ type: "enter", connection: "p3", id: "x", epoch: "epoch-p3", ...more });
    back.pass(19_999);
    expect(whoPasses(back)).toEqual(["p0"]);
    back.pass(1);
    expect(whoPasses(back)).toEqual(["p3"]);
  });

  it("[X210] another one does it when most of those whom it serves say that nothing comes from it", () => {
    const stage = unaided(6);
    expect(passersOf(stage)).toEqual({ p0: ["p1", "p2", "p3", "p4", "p5"] });
    stage.say("p1", { ...camera, misses: "p0" });
    stage.say("p2", { ...camera, misses: "p0" });
    expect(whoPasses(stage)).toEqual(["p0"]);
    // Who is not heard counts on neither side.
    stage.give({ type: "drop", connection: "p5", why: "silent" });
    stage.say("p3", { ...camera, misses: "p5" });
    expect(whoPasses(stage)).toEqual(["p0"]);
    stage.say("p3", { ...camera, misses: "p0" });
    expect(whoPasses(stage)).toEqual(["p1"]);
    // It is left alone for a while, and what was said of it holds no longer.
    for (const who of ["p1", "p2", "p3"]) stage.say(who, camera);
    stage.pass(60_000);
    stage.say("p1", { ...camera, passes: false });
    expect(whoPasses(stage)).toEqual(["p2"]);
  });

  it("[X123] who suffers from it is left alone for five minutes", () => {
    const stage = unaided(6, false);
    for (const who of ["p0", "p1"]) stage.say(who, camera);
    expect(whoPasses(stage)).toEqual(["p0"]);
    stage.say("p0", { ...camera, suffers: "uplink" });
    expect(whoPasses(stage)).toEqual(["p1"]);
    stage.say("p0", camera);
    stage.say("p1", { ...camera, suffers: "processor" });
    // Nobody else would: a mesh, and not for a moment only.
    expect(stage.topology).toBe("mesh");
    stage.say("p1", camera);
    stage.pass(299_000);
    stage.say("p2", { ...camera, passes: false, sound: false });
    expect(stage.topology).toBe("mesh");
    stage.pass(2_000);
    stage.say("p2", { ...camera, passes: false });
    expect(whoPasses(stage)).toEqual(["p0"]);
  });

  it("[X124] more of them do it where one would send too much, and one alone up to eight cameras when nobody else would", () => {
    const served = (stage: Stage) => Object.values(passersOf(stage)).map((all) => all.length);
    expect(served(unaided(7))).toEqual([3, 2]);
    expect(served(unaided(8))).toEqual([3, 3]);
    expect(served(unaided(12))).toEqual([2, 2, 2, 2]);
    const few = unaided(8, false);
    few.say("p4", camera);
    expect(served(few)).toEqual([7]);
    few.come("p8");
    few.say("p8", { ...camera, passes: false });
    expect(few.topology).toBe("mesh");
  });

  it("[X124] one speaker and twenty listeners are a small tree", () => {
    const stage = unaided(1);
    for (let n = 0; n < 20; n++) {
      stage.come(`l${n}`);
      stage.say(`l${n}`, { passes: willing });
    }
    expect(stage.topology).toBe("peer");
    const served = Object.values(passersOf(stage));
    expect(served.length).toBeLessThanOrEqual(4);
    expect(Math.max(...served.map((all) => all.length))).toBeLessThanOrEqual(7);
    expect(served.flat().length + served.length).toBe(21);
  });

  it("[X125] pages that don't know of it keep the room a mesh as far as a mesh can bear it, and nobody serves them", () => {
    const stage = unaided(8);
    const old = new Stage();
    old.policy = {};
    old.come("old");
    old.say("old", { cameras: 1 });
    for (let n = 0; n < 7; n++) {
      old.come(`p${n}`);
      old.say(`p${n}`, camera);
    }
    expect([stage.topology, old.topology]).toEqual(["peer", "mesh"]);
    old.say("p0", { ...camera, screens: 1 });
    expect(old.topology).toBe("peer");
    expect(Object.values(passersOf(old)).flat()).not.toContain("old");
  });

  it("[X126] whatever happens: who passes on is there, willing and bounded, everyone has one, and nothing is due at once for ever", () => {
    let moves = 0;
    runSeeds({ seeds: 300, env: process.env }, (random) => {
      const stage = unaided(0);
      let last = 0;
      for (let n = 0; n < 30; n++) {
        const who = `p${random.int(0, 9)}`;
        const seat = stage.state?.seats.find(({ id }) => id === who);
        if (!seat) {
          if (stage.state !== undefined) stage.come(who);
        } else if (seat.presence !== "here") {
          const claim = { id: who, roomMade: stage.state?.madeAt as number };
          const more = { fallbackName: "x", passcodeOk: false, hostTokenOk: false, mayKnock: true, claim };
          stage.give({ type: "enter", connection: who, id: "x", epoch: `epoch-${who}`, ...more });
        } else if (random.chance(0.1)) stage.give({ type: "leave", connection: who });
        else if (random.chance(0.11))
          stage.give({ type: "drop", connection: who, why: random.pick(["page", "silent"]) });
        else if (random.chance(0.02)) stage.give({ type: "boot" });
        else
          stage.say(who, {
            cameras: random.int(0, 2),
            passes: random.chance(0.2) ? false : { cores: random.int(1, 16), uplink: random.int(0, 20_000) },
            ...(random.chance(0.1) ? { suffers: "uplink" as const } : {}),
            ...(random.chance(0.1) ? { misses: `p${random.int(0, 9)}` } : {}),
          });
        stage.pass(random.pick([0, 100, 5_000, 25_000]));
        const { state } = stage;
        if (state === undefined) return;
        // Nothing is planned for people who are not there.
        if (state.seats.every(({ presence }) => presence !== "here")) continue;
        const passers = passersOf(stage);
        const served = Object.values(passers).flat();
        if (stage.topology !== "peer") expect(passers).toEqual({});
        else {
          expect(Object.keys(passers).length).toBeGreaterThan(0);
          for (const id of Object.keys(passers)) {
            const found = state.seats.find((each) => each.id === id);
            expect(found?.presence).not.toBe("away");
            expect(found?.media).toMatchObject({ passes: { cores: expect.any(Number) } });
            expect(found?.media).not.toHaveProperty("suffers");
            expect(served).not.toContain(id);
          }
          for (const all of Object.values(passers)) expect(all.length).toBeLessThanOrEqual(7);
          const present = state.seats.filter(({ presence }) => presence !== "away").map(({ id }) => id);
          expect([...served, ...Object.keys(passers)].sort()).toEqual(present.sort());
        }
        const number = numberOf(stage);
        expect(number).toBeGreaterThanOrEqual(last);
        if (number > last) moves++;
        last = number;
      }
    });
    expect(moves).toBeGreaterThan(0);
  });
});

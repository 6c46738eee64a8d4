import { runSeeds } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { able, embedded, Stage } from "./planner.fixture.ts";
import { meshPeople, meshPictures, meshVoices } from "./planner.ts";
import { type RoomState, roomInfo } from "./state.ts";

describe("planning", () => {
  it("[X90] a room is a mesh up to five pictures, and goes over the forwarder beyond", () => {
    const stage = new Stage();
    stage.cameras(meshPictures);
    expect(stage.topology).toBe("mesh");
    expect(stage.told).toEqual([]);
    stage.come("p5");
    expect(stage.topology).toBe("mesh");
    stage.say("p5", { screens: 1 });
    expect(stage.topology).toBe("forwarder");
    expect(roomInfo(stage.state as RoomState)).toMatchObject({ plan: 1, engine: "embedded" });
    expect(stage.told).toMatchObject([{ frame: { room: { topology: "forwarder", plan: 1 } } }]);
  });

  it("[X90] counts those who look at one picture, and who talk without any", () => {
    const lecture = new Stage();
    lecture.cameras(1);
    for (let n = 1; n < meshPeople; n++) lecture.come(`v${n}`);
    expect(lecture.topology).toBe("mesh");
    lecture.come("one more");
    expect(lecture.topology).toBe("forwarder");
    const talk = new Stage();
    for (let n = 0; n < meshVoices; n++) talk.come(`t${n}`);
    talk.say("t0", { sound: true });
    expect(talk.topology).toBe("mesh");
    talk.come("one more");
    expect(talk.topology).toBe("forwarder");
  });

  it("[X90] leaves those out who have no media", () => {
    const stage = new Stage();
    stage.cameras(1);
    for (let n = 1; n < 30; n++) stage.come(`bot${n}`, ["no-media"]);
    expect(stage.topology).toBe("mesh");
  });

  it("[X91] goes back when it has fitted well for twenty seconds, and not for one who comes and goes", () => {
    const stage = new Stage();
    stage.cameras(6);
    stage.pass(60_000);
    stage.say("p5", { cameras: 0 });
    stage.pass(60_000);
    // Five are at the brim.
    expect(stage.topology).toBe("forwarder");
    stage.say("p4", { cameras: 0 });
    stage.pass(19_000);
    stage.say("p4", { cameras: 1 });
    stage.say("p4", { cameras: 0 });
    stage.pass(19_999);
    expect(stage.topology).toBe("forwarder");
    stage.pass(1);
    expect(stage.topology).toBe("mesh");
    expect(roomInfo(stage.state as RoomState)).toMatchObject({ plan: 2 });
    expect(roomInfo(stage.state as RoomState)).not.toHaveProperty("engine");
  });

  it("[X91] two moves are ten seconds apart", () => {
    const stage = new Stage();
    stage.cameras(6);
    for (const who of ["p5", "p4"]) stage.say(who, { cameras: 0 });
    stage.pass(20_000);
    expect(stage.topology).toBe("mesh");
    for (const who of ["p5", "p4"]) stage.say(who, { cameras: 1 });
    stage.pass(9_999);
    expect(stage.topology).toBe("mesh");
    stage.pass(1);
    expect(stage.topology).toBe("forwarder");
  });

  it("[X92] goes over the forwarder earlier when a page suffers, and not back before there are fewer pictures", () => {
    const stage = new Stage();
    stage.cameras(2);
    stage.say("p0", { cameras: 1, suffers: "uplink" });
    // Two gain nothing.
    expect(stage.topology).toBe("mesh");
    stage.cameras(0);
    stage.come("p2");
    expect(stage.topology).toBe("forwarder");
    stage.say("p0", { cameras: 1 });
    stage.pass(60_000);
    expect(stage.topology).toBe("forwarder");
    stage.say("p1", { cameras: 0 });
    stage.pass(20_000);
    expect(stage.topology).toBe("mesh");
  });

  it("[X92] tries a mesh again after five minutes", () => {
    const stage = new Stage();
    stage.cameras(3);
    stage.say("p0", { cameras: 1, suffers: "processor" });
    expect(stage.topology).toBe("forwarder");
    stage.say("p0", { cameras: 1 });
    stage.pass(300_000);
    stage.say("p2", { cameras: 1, sound: false });
    stage.pass(20_000);
    expect(stage.topology).toBe("mesh");
  });

  it("[X93] who can't be forwarded keeps a room a mesh, as far as a mesh can bear it", () => {
    const stage = new Stage();
    stage.come("old", []);
    stage.cameras(8);
    expect(stage.topology).toBe("mesh");
    stage.come("p8");
    stage.say("p8", { cameras: 1 });
    expect(stage.topology).toBe("forwarder");
  });

  it("[X93] in a private room that is also who can't seal frames", () => {
    const stage = new Stage("private");
    stage.come("old", ["forwarded"]);
    stage.cameras(6);
    expect(stage.topology).toBe("mesh");
    stage.give({ type: "leave", connection: "old" });
    expect(stage.topology).toBe("forwarder");
    const open = new Stage("public");
    open.come("old", ["forwarded"]);
    open.cameras(6);
    expect(open.topology).toBe("forwarder");
  });

  it("[X94] without an engine, and without pages that know of passing on, every room is a mesh, and one that had one is a mesh at once", () => {
    const stage = new Stage();
    stage.policy = {};
    stage.cameras(9);
    expect(stage.topology).toBe("mesh");
    stage.policy = embedded;
    stage.come("one more");
    expect(stage.topology).toBe("forwarder");
    stage.policy = {};
    stage.give({ type: "boot" });
    expect(stage.topology).toBe("mesh");
  });

  it("[X95] a restart with the same engine moves nobody; a reload ends what the page before it sent", () => {
    const stage = new Stage();
    stage.cameras(6);
    stage.give({ type: "boot" });
    expect(stage.topology).toBe("forwarder");
    expect(stage.state?.seats[0]?.media).toMatchObject({ cameras: 1 });
    const claim = { id: "p0", roomMade: stage.state?.madeAt as number };
    const back = { connection: "new", id: "x", fallbackName: "x", passcodeOk: false, hostTokenOk: false };
    stage.give({ type: "enter", ...back, mayKnock: true, epoch: "epoch-p0", claim, capabilities: able });
    expect(stage.state?.seats[0]?.media).toMatchObject({ cameras: 1 });
    stage.give({ type: "drop", connection: "new", why: "page" });
    stage.give({ type: "enter", ...back, mayKnock: true, epoch: "another", claim, capabilities: able });
    expect(stage.state?.seats[0]).not.toHaveProperty("media");
  });

  it("[X96] whatever happens: numbers count up, moves keep their distance, and nothing is due at once for ever", () => {
    let moves = 0;
    runSeeds({ seeds: 2000, env: process.env }, (random) => {
      const stage = new Stage(random.chance(0.5) ? "public" : "private");
      let last = { number: 0, at: Number.NEGATIVE_INFINITY };
      for (let n = 0; n < 30; n++) {
        const who = `p${random.int(0, 9)}`;
        const isHere = stage.state?.seats.some((seat) => seat.presence === "here" && seat.connection === who);
        if (!isHere && stage.state !== undefined) {
          const known = stage.state.seats.some(({ id }) => id === who);
          if (!known) stage.come(who, random.chance(0.9) ? able : []);
        } else if (random.chance(0.2)) stage.give({ type: "leave", connection: who });
        else
          stage.say(who, {
            cameras: random.int(0, 2),
            ...(random.chance(0.1) ? { suffers: "uplink" as const } : {}),
          });
        stage.pass(random.pick([0, 100, 5_000, 25_000]));
        if (stage.state === undefined) return;
        const { plan } = stage.state;
        if (plan !== undefined && plan.number !== last.number) {
          expect(plan.number).toBeGreaterThan(last.number);
          expect(plan.since - last.at).toBeGreaterThanOrEqual(10_000);
          last = { number: plan.number, at: plan.since };
          moves++;
        }
      }
    });
    expect(moves).toBeGreaterThan(0);
  });
});

import { describe, expect, it } from "vitest";
import { settle } from "../../test/fake-devices.ts";
import { PublicRooms, readRooms, whoIsThere } from "./rooms-list.ts";

const den = { name: "den", people: 2, capacity: 100 };

function make(answers: (() => Promise<unknown>)[]) {
  let isVisible = true;
  let shown: () => void = () => undefined;
  let tick: () => void = () => undefined;
  let fetches = 0;
  let running = 2;
  const rooms = new PublicRooms({
    fetchRooms: () => answers[fetches++]?.() ?? Promise.resolve([]),
    isVisible: () => isVisible,
    onVisible: (listener) => {
      shown = listener;
      return () => {
        running -= 1;
      };
    },
    every: (_ms, run) => {
      tick = run;
      return () => {
        running -= 1;
      };
    },
  });
  const show = (visible: boolean) => {
    isVisible = visible;
    shown();
  };
  return { rooms, show, tick: () => tick(), fetches: () => fetches, running: () => running };
}

describe("the list of public rooms", () => {
  it("[W36] is fetched again while the tab is looked at, and not while it is hidden", async () => {
    const { rooms, show, tick, fetches, running } = make([() => Promise.resolve([den])]);
    await settle();
    expect(rooms.list.value).toEqual({ state: "listed", rooms: [den] });
    show(false);
    tick();
    expect(fetches()).toBe(1);
    show(true);
    tick();
    expect(fetches()).toBe(3);
    rooms.stop();
    expect(running()).toBe(0);
  });

  it("keeps an old list when a new one can't be had, and says when there never was one", async () => {
    const fail = () => Promise.reject(new Error("offline"));
    const kept = make([() => Promise.resolve([den]), fail]);
    await settle();
    kept.tick();
    await settle();
    expect(kept.rooms.list.value.state).toBe("listed");
    const never = make([fail]);
    await settle();
    expect(never.rooms.list.value).toEqual({ state: "failed" });
  });

  it("takes nothing for a room that is none", () => {
    expect(readRooms({ rooms: [den] })).toEqual([den]);
    expect(readRooms([den, null, 7, { name: "x" }])).toEqual([den]);
    expect(
      readRooms([
        { ...den, names: ["Ada", 7] },
        { ...den, names: "Ada" },
      ]),
    ).toEqual([]);
    for (const body of [null, "text", { rooms: 1 }]) expect(readRooms(body)).toEqual([]);
  });

  it("[W61] says who is there, and counts those whose names don't fit", () => {
    expect(whoIsThere({ ...den, names: ["Ada", "Bo"] })).toBe("Ada, Bo");
    const names = ["Ada", "Bo", "Cy", "Di", "Eli", "Flo"];
    expect(whoIsThere({ ...den, people: 12, names })).toBe("Ada, Bo, Cy, Di, Eli and 7 more");
    expect(whoIsThere(den)).toBe("");
    expect(whoIsThere({ ...den, names: [] })).toBe("");
  });
});

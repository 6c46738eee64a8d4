import { expect, it } from "vitest";
import { fakeSettings } from "../../test/fake-devices.ts";
import { FakePort, FakeRoom } from "../../test/fake-room.ts";
import { Passing } from "./passing.ts";

it("[X138] knows whose page passes pictures on, and whether this one does and would", () => {
  const room = new FakeRoom("private") as FakeRoom & { passOn?: boolean | undefined };
  const [settings, port] = [fakeSettings(), new FakePort()];
  const passing = new Passing(room, settings, port.every);
  expect([passing.passers.value, passing.served.value, passing.isOffered.value]).toEqual([[], 0, false]);
  Object.assign(room, { topology: "peer", passers: { bo: ["cy"], [room.self.id]: ["di", "ed"] } });
  room.emit("room");
  expect([passing.passers.value, passing.served.value]).toEqual([["bo", room.self.id], 2]);
  room.passOn = true;
  port.pass(1_000);
  expect(passing.isOffered.value).toBe(true);
  passing.choose(false);
  expect([room.passOn, settings.passOn.value, passing.isOffered.value]).toEqual([false, false, false]);
  Object.assign(room, { topology: "mesh" });
  room.emit("room");
  expect([passing.passers.value, passing.served.value]).toEqual([[], 0]);
  passing.stop();
  expect(room.listenerCount).toBe(0);
});

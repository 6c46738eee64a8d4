import { describe, expect, it } from "vitest";
import { settle } from "../../test/fake-devices.ts";
import { FakePeer, FakeRoom } from "../../test/fake-room.ts";
import { Announcer } from "./announcer.ts";
import { HostDesk } from "./host-desk.ts";

function make() {
  const room = new FakeRoom();
  const announcer = new Announcer(() => () => undefined);
  return { room, announcer, desk: new HostDesk(room, announcer) };
}

describe("the host's desk", () => {
  it("[W49] says who knocks, once each, and shows them until they are answered", () => {
    const { room, announcer, desk } = make();
    room.knocks("bo", "Bo");
    expect(announcer.polite.value?.text).toBe("Bo would like to come in");
    expect(desk.waiting.value.map(({ name }) => name)).toEqual(["Bo"]);
    const { number } = announcer.polite.value ?? {};
    room.emit("waiting");
    expect(announcer.polite.value?.number).toBe(number);
    room.waiting.delete("bo");
    room.emit("waiting");
    expect(desk.waiting.value).toEqual([]);
  });

  it("knows those who knocked before it was there", () => {
    const room = new FakeRoom();
    room.waiting.set("bo", { id: "bo", name: "Bo", country: "DE" });
    const desk = new HostDesk(room, new Announcer(() => () => undefined));
    expect(desk.waiting.value).toEqual([{ id: "bo", name: "Bo", country: "DE" }]);
  });

  it("asks the room for what is wanted", async () => {
    const { room, desk } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    await desk.set({ isLocked: true });
    await desk.admit("cy");
    await desk.deny("cy");
    await desk.mute(bo.id, "audio");
    await desk.handOver(bo.id);
    await desk.remove(bo.id);
    await desk.end();
    expect(room.asked).toEqual([
      'set {"isLocked":true}',
      "admit cy",
      "deny cy",
      "mute Bo audio",
      "hand over to Bo",
      "remove Bo",
      "end",
    ]);
  });

  it("[W49] says what was refused", async () => {
    const { room, announcer, desk } = make();
    room.refusal = "not-host";
    expect(await desk.end()).toBe(false);
    expect(announcer.urgent.value?.text).toBe("That did not work. detail of not-host hint of not-host");
    await settle();
  });

  it("does nothing about someone who left between menu and press", async () => {
    const { room, desk } = make();
    expect(await desk.remove("gone")).toBe(false);
    expect(room.asked).toEqual([]);
  });

  it("follows the room's rules and says when it is locked or open", () => {
    const { room, announcer, desk } = make();
    room.isLocked = true;
    room.title = "Tea";
    room.emit("room");
    expect(desk.rules.value).toEqual({ title: "Tea", isLocked: true, isKnocking: false, hasPasscode: false });
    expect(announcer.polite.value?.text).toBe("The room is locked now.");
    room.isLocked = false;
    room.emit("room");
    expect(announcer.polite.value?.text).toBe("The room is open again.");
    desk.stop();
    expect(room.listenerCount).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { FakeDevices, fakeSettings, settle } from "../../test/fake-devices.ts";
import { FakePeer, FakePort, FakeRoom, fakeStream, fakeTrack } from "../../test/fake-room.ts";
import { Announcer } from "./announcer.ts";
import { Call } from "./call.ts";
import type { EndingReason } from "./ending.ts";
import { Hearing } from "./hearing.ts";
import { LocalMedia } from "./local-media.ts";

function make(visibility: "public" | "private" = "private") {
  const room = new FakeRoom(visibility);
  const devices = new FakeDevices();
  const local = new LocalMedia(devices, fakeSettings());
  const announcer = new Announcer(() => () => undefined);
  const ends: EndingReason[] = [];
  const port = new FakePort();
  const call = new Call({
    room,
    local,
    announcer,
    hearing: new Hearing(local, port),
    port,
    sent: { audio: undefined, video: undefined },
    onEnd: (reason) => ends.push(reason),
  });
  return { room, devices, local, announcer, ends, port, call };
}

describe("a call on screen", () => {
  it("[W22] shows yourself first, then the others in order of arrival", () => {
    const { room, call } = make();
    room.arrive(new FakePeer("bo", "Bo"));
    room.arrive(new FakePeer("cy", "Cy"));
    expect(call.people.value.map(({ name, isSelf }) => [name, isSelf])).toEqual([
      ["Ada", true],
      ["Bo", false],
      ["Cy", false],
    ]);
    const [bo] = room.peers.values();
    if (bo) room.depart(bo, "left");
    expect(call.people.value.map(({ name }) => name)).toEqual(["Ada", "Cy"]);
  });

  it("follows media, presence and links", () => {
    const { room, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    room.emit("media", bo.shows(fakeStream([]), { audio: "muted" }));
    expect(call.people.value[1]).toMatchObject({ audio: "muted", video: "on" });
    bo.presence = "away";
    room.emit("peer-changed", bo);
    expect(call.people.value[1]?.presence).toBe("away");
  });

  it("keeps one's own picture the same stream while muting", async () => {
    const { local, call } = make();
    await local.start("camera", "microphone");
    await settle();
    const before = call.self.value.stream;
    call.sending.toggleMicrophone();
    expect(call.self.value).toMatchObject({ audio: "muted", video: "on" });
    expect(call.self.value.stream).toBe(before);
  });

  it("puts shared screens beside the people, one's own too, and takes them away", async () => {
    const { room, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    const media = bo.shows(fakeStream([fakeTrack("video")]), {}, "screen");
    room.emit("media", media);
    await call.share();
    expect(call.shares.value.map(({ name }) => name)).toEqual(["Bo", "Ada"]);
    expect(call.people.value).toHaveLength(2);
    bo.media.delete("screen");
    room.emit("media-ended", media);
    call.sending.stopSharing();
    expect(call.shares.value).toEqual([]);
  });

  it("[W23] a private room's page words the notices itself; a public room's come from the server, once", () => {
    const own = make("private");
    const bo = own.room.arrive(new FakePeer("bo", "Bo"));
    own.room.emit("notice", { event: "joined", name: "Bo", text: "Bo joined", at: 1 });
    own.room.depart(bo, "page");
    expect(own.call.chat.entries.value.map(({ text }) => text)).toEqual(["Bo joined", "Bo closed the page"]);

    const served = make("public");
    served.room.arrive(new FakePeer("bo", "Bo"));
    served.room.emit("notice", { event: "joined", name: "Bo", text: "Bo joined", at: 1 });
    expect(served.call.chat.entries.value.map(({ text }) => text)).toEqual(["Bo joined"]);
    expect(served.announcer.polite.value?.text).toBe("Bo joined");
  });

  it("[W24] announces a message only while the chat is closed: open, the log speaks for itself", () => {
    const { room, announcer, call } = make();
    const said = { from: { id: "bo", name: "Bo" }, isOwn: false, isHistory: false, at: 1 };
    room.emit("said", { ...said, id: "1", text: "hello" });
    expect(announcer.polite.value?.text).toBe("Bo: hello");
    call.toggle("chat");
    room.emit("said", { ...said, id: "2", text: "again" });
    expect(announcer.polite.value?.text).toBe("Bo: hello");
    expect(call.chat.unread.value).toBe(0);
  });

  it("[W25] says when the server is away, and that the call goes on", () => {
    const { room, call } = make();
    room.emit("state", "recovering");
    expect(call.isRecovering.value).toBe(true);
    room.emit("state", "live");
    expect(call.isRecovering.value).toBe(false);
  });

  it("ends once, with the room's reason", () => {
    const { room, ends } = make();
    room.emit("state", "left", { code: "removed", detail: "d", hint: "h" });
    room.emit("state", "left");
    expect(ends).toEqual([{ code: "removed", detail: "d", hint: "h" }]);
  });

  it("shows one panel at a time, and codes with the people", async () => {
    const { room, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    bo.code = "1111 2222 3333 4444 5555";
    call.toggle("chat");
    call.toggle("people");
    expect(call.panel.value).toBe("people");
    expect(call.chat.isOpen.value).toBe(false);
    await settle();
    expect(call.codes.value.get("bo")).toBe("1111 2222 3333 4444 5555");
    call.toggle("people");
    expect(call.panel.value).toBeUndefined();
  });

  it("lets go of the room when disposed of", () => {
    const { room, call } = make();
    call.dispose();
    expect(room.listenerCount).toBe(0);
  });

  it("tells the sender alone, urgently, that a message was refused", async () => {
    const { room, announcer, call } = make("public");
    room.sayNext = () => Promise.reject(Object.assign(new Error("Not taken."), { hint: "" }));
    call.chat.draft.value = "rude";
    await call.say();
    expect(announcer.urgent.value?.text).toBe("Not sent. Not taken.");
    expect(announcer.polite.value).toBeUndefined();
  });
});

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

  it("[X80] knows by which way pictures go, as soon as the room moves", () => {
    const { room, call } = make();
    expect(call.topology.value).toBe("mesh");
    Object.assign(room, { topology: "forwarder" });
    room.emit("room");
    expect(call.topology.value).toBe("forwarder");
  });

  it("[W41] marks who speaks, also yourself, and nobody who is muted", async () => {
    const { room, local, port, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    room.emit("media", bo.shows(fakeStream([]), { audio: "on" }));
    port.levels.set("bo", 0.2);
    port.pass(200);
    expect([...call.speaking.ids.value]).toEqual(["bo"]);
    expect(call.foremost.value.name).toBe("Bo");
    room.emit("media", bo.shows(fakeStream([]), { audio: "muted" }));
    await local.start("microphone");
    port.level = 0.3;
    port.pass(1_200);
    expect([...call.speaking.ids.value]).toEqual(["self"]);
    // The small window shows whom you listen to.
    expect(call.foremost.value.name).toBe("Bo");
  });

  it("[W40] pins one person at a time, and nobody when they left", () => {
    const { room, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    call.pin(bo.id);
    expect([call.pinnedIndex.value, call.foremost.value.name]).toEqual([1, "Bo"]);
    room.depart(bo, "left");
    expect(call.pinnedIndex.value).toBeUndefined();
    call.pin("self");
    expect(call.pinnedIndex.value).toBe(0);
    call.pin("self");
    expect(call.pinnedIndex.value).toBeUndefined();
  });

  it("[W47] says that the host muted you", async () => {
    const { room, local, announcer, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    await local.start("camera", "microphone");
    await settle();
    room.emit("asked", { what: "mute", kind: "audio", by: bo });
    expect(announcer.urgent.value?.text).toBe("Bo muted you. Unmute when you want to speak.");
    expect(call.self.value).toMatchObject({ audio: "muted", video: "on" });
    room.emit("asked", { what: "mute", kind: "video", by: bo });
    expect(announcer.urgent.value?.text).toContain("stopped your video");
    expect(call.self.value.video).toBe("none");
  });

  it("[W49] says who is host from now on", () => {
    const { room, announcer, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    room.self = { ...room.self, role: "member" };
    bo.role = "host";
    room.emit("peer-changed", bo);
    expect(announcer.polite.value?.text).toBe("Bo is the host now.");
    expect([call.self.value.isHost, call.people.value[1]?.isHost]).toEqual([false, true]);
    room.self = { ...room.self, role: "host" };
    bo.role = "member";
    room.emit("room");
    expect(announcer.polite.value?.text).toBe("You are the host now.");
  });

  it("[W57] says that it is offline", () => {
    const { port, call } = make();
    port.network(false);
    expect(call.isOffline.value).toBe(true);
    port.network(true);
    expect(call.isOffline.value).toBe(false);
  });

  it("[W50] announces a private message as one, and opens the chat for an answer", () => {
    const { room, announcer, call } = make();
    const bo = room.arrive(new FakePeer("bo", "Bo"));
    const said = { id: "m1", from: { id: "bo", name: "Bo" }, isOwn: false, isHistory: false, at: 1 };
    room.emit("said", { ...said, text: "psst", to: "self" });
    expect(announcer.polite.value?.text).toBe("Bo, only to you: psst");
    call.writeTo(bo.id);
    expect([call.panel.value, call.chat.to.value?.name]).toEqual(["chat", "Bo"]);
    call.giveTo(bo.id);
    expect([call.panel.value, call.files.to.value]).toEqual(["files", bo.id]);
  });

  it("[W45] does what a key stands for", async () => {
    const { local, call } = make();
    await local.start("microphone");
    call.press("microphone");
    expect(call.sending.isMuted.value).toBe(true);
    call.press("talk");
    expect(call.sending.isTalking.value).toBe(true);
    call.press("people");
    expect(call.panel.value).toBe("people");
    call.press("chat");
    expect(call.panel.value).toBe("chat");
    call.press("camera");
    expect(local.capture.camera.value.state).toBe("starting");
    call.press("share");
    expect(call.sending.screen.value.state).toBe("choosing");
    await settle();
    call.press("share");
    expect(call.sending.screen.value.state).toBe("none");
    call.press("help");
    expect(call.dialog.value).toEqual({ kind: "shortcuts" });
  });

  it("says what devices do by themselves", () => {
    const { local, announcer } = make();
    local.onNews({ what: "plugged", kind: "microphone", label: "Headset" });
    expect(announcer.polite.value?.text).toContain("Headset was plugged in");
    local.onNews({ what: "replaced", kind: "camera", label: "" });
    expect(announcer.polite.value?.text).toContain("Another one is in use");
    local.onNews({ what: "replaced", kind: "camera", label: "Desk camera" });
    expect(announcer.polite.value?.text).toContain("Desk camera is in use now");
    local.onNews({ what: "back", kind: "camera" });
    expect(announcer.polite.value?.text).toContain("back");
  });

  it("lets go of every timer and listener when it is over", () => {
    const { room, port, call } = make();
    call.dispose();
    expect([room.listenerCount, port.timerCount]).toEqual([0, 0]);
  });
});

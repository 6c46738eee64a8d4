import { describe, expect, it } from "vitest";
import { FakeDevices, fakeSettings, settle } from "../../test/fake-devices.ts";
import { FakeRoom, fakeStream, fakeTrack } from "../../test/fake-room.ts";
import { LocalMedia } from "./local-media.ts";
import { Sending } from "./sending.ts";

function make() {
  const devices = new FakeDevices();
  const local = new LocalMedia(devices, fakeSettings());
  const room = new FakeRoom();
  return { devices, local, room };
}
const nothing = { audio: undefined, video: undefined };

describe("what you send", () => {
  it("[W18] a camera that is ready only after joining is sent then", async () => {
    const { local, room } = make();
    const sending = new Sending(room, local, nothing);
    await local.start("camera", "microphone");
    await settle();
    expect(room.asked[0]).toMatch(/^publish camera (audio|video)/);
    expect(room.publications.has("camera")).toBe(true);
    sending.stop();
  });

  it("what was published along with joining is not sent again", async () => {
    const { local, room } = make();
    await local.start("camera", "microphone");
    const sent = { audio: local.track.microphone.value, video: local.track.camera.value };
    room.published(fakeStream([]));
    const sending = new Sending(room, local, sent);
    await settle();
    expect(room.asked).toEqual([]);
    sending.stop();
  });

  it("[W19] stopping the video stops the camera itself; starting sends a new track", async () => {
    const { devices, local, room } = make();
    await local.start("camera");
    room.published(fakeStream([]));
    const sending = new Sending(room, local, { ...nothing, video: local.track.camera.value });
    sending.toggleCamera();
    await settle();
    expect(devices.opened[0]?.readyState).toBe("ended");
    expect(room.asked).toEqual(["replace camera video with nothing"]);
    sending.toggleCamera();
    await settle();
    expect(room.asked.at(-1)).toBe("replace camera video");
    sending.stop();
  });

  it("quick presses end at the newest wish", async () => {
    const { local, room } = make();
    const sending = new Sending(room, local, nothing);
    for (let press = 0; press < 5; press += 1) sending.toggleCamera();
    await settle();
    expect(local.capture.camera.value.state).toBe("on");
    for (let press = 0; press < 5; press += 1) sending.toggleCamera();
    await settle();
    expect(local.capture.camera.value.state).toBe("off");
    expect(room.asked.at(-1)).toBe("replace camera video with nothing");
    sending.stop();
  });

  it("[W20] mutes without giving the microphone back, and turns it on when it was off", async () => {
    const { devices, local, room } = make();
    const sending = new Sending(room, local, nothing);
    sending.toggleMicrophone();
    await settle();
    expect(devices.asked).toEqual(["microphone:"]);
    expect(sending.isMuted.value).toBe(false);
    sending.toggleMicrophone();
    expect(sending.isMuted.value).toBe(true);
    expect(devices.opened[0]?.readyState).toBe("live");
    sending.toggleMicrophone();
    expect(room.asked.slice(-2)).toEqual(["mute camera audio", "unmute camera audio"]);
    sending.stop();
  });

  it("stays muted with another microphone", async () => {
    const { local, room } = make();
    await local.start("microphone");
    const sending = new Sending(room, local, nothing);
    await settle();
    sending.toggleMicrophone();
    await local.choose("microphone", "second");
    await settle();
    expect(sending.isMuted.value).toBe(true);
    expect(room.asked.at(-1)).toBe("mute camera audio");
    sending.stop();
  });

  it("[W21] shares a screen until the browser's own button or ours ends it", async () => {
    const { devices, local, room } = make();
    const sending = new Sending(room, local, nothing);
    const track = fakeTrack("video");
    devices.screen = () => Promise.resolve(fakeStream([track]));
    await sending.shareScreen();
    expect(sending.screen.value.state).toBe("sharing");
    devices.end(track);
    expect(sending.screen.value.state).toBe("none");
    expect(track.readyState).toBe("ended");
    expect(room.asked).toEqual(["publish screen video", "unpublish screen"]);
    devices.screen = () => Promise.reject(new Error("dismissed"));
    await sending.shareScreen();
    expect(sending.screen.value.state).toBe("none");
    sending.stop();
  });

  it("[W46] while the talk key is held a muted microphone is heard", async () => {
    const { local, room } = make();
    const sending = new Sending(room, local, nothing);
    await local.start("microphone");
    await settle();
    sending.talk(true);
    expect(sending.isTalking.value).toBe(false);
    sending.toggleMicrophone();
    sending.talk(true);
    expect([sending.isTalking.value, sending.isMuted.value]).toEqual([true, false]);
    sending.talk(false);
    sending.talk(false);
    expect([sending.isTalking.value, sending.isMuted.value]).toEqual([false, true]);
    expect(room.asked.slice(1)).toEqual(["mute camera audio", "unmute camera audio", "mute camera audio"]);
    sending.stop();
  });

  it("[W46] pressing Mute while the key is held ends it", async () => {
    const { local, room } = make();
    const sending = new Sending(room, local, nothing);
    await local.start("microphone");
    await settle();
    sending.toggleMicrophone();
    sending.talk(true);
    sending.toggleMicrophone();
    sending.talk(false);
    expect(sending.isMuted.value).toBe(true);
    sending.stop();
  });

  it("[W47] what the host mutes is muted here, and can go on", async () => {
    const { devices, local, room } = make();
    const sending = new Sending(room, local, nothing);
    await local.start("camera", "microphone");
    await settle();
    sending.wasMuted("audio");
    expect(sending.isMuted.value).toBe(true);
    expect(local.capture.camera.value.state).toBe("on");
    sending.toggleMicrophone();
    expect(room.asked.at(-1)).toBe("unmute camera audio");
    sending.wasMuted(undefined);
    expect(sending.isMuted.value).toBe(true);
    expect(devices.opened.find(({ kind }) => kind === "video")?.readyState).toBe("ended");
    sending.stop();
  });

  it("[W47] a camera that is started again after the host stopped it is seen", async () => {
    const { local, room } = make();
    const sending = new Sending(room, local, nothing);
    await local.start("camera");
    await settle();
    const publication = room.publications.get("camera");
    if (publication !== undefined) Object.assign(publication, { video: "muted" });
    sending.wasMuted("video");
    await settle();
    sending.toggleCamera();
    await settle();
    expect(room.asked.slice(-2)).toEqual(["replace camera video", "unmute camera video"]);
    sending.stop();
  });
});

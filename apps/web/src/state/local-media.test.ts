import { describe, expect, it } from "vitest";
import { FakeDevices, fakeSettings, settle } from "../../test/fake-devices.ts";
import { deviceAdvice } from "./device-advice.ts";
import { LocalMedia } from "./local-media.ts";

function make() {
  const devices = new FakeDevices();
  const settings = fakeSettings();
  return { devices, settings, media: new LocalMedia(devices, settings) };
}

describe("your camera and microphone", () => {
  it("[W14] are asked for with one question", async () => {
    const { devices, media } = make();
    await media.start("camera", "microphone");
    expect(devices.asked).toEqual(["camera: microphone:"]);
    expect(media.capture.camera.value.state).toBe("on");
    expect(media.capture.microphone.value.state).toBe("on");
    await media.start("camera", "microphone");
    expect(devices.asked).toHaveLength(1);
  });

  it("[W15] stopping ends the track itself, also one that was still being fetched", async () => {
    const { devices, media } = make();
    await media.start("camera");
    media.stop("camera");
    expect(devices.opened[0]?.readyState).toBe("ended");
    expect(media.capture.camera.value).toEqual({ state: "off" });

    let open: () => void = () => undefined;
    devices.gate = new Promise((resolve) => {
      open = resolve;
    });
    const starting = media.start("camera");
    expect(media.capture.camera.value.state).toBe("starting");
    media.stop("camera");
    open();
    await starting;
    expect(devices.opened[1]?.readyState).toBe("ended");
    expect(media.capture.camera.value).toEqual({ state: "off" });
  });

  it("[W16] another device is used at once and remembered", async () => {
    const { devices, settings, media } = make();
    await media.start("camera");
    await media.choose("camera", "second");
    expect(devices.asked).toEqual(["camera:", "camera:second"]);
    expect(devices.opened.map(({ readyState }) => readyState)).toEqual(["ended", "live"]);
    expect(settings.device("camera")).toBe("second");
    await media.choose("speaker", "loud");
    await media.choose("microphone", "third");
    expect(devices.asked).toHaveLength(2);
    const later = new LocalMedia(devices, settings);
    expect(later.chosen.speaker.value).toBe("loud");
    await later.start("microphone");
    expect(devices.asked.at(-1)).toBe("microphone:third");
  });

  it("says when a device is taken away, and starts again when asked", async () => {
    const { devices, media } = make();
    await media.start("microphone");
    const [track] = devices.opened;
    if (track) devices.end(track);
    expect(media.capture.microphone.value).toEqual({ state: "failed", problem: "lost" });
    await media.start("microphone");
    expect(media.capture.microphone.value.state).toBe("on");
  });

  it("lists what is plugged in later, until it is disposed of", async () => {
    const { devices, media } = make();
    await settle();
    devices.plug([{ kind: "camera", id: "c", label: "Desk camera" }]);
    await settle();
    expect(media.devices.value).toHaveLength(1);
    media.dispose();
    devices.plug([]);
    await settle();
    expect(media.devices.value).toHaveLength(1);
  });

  it("[W17] a refusal of one keeps the other, and each is said in a plain sentence", async () => {
    const { devices, media } = make();
    devices.problems = { camera: "denied" };
    await media.start("camera", "microphone");
    expect(media.capture.microphone.value.state).toBe("on");
    const advice = () => deviceAdvice(media.capture.camera.value, media.capture.microphone.value);
    expect(advice()).toMatch(/does not let this page use your camera/);
    devices.problems = { camera: "missing", microphone: "missing" };
    media.stop("microphone");
    await media.start("camera", "microphone");
    expect(advice()).toMatch(/No camera and no microphone/);
    devices.problems = { camera: "busy", microphone: "denied" };
    await media.start("camera", "microphone");
    expect(advice()).toMatch(/Another program.*use your microphone/);
    devices.problems = { camera: "dismissed", microphone: "dismissed" };
    await media.start("camera", "microphone");
    expect(advice()).toMatch(/asked for camera and microphone.*asked again/);
    devices.problems = {};
    await media.start("camera", "microphone");
    expect(advice()).toBeUndefined();
  });

  it("[W91] what was not allowed is turned on when it is allowed after all, and nothing else", async () => {
    const { devices, media } = make();
    devices.problems = { camera: "denied", microphone: "dismissed" };
    await media.start("camera", "microphone");
    devices.allow("camera");
    await settle();
    expect(media.capture.camera.value.state).toBe("on");
    expect(media.capture.microphone.value.state).toBe("failed");
    media.stop("microphone");
    devices.allow("microphone");
    await settle();
    expect(media.capture.microphone.value.state).toBe("off");
    expect(devices.asked).toEqual(["camera: microphone:", "camera:"]);
  });

  const camera = (id: string) => ({ kind: "camera" as const, id, label: `Camera ${id}` });

  it("[W52] when a device is unplugged another one takes over, and that is said", async () => {
    const { devices, media } = make();
    const news: string[] = [];
    media.onNews = ({ what, kind }) => news.push(`${what} ${kind}`);
    devices.devices = [camera("one"), camera("two")];
    await media.start("camera");
    devices.devices = [camera("two")];
    const [track] = devices.opened;
    if (track) devices.end(track);
    await settle();
    expect(media.capture.camera.value.state).toBe("on");
    expect(media.track.camera.value).not.toBe(track);
    expect(news).toEqual(["replaced camera"]);
  });

  // The order is the browser's: Firefox tells of the list at once, and ends the tracks when it has looked at the devices.
  it.each(["the list", "the track"])("[W52] it is the same whether %s is told of first", async (first) => {
    for (const others of [[camera("two")], []]) {
      const { devices, media } = make();
      const news: string[] = [];
      media.onNews = ({ what, kind }) => news.push(`${what} ${kind}`);
      devices.devices = [camera("one"), ...others];
      await media.start("camera");
      const [track] = devices.opened as [MediaStreamTrack];
      devices.devices = others;
      const steps = [() => devices.plug(others), () => devices.end(track)];
      for (const step of first === "the list" ? steps : steps.reverse()) {
        step();
        await settle();
      }
      if (others.length > 0) {
        expect([media.capture.camera.value.state, news]).toEqual(["on", ["replaced camera"]]);
        expect(media.track.camera.value).toBe(devices.opened[1]);
      } else {
        expect(media.capture.camera.value).toEqual({ state: "failed", problem: "lost" });
        devices.plug([camera("one")]);
        await settle();
        expect([media.capture.camera.value.state, news]).toEqual(["on", ["back camera"]]);
      }
    }
  });

  it("[W52] when there is no other, the next one that is plugged in does", async () => {
    const { devices, media } = make();
    const news: string[] = [];
    media.onNews = ({ what, kind }) => news.push(`${what} ${kind}`);
    devices.devices = [camera("one")];
    await media.start("camera");
    const [track] = devices.opened;
    devices.devices = [];
    if (track) devices.end(track);
    await settle();
    expect(media.capture.camera.value).toEqual({ state: "failed", problem: "lost" });
    devices.plug([camera("two")]);
    await settle();
    expect(media.capture.camera.value.state).toBe("on");
    expect(news).toEqual(["back camera"]);
  });

  it("[W52] the first device that is plugged in is taken, though it has no name before permission", async () => {
    const { devices, media } = make();
    const news: string[] = [];
    media.onNews = ({ what, kind }) => news.push(`${what} ${kind}`);
    devices.problems = { camera: "missing", microphone: "missing" };
    await media.start("camera", "microphone");
    devices.problems = { camera: "missing" };
    devices.plug([{ kind: "microphone", id: "", label: "" }]);
    await settle();
    expect(media.capture.microphone.value.state).toBe("on");
    expect(media.capture.camera.value).toEqual({ state: "failed", problem: "missing" });
    expect(news).toEqual(["back microphone"]);
    // Nothing to choose from in a list.
    expect(media.devices.value).toEqual([]);
  });

  it("[W52] a device that comes along while all is well is only told of", async () => {
    const { devices, media } = make();
    const news: string[] = [];
    media.onNews = (one) => news.push(`${one.what} ${"label" in one ? one.label : ""}`);
    devices.devices = [camera("one")];
    await media.start("camera");
    devices.plug([camera("one"), camera("two")]);
    await settle();
    expect(news).toEqual(["plugged Camera two"]);
    expect(devices.asked).toHaveLength(1);
  });

  it("[W53] sound is processed unless that is switched off, which opens the microphone again", async () => {
    const { devices, settings, media } = make();
    await media.start("microphone");
    expect(devices.processing).toEqual({ echo: true, noise: true, gain: true });
    await media.process("noise", false);
    expect(devices.processing).toEqual({ echo: true, noise: false, gain: true });
    expect(devices.opened.map(({ readyState }) => readyState)).toEqual(["ended", "live"]);
    media.stop("microphone");
    await media.process("echo", false);
    expect(devices.opened).toHaveLength(2);
    expect(settings.processing.value).toEqual({ echo: false, noise: false, gain: true });
  });
});

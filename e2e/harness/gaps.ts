import type { TestPage } from "./browsers.ts";

/** The longest times without a new frame, and without sound, ms. */
export interface Gaps {
  readonly picture: number;
  readonly sound: number;
}

/**
 * Begins to watch and to listen to what comes from that peer, in a page of `joinWithSdk`; the result ends it and gives the longest gaps since
 * then. The sound must be one without pauses.
 */
export async function watchGaps(on: TestPage, peer: string): Promise<() => Promise<Gaps>> {
  await on.page.evaluate(async (name) => {
    const video = document.querySelector<HTMLVideoElement>(
      `video[data-peer="${name}"][data-source="camera"]`,
    );
    if (video === null) throw new Error(`no picture of ${name}`);
    const gaps = { picture: 0, sound: 0 };
    let isOver = false;
    let seenAt = performance.now();
    const frame = (): void => {
      const now = performance.now();
      gaps.picture = Math.max(gaps.picture, now - seenAt);
      seenAt = now;
      if (!isOver) video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);

    const context = new AudioContext();
    await context.resume();
    const analyser = new AnalyserNode(context, { fftSize: 256 });
    const samples = new Float32Array(analyser.fftSize);
    let heard: MediaStreamTrack | undefined;
    let node: MediaStreamAudioSourceNode | undefined;
    let heardAt = performance.now();
    const listen = (): void => {
      // Of a stream whose track is another now, a node goes on playing the old one.
      const track = (video.srcObject as MediaStream | null)?.getAudioTracks()[0];
      if (track !== undefined && track !== heard) {
        node?.disconnect();
        heard = track;
        node = context.createMediaStreamSource(new MediaStream([track]));
        node.connect(analyser);
      }
      analyser.getFloatTimeDomainData(samples);
      const now = performance.now();
      if (samples.some((sample) => Math.abs(sample) > 0.005)) {
        gaps.sound = Math.max(gaps.sound, now - heardAt);
        heardAt = now;
      }
    };
    const timer = setInterval(listen, 10);
    window.kept["gaps"] = async () => {
      isOver = true;
      clearInterval(timer);
      const now = performance.now();
      gaps.picture = Math.max(gaps.picture, now - seenAt);
      gaps.sound = Math.max(gaps.sound, now - heardAt);
      await context.close();
      return gaps;
    };
  }, peer);
  return () => on.page.evaluate(() => (window.kept["gaps"] as () => Promise<Gaps>)());
}

/** Joins with a drawn picture that moves and a tone without pauses, as `camera`. */
export async function joinWithTone(
  { page }: TestPage,
  link: string,
  name: string,
  picture: { readonly width: number; readonly height: number; readonly fps: number },
): Promise<void> {
  await page.evaluate(
    async (theLink, who, { width, height, fps }) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width, height });
      const pen = canvas.getContext("2d");
      let turn = 0;
      setInterval(() => {
        if (pen === null) return;
        turn += 1;
        pen.fillStyle = `hsl(${(turn * 7) % 360} 60% 50%)`;
        pen.fillRect(0, 0, width, height);
      }, 1000 / fps);
      const context = new AudioContext();
      await context.resume();
      const out = context.createMediaStreamDestination();
      const tone = new OscillatorNode(context, { frequency: 440 });
      tone.connect(out);
      tone.start();
      const stream = new MediaStream([
        ...canvas.captureStream(fps).getVideoTracks(),
        ...out.stream.getAudioTracks(),
      ]);
      window.kept["stream"] = stream;
      window.room = await window.sdk.joinRoom(theLink, {
        name: who,
        remember: "none",
        publish: [{ stream, source: "camera" }],
      });
    },
    link,
    name,
    picture,
  );
}

import { snapshotName } from "../state/snapshot.ts";

/** Saves what a `<video>` shows now as a PNG; resolves with the file's name, or undefined when there is no picture. */
export async function saveSnapshot(video: HTMLVideoElement, name: string): Promise<string | undefined> {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = videoWidth;
  canvas.height = videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
  if (blob === null) return undefined;
  const file = snapshotName(name, new Date());
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = file;
  anchor.click();
  // The download has its own hold on the data by the next turn of the event loop's timers.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return file;
}

import type { RemoteMedia } from "@parlour/client";

/** Heights that pictures are asked for in: a window dragged wider must not ask a hundred times. */
const steps: readonly number[] = [90, 180, 270, 360, 540, 720, 1080];

/** What to ask of a sender whose picture is shown `height` device pixels high; 0 is out of sight. */
export function wantedHeight(height: number): number | "none" {
  if (height <= 0) return "none";
  return steps.find((step) => step >= height) ?? steps.at(-1) ?? height;
}

/** Tells senders how large their pictures are shown, so that what nobody looks at costs little. */
export class Attention {
  readonly #asked = new WeakMap<RemoteMedia, number | "none">();

  /** `height`: as shown, in device pixels. Asks only when it makes a difference. */
  show(media: RemoteMedia | undefined, height: number): void {
    if (media === undefined) return;
    const wanted = wantedHeight(height);
    if (this.#asked.get(media) === wanted) return;
    this.#asked.set(media, wanted);
    media.want(wanted === "none" ? "none" : { height: wanted });
  }
}

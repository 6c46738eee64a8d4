import type { PassingSetup } from "../driver.ts";

/**
 * Plays sound to nobody. Chromium decodes what comes for who plays it alone, and passes on what it has decoded: of a sound that no element of the page plays
 * not one packet is sent on (seen in Chromium 156). A page may well play none: browsers hold sound back until somebody pressed something.
 */
export class Unheard {
  readonly #createSound: () => HTMLAudioElement;
  readonly #createStream: () => MediaStream;
  readonly #elements = new Map<MediaStreamTrack, HTMLAudioElement>();

  constructor({
    createSound = () => new Audio(),
    createStream,
  }: Pick<PassingSetup, "createSound" | "createStream">) {
    this.#createSound = createSound;
    this.#createStream = createStream;
  }

  /** Plays these from now on, and no others. */
  play(tracks: ReadonlySet<MediaStreamTrack>): void {
    for (const [track, element] of this.#elements) {
      if (tracks.has(track)) continue;
      element.srcObject = null;
      this.#elements.delete(track);
    }
    for (const track of tracks) {
      if (this.#elements.has(track)) continue;
      const element = this.#createSound();
      element.muted = true;
      const stream = this.#createStream();
      stream.addTrack(track);
      element.srcObject = stream;
      // What is muted may always play. It ends when its track or this does.
      element.play().catch(() => {});
      this.#elements.set(track, element);
    }
  }
}

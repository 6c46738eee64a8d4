import type { Publication, Room } from "@parlour/client";
import { effect, type Signal, signal } from "@preact/signals";
import type { LocalMedia } from "./local-media.ts";

export type ScreenShare =
  | { readonly state: "none" }
  | { readonly state: "choosing" }
  | { readonly state: "sharing"; readonly stream: MediaStream };

type Sent = { readonly [kind in "audio" | "video"]: MediaStreamTrack | undefined };

/**
 * What you send into a room: follows your camera and microphone, and mutes.
 *
 * Changes go to the room one at a time and always towards the newest wish, so that quick presses can't overtake each other.
 */
export class Sending {
  readonly isMuted: Signal<boolean> = signal(false);
  /** Muted, and heard all the same while a key is held. */
  readonly isTalking: Signal<boolean> = signal(false);
  readonly screen: Signal<ScreenShare> = signal({ state: "none" });
  readonly #room: Room;
  readonly #local: LocalMedia;
  #sent: Sent;
  #isWorking = false;
  readonly #stopFollowing: () => void;

  /** `sent`: the tracks that were published along with joining. */
  constructor(room: Room, local: LocalMedia, sent: Sent) {
    this.#room = room;
    this.#local = local;
    this.#sent = sent;
    this.#stopFollowing = effect(() => {
      local.track.camera.value;
      local.track.microphone.value;
      void this.#follow();
    });
  }

  /** Mutes, unmutes, or turns the microphone on when it is off. */
  toggleMicrophone(): void {
    this.isTalking.value = false;
    if (this.#local.track.microphone.peek() === undefined) {
      this.#setMuted(false);
      void this.#local.start("microphone");
    } else this.#setMuted(!this.isMuted.peek());
  }

  /** Push to talk: while the key is held a muted microphone is heard. */
  talk(isHeld: boolean): void {
    if (isHeld) {
      if (!this.isMuted.peek() || this.#local.track.microphone.peek() === undefined) return;
      this.isTalking.value = true;
      this.#setMuted(false);
    } else if (this.isTalking.peek()) {
      this.isTalking.value = false;
      this.#setMuted(true);
    }
  }

  /** The host asked for it, and the SDK has muted already: the buttons say so, and the camera's light goes off. */
  wasMuted(kind: "audio" | "video" | undefined): void {
    if (kind !== "video") {
      this.isTalking.value = false;
      this.isMuted.value = true;
    }
    if (kind !== "audio") this.#local.stop("camera");
  }

  /** Stops the camera itself, so that its light goes off; starting gets it anew. */
  toggleCamera(): void {
    const { state } = this.#local.capture.camera.peek();
    if (state === "on" || state === "starting") this.#local.stop("camera");
    else void this.#local.start("camera");
  }

  /** Rejects when the screen was chosen but could not be sent; a press on Cancel is not a failure. */
  async shareScreen(): Promise<void> {
    if (this.screen.peek().state !== "none") return;
    this.screen.value = { state: "choosing" };
    let stream: MediaStream;
    try {
      stream = await this.#local.port.openScreen();
    } catch {
      this.screen.value = { state: "none" };
      return;
    }
    this.screen.value = { state: "sharing", stream };
    for (const track of stream.getVideoTracks()) {
      this.#local.port.onEnded(track, () => this.stopSharing());
    }
    try {
      await this.#room.publish(stream, { source: "screen" });
    } catch (problem) {
      this.stopSharing();
      throw problem;
    }
  }

  stopSharing(): void {
    const share = this.screen.peek();
    if (share.state !== "sharing") return;
    this.screen.value = { state: "none" };
    this.#room.publications.get("screen")?.unpublish();
    for (const track of share.stream.getTracks()) track.stop();
  }

  stop(): void {
    this.#stopFollowing();
    this.stopSharing();
  }

  #setMuted(isMuted: boolean): void {
    this.isMuted.value = isMuted;
    const publication = this.#room.publications.get("camera");
    if (isMuted) publication?.mute("audio");
    else publication?.unmute("audio");
  }

  async #follow(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      for (let step = this.#nextStep(); step !== undefined; step = this.#nextStep()) await step();
    } catch {
      // The room is gone, or refused; its own state says so. The next change tries again.
    } finally {
      this.#isWorking = false;
    }
  }

  #nextStep(): (() => Promise<void>) | undefined {
    const wanted: Sent = {
      audio: this.#local.track.microphone.peek(),
      video: this.#local.track.camera.peek(),
    };
    const publication = this.#room.publications.get("camera");
    if (publication === undefined) {
      const tracks = [wanted.audio, wanted.video].filter((track) => track !== undefined);
      return tracks.length === 0 ? undefined : () => this.#publish(tracks, wanted);
    }
    for (const kind of ["audio", "video"] as const) {
      if (wanted[kind] !== this.#sent[kind]) return () => this.#replace(publication, kind, wanted[kind]);
    }
    return undefined;
  }

  async #publish(tracks: readonly MediaStreamTrack[], wanted: Sent): Promise<void> {
    const publication = await this.#room.publish(this.#local.port.makeStream(tracks), { source: "camera" });
    this.#sent = wanted;
    if (this.isMuted.peek()) publication.mute("audio");
  }

  async #replace(
    publication: Publication,
    kind: "audio" | "video",
    track: MediaStreamTrack | undefined,
  ): Promise<void> {
    if (track === undefined) await publication.replace(null, kind);
    else await publication.replace(track);
    this.#sent = { ...this.#sent, [kind]: track };
    if (kind === "audio" && this.isMuted.peek()) publication.mute("audio");
    // Muted at the host's wish before; whoever starts the camera again is to be seen.
    if (kind === "video" && track !== undefined && publication.video === "muted") publication.unmute("video");
  }
}

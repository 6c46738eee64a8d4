import type { CaptureKind, CaptureProblem, Device, DevicePort, Opened } from "../src/state/local-media.ts";
import { type Processing, Settings, type Store } from "../src/state/settings.ts";
import { fakeStream, fakeTrack } from "./fake-room.ts";

export function mapStore(): Store & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}
export function fakeSettings(): Settings {
  return new Settings(mapStore(), mapStore());
}

/** Lets everything that only waits for promises happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** Devices that answer as the test says; `asked` tells what was opened. */
export class FakeDevices implements DevicePort {
  canChooseSpeaker = true;
  canShareScreen = true;
  devices: readonly Device[] = [];
  readonly asked: string[] = [];
  /** As last asked for. */
  processing: Processing | undefined;
  readonly opened: MediaStreamTrack[] = [];
  problems: Partial<Record<CaptureKind, CaptureProblem>> = {};
  /** When set, `open` waits for it. */
  gate: Promise<void> | undefined;
  screen: (() => Promise<MediaStream>) | undefined;
  /** As when the person allows it in the browser's own controls. */
  allow: (kind: CaptureKind) => void = () => undefined;
  #changed: () => void = () => undefined;
  readonly #ended = new Map<MediaStreamTrack, () => void>();

  list(): Promise<readonly Device[]> {
    return Promise.resolve(this.devices);
  }
  async open(
    wanted: Partial<Record<CaptureKind, string>>,
    processing: Processing,
  ): Promise<Partial<Record<CaptureKind, Opened>>> {
    this.processing = processing;
    const kinds = Object.keys(wanted) as CaptureKind[];
    this.asked.push(kinds.map((kind) => `${kind}:${wanted[kind]}`).join(" "));
    await this.gate;
    const results: Partial<Record<CaptureKind, Opened>> = {};
    for (const kind of kinds) {
      const problem = this.problems[kind];
      const track = fakeTrack(kind === "camera" ? "video" : "audio");
      if (problem === undefined) this.opened.push(track);
      results[kind] = problem === undefined ? { track } : { problem };
    }
    return results;
  }
  openScreen(): Promise<MediaStream> {
    return this.screen?.() ?? Promise.resolve(fakeStream([fakeTrack("video")]));
  }
  onDevicesChanged(listener: () => void): () => void {
    this.#changed = listener;
    return () => {
      this.#changed = () => undefined;
    };
  }
  plug(devices: readonly Device[]): void {
    this.devices = devices;
    this.#changed();
  }
  onAllowed(listener: (kind: CaptureKind) => void): () => void {
    this.allow = (kind) => {
      delete this.problems[kind];
      listener(kind);
    };
    return () => {
      this.allow = () => undefined;
    };
  }
  onEnded(track: MediaStreamTrack, listener: () => void): () => void {
    this.#ended.set(track, listener);
    return () => this.#ended.delete(track);
  }
  /** As when a device is unplugged, or the browser's own "stop sharing" is pressed. */
  end(track: MediaStreamTrack): void {
    this.#ended.get(track)?.();
  }
  makeStream(tracks: readonly MediaStreamTrack[]): MediaStream {
    return fakeStream(tracks);
  }
}

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Settings } from "./settings.ts";

export type CaptureKind = "camera" | "microphone";
export type DeviceKind = CaptureKind | "speaker";
/** `lost`: it was unplugged, or the system took it away. `insecure`: the page is not on HTTPS. */
export type CaptureProblem = "denied" | "missing" | "busy" | "lost" | "insecure";

/**
 * One camera or microphone.
 *
 *     off ──start──▶ starting ──▶ on ──unplugged──▶ failed
 *      ▲                │          │                   │
 *      └──── stop ──────┴── stop ──┘      start ◀──────┘
 *
 * `starting` may also end in `failed`. There is no "muted" here: that is between us and the room (sending.ts).
 */
export type Capture =
  | { readonly state: "off" }
  | { readonly state: "starting" }
  | { readonly state: "on"; readonly track: MediaStreamTrack }
  | { readonly state: "failed"; readonly problem: CaptureProblem };

export interface Device {
  readonly kind: DeviceKind;
  readonly id: string;
  /** Empty until permission is given. */
  readonly label: string;
}

export type Opened = { readonly track: MediaStreamTrack } | { readonly problem: CaptureProblem };

/** The browser's devices; `browser/devices.ts` is the real one. */
export interface DevicePort {
  readonly canChooseSpeaker: boolean;
  readonly canShareScreen: boolean;
  list(): Promise<readonly Device[]>;
  /** Asks for what is named, by device id ("" for any), in one prompt where it can. Never rejects. */
  open(wanted: Partial<Record<CaptureKind, string>>): Promise<Partial<Record<CaptureKind, Opened>>>;
  /** Rejects when nothing was chosen. */
  openScreen(): Promise<MediaStream>;
  onDevicesChanged(listener: () => void): () => void;
  onEnded(track: MediaStreamTrack, listener: () => void): () => void;
  makeStream(tracks: readonly MediaStreamTrack[]): MediaStream;
}

const kinds: readonly CaptureKind[] = ["camera", "microphone"];

/** Your own camera and microphone, before and during a call. It stops every track that it opened. */
export class LocalMedia {
  readonly port: DevicePort;
  readonly capture: Readonly<Record<CaptureKind, Signal<Capture>>> = {
    camera: signal<Capture>({ state: "off" }),
    microphone: signal<Capture>({ state: "off" }),
  };
  readonly track: Readonly<Record<CaptureKind, ReadonlySignal<MediaStreamTrack | undefined>>> = {
    camera: computed(() => trackOf(this.capture.camera.value)),
    microphone: computed(() => trackOf(this.capture.microphone.value)),
  };
  readonly devices: Signal<readonly Device[]> = signal([]);
  readonly chosen: Readonly<Record<DeviceKind, Signal<string>>>;
  readonly #settings: Settings;
  /** Counts the starts and stops of each kind, so that a late answer to an earlier start is thrown away. */
  readonly #turn: Record<CaptureKind, number> = { camera: 0, microphone: 0 };
  readonly #stopWatching: () => void;

  constructor(port: DevicePort, settings: Settings) {
    this.port = port;
    this.#settings = settings;
    this.chosen = {
      camera: signal(settings.device("camera")),
      microphone: signal(settings.device("microphone")),
      speaker: signal(settings.device("speaker")),
    };
    this.#stopWatching = port.onDevicesChanged(() => void this.refresh());
    void this.refresh();
  }

  async refresh(): Promise<void> {
    this.devices.value = await this.port.list().catch(() => []);
  }

  /** Turns devices on, with one question to the person where the browser can ask once. */
  async start(...wanted: CaptureKind[]): Promise<void> {
    const turns = new Map<CaptureKind, number>();
    const ask: Partial<Record<CaptureKind, string>> = {};
    for (const kind of wanted) {
      const { state } = this.capture[kind].value;
      if (state === "on" || state === "starting") continue;
      turns.set(kind, this.#nextTurn(kind));
      this.capture[kind].value = { state: "starting" };
      ask[kind] = this.chosen[kind].value;
    }
    if (turns.size > 0) await this.#open(turns, ask);
  }

  /** Turns a device off: its light goes out. */
  stop(kind: CaptureKind): void {
    this.#nextTurn(kind);
    const before = this.capture[kind].value;
    this.capture[kind].value = { state: "off" };
    if (before.state === "on") before.track.stop();
  }

  /** Another device of that kind from now on; in use at once when the present one is. */
  async choose(kind: DeviceKind, id: string): Promise<void> {
    this.chosen[kind].value = id;
    this.#settings.rememberDevice(kind, id);
    if (kind === "speaker") return;
    const before = this.capture[kind].value;
    if (before.state === "off") return;
    const turn = this.#nextTurn(kind);
    // Some systems lend a device once only, so the old one goes back first.
    if (before.state === "on") before.track.stop();
    this.capture[kind].value = { state: "starting" };
    await this.#open(new Map([[kind, turn]]), { [kind]: id });
  }

  dispose(): void {
    this.#stopWatching();
    for (const kind of kinds) this.stop(kind);
  }

  async #open(
    turns: ReadonlyMap<CaptureKind, number>,
    ask: Partial<Record<CaptureKind, string>>,
  ): Promise<void> {
    const opened = await this.port.open(ask);
    for (const [kind, turn] of turns) {
      const result = opened[kind] ?? { problem: "missing" as const };
      if (this.#turn[kind] !== turn) {
        if ("track" in result) result.track.stop();
        continue;
      }
      if ("problem" in result) {
        this.capture[kind].value = { state: "failed", problem: result.problem };
        continue;
      }
      const { track } = result;
      this.capture[kind].value = { state: "on", track };
      this.port.onEnded(track, () => {
        if (this.track[kind].peek() === track)
          this.capture[kind].value = { state: "failed", problem: "lost" };
      });
    }
    // Names of devices are known only once one was allowed.
    await this.refresh();
  }

  #nextTurn(kind: CaptureKind): number {
    this.#turn[kind] += 1;
    return this.#turn[kind];
  }
}

function trackOf(capture: Capture): MediaStreamTrack | undefined {
  return capture.state === "on" ? capture.track : undefined;
}

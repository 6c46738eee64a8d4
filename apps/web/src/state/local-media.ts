import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Processing, Settings } from "./settings.ts";

export type CaptureKind = "camera" | "microphone";
export type DeviceKind = CaptureKind | "speaker";
/**
 * `denied`: by an answer that the browser keeps. `dismissed`: the question was closed, and can be asked again.
 * `lost`: it was unplugged, or the system took it away. `insecure`: the page is not on HTTPS.
 */
export type CaptureProblem = "denied" | "dismissed" | "missing" | "busy" | "lost" | "insecure";

/**
 * One camera or microphone.
 *
 *     off ──start──▶ starting ──▶ on ──unplugged, and there is no other──▶ failed
 *      ▲                │  ▲       │                                          │
 *      └──── stop ──────┴──│─ stop ┴─ unplugged, and there is another ─┐      │
 *                          └─── start, one is plugged in or allowed ◀──┴──────┘
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

/** What happened to devices by itself, for a word to the person. */
export type DeviceNews =
  | { readonly what: "replaced"; readonly kind: CaptureKind; readonly label: string }
  | { readonly what: "back"; readonly kind: CaptureKind }
  | { readonly what: "plugged"; readonly kind: DeviceKind; readonly label: string };

/** The browser's devices; `browser/devices.ts` is the real one. */
export interface DevicePort {
  readonly canChooseSpeaker: boolean;
  readonly canShareScreen: boolean;
  /** Before permission there is one nameless device of each kind, whose id is "". */
  list(): Promise<readonly Device[]>;
  /** Asks for what is named, by device id ("" for any), in one prompt where it can. Never rejects. */
  open(
    wanted: Partial<Record<CaptureKind, string>>,
    processing: Processing,
  ): Promise<Partial<Record<CaptureKind, Opened>>>;
  /** Where the browser keeps the list of speakers to itself: its own choice. Gives the device, or undefined. */
  readonly pickSpeaker?: () => Promise<Device | undefined>;
  /** Rejects when nothing was chosen. */
  openScreen(): Promise<MediaStream>;
  onDevicesChanged(listener: () => void): () => void;
  /** Told when the person allows a kind in the browser's own controls. */
  onAllowed(listener: (kind: CaptureKind) => void): () => void;
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
  /** Told what devices do by themselves; one listener is enough. */
  onNews: (news: DeviceNews) => void = () => undefined;
  readonly settings: Settings;
  /** Counts the starts and stops of each kind, so that a late answer to an earlier start is thrown away. */
  readonly #turn: Record<CaptureKind, number> = { camera: 0, microphone: 0 };
  readonly #stopsWatching: readonly (() => void)[];
  /** Kinds of which there is a device, with or without a name. */
  #present: ReadonlySet<DeviceKind> = new Set();

  constructor(port: DevicePort, settings: Settings) {
    this.port = port;
    this.settings = settings;
    this.chosen = {
      camera: signal(settings.device("camera")),
      microphone: signal(settings.device("microphone")),
      speaker: signal(settings.device("speaker")),
    };
    this.#stopsWatching = [
      port.onDevicesChanged(() => void this.#devicesChanged()),
      port.onAllowed((kind) => void this.#allowed(kind)),
    ];
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const all = await this.port.list().catch(() => []);
    this.#present = new Set(all.map(({ kind }) => kind));
    this.devices.value = all.filter(({ id }) => id !== "");
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
    this.settings.rememberDevice(kind, id);
    if (kind === "speaker") return;
    const before = this.capture[kind].value;
    if (before.state === "off") return;
    const turn = this.#nextTurn(kind);
    // Some systems lend a device once only, so the old one goes back first.
    if (before.state === "on") before.track.stop();
    this.capture[kind].value = { state: "starting" };
    await this.#open(new Map([[kind, turn]]), { [kind]: id });
  }

  /** The browser's own list of speakers, where it has one. */
  async pickSpeaker(): Promise<void> {
    const picked = await this.port.pickSpeaker?.().catch(() => undefined);
    if (picked === undefined) return;
    await this.refresh();
    await this.choose("speaker", picked.id);
  }

  /** Switches a part of the sound processing; the microphone is opened again with it. */
  async process(part: keyof Processing, isOn: boolean): Promise<void> {
    this.settings.switchProcessing(part, isOn);
    if (this.capture.microphone.peek().state !== "off") {
      await this.choose("microphone", this.chosen.microphone.peek());
    }
  }

  dispose(): void {
    for (const stop of this.#stopsWatching) stop();
    for (const kind of kinds) this.stop(kind);
  }

  async #devicesChanged(): Promise<void> {
    const before = this.devices.peek();
    const presentBefore = this.#present;
    await this.refresh();
    for (const kind of kinds) {
      // Where there is another one all along, its taking over is on the way (see #lost).
      if (this.#present.has(kind) && !presentBefore.has(kind)) await this.#isBack(kind);
    }
    // Before permission devices have no names, and counting them says nothing.
    for (const { kind, id, label } of this.devices.peek()) {
      const isNew = label !== "" && !before.some((one) => one.kind === kind && one.id === id);
      const isOneMore = before.some((one) => one.kind === kind && one.label !== "");
      if (isNew && isOneMore) this.onNews({ what: "plugged", kind, label });
    }
  }

  /** A device that was wanted and not there is there now. */
  async #isBack(kind: CaptureKind): Promise<void> {
    const capture = this.capture[kind].peek();
    if (capture.state !== "failed" || (capture.problem !== "lost" && capture.problem !== "missing")) return;
    await this.start(kind);
    if (this.track[kind].peek() !== undefined) this.onNews({ what: "back", kind });
  }

  /** What was wanted and not allowed is on the way once it is: nobody has to press twice. */
  async #allowed(kind: CaptureKind): Promise<void> {
    const capture = this.capture[kind].peek();
    if (capture.state !== "failed" || (capture.problem !== "denied" && capture.problem !== "dismissed"))
      return;
    await this.start(kind);
  }

  /** A device is gone in mid-use: another one of its kind takes over when there is one. */
  async #lost(kind: CaptureKind): Promise<void> {
    this.capture[kind].value = { state: "failed", problem: "lost" };
    const turn = this.#turn[kind];
    await this.refresh();
    if (this.#turn[kind] !== turn || !this.#present.has(kind)) return;
    await this.start(kind);
    const track = this.track[kind].peek();
    if (track === undefined) this.capture[kind].value = { state: "failed", problem: "lost" };
    else this.onNews({ what: "replaced", kind, label: this.#nameOf(track) });
  }

  /** As the list calls it; "" for what the system chose, which Chromium calls "Default". */
  #nameOf(track: MediaStreamTrack): string {
    const { deviceId } = track.getSettings();
    return this.devices.peek().find(({ id }) => id === deviceId)?.label ?? "";
  }

  async #open(
    turns: ReadonlyMap<CaptureKind, number>,
    ask: Partial<Record<CaptureKind, string>>,
  ): Promise<void> {
    const opened = await this.port.open(ask, this.settings.processing.peek());
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
        if (this.track[kind].peek() === track) void this.#lost(kind);
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

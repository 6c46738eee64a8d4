import type { Room, RoomInspection } from "@parlour/client";
import {
  type LinkRecording,
  masked,
  type Recording,
  readDump,
  readRecording,
  recordingLimits,
  type Sample,
  type Story,
  sampleOf,
  samplesMost,
  storyOf,
  type Unreadable,
} from "@parlour/client/inspect";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";

/** Of a link between two pages, and of the connection to a forwarder. */
const linkTabs = ["story", "sdp", "ways", "charts", "proof", "log"] as const;
const forwarderTabs = ["story", "sdp", "ways", "charts", "flows", "log"] as const;
export type Tab = (typeof linkTabs | typeof forwarderTabs)[number];
/** What stands for the forwarder where links have a peer. */
const forwarderPeer = "forwarder";

/** While somebody looks, it is looked at this often. */
const lookMs = 1_000;

export interface InspectorSetup {
  /** None: only saved recordings are shown. */
  readonly room?: Room;
  readonly browser: string;
  readonly now: () => number;
  readonly every: (ms: number, run: () => void) => () => void;
}

/** What the inspector shows: the room as it is, while it is open, or a recording. */
export class Inspector {
  /** By wish; `part` is what is shown. */
  readonly tab: Signal<Tab> = signal("story");
  /** The peer whose link is looked at, by wish. */
  readonly wanted: Signal<string | undefined> = signal(undefined);
  readonly filter: Signal<string> = signal("");
  readonly isMasking: Signal<boolean> = signal(true);
  readonly problem: Signal<Unreadable | undefined> = signal(undefined);
  /** A recording instead of the room. */
  readonly opened: Signal<Recording | undefined> = signal(undefined);
  /** What the log stood at when it was halted. */
  readonly halted: Signal<Recording | undefined> = signal(undefined);
  readonly #live: Signal<Recording | undefined> = signal(undefined);
  readonly #samples = new Map<string, Sample[]>();
  readonly #setup: InspectorSetup;
  #isLooking = false;

  readonly recording: ReadonlySignal<Recording | undefined> = computed(
    () => this.opened.value ?? this.#live.value,
  );
  readonly link: ReadonlySignal<LinkRecording | undefined> = computed(() => {
    const links = this.recording.value?.links ?? [];
    return links.find(({ peer }) => peer === this.wanted.value) ?? links[0];
  });
  readonly tabs: ReadonlySignal<readonly Tab[]> = computed(() =>
    this.link.value?.forwarder === undefined ? linkTabs : forwarderTabs,
  );
  /** What a connection of the other kind has in that place. */
  readonly part: ReadonlySignal<Tab> = computed(() => {
    const { tab, tabs } = this;
    return tabs.value.includes(tab.value) ? tab.value : (tabs.value[4] ?? "story");
  });
  readonly story: ReadonlySignal<Story> = computed(() => storyOf(this.link.value?.facts ?? []));

  constructor(setup: InspectorSetup) {
    this.#setup = setup;
  }

  /** Looks from now on; the returned function ends that. */
  start(): () => void {
    const { room, every } = this.#setup;
    if (room === undefined) return () => undefined;
    const look = () => void this.look();
    look();
    const stops = [every(lookMs, look), room.on("link", look)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  async look(): Promise<void> {
    const { room, browser } = this.#setup;
    if (room === undefined || this.#isLooking) return;
    this.#isLooking = true;
    try {
      const { at, events, links, forwarder, signaling } = await room.inspect();
      this.#live.value = {
        format: "parlour-inspection",
        version: 1,
        at,
        browser,
        isMasked: false,
        log: events,
        signaling: signaling.kinds,
        links: [
          ...links.map((link) => {
            const peer = room.peers.get(link.peer);
            const { path, diagnosis } = peer?.link ?? {};
            const { code, side, evidence } = diagnosis ?? {};
            return {
              ...link,
              name: peer?.name ?? "",
              ...(path !== undefined && { path }),
              ...(code !== undefined && {
                diagnosis: { code, evidence, ...(side !== undefined && { side }) },
              }),
              samples: this.#sample(link.peer, sampleOf(at, link.stats, link.channels)),
            };
          }),
          ...(forwarder === undefined ? [] : [this.#forwarder(at, forwarder)]),
        ],
      };
    } finally {
      this.#isLooking = false;
    }
  }

  #forwarder(at: number, { now, ...rest }: NonNullable<RoomInspection["forwarder"]>): LinkRecording {
    const samples = this.#sample(forwarderPeer, sampleOf(at, rest.stats, rest.channels));
    return { ...rest, peer: forwarderPeer, name: forwarderPeer, samples, forwarder: now };
  }

  #sample(peer: string, sample: Sample): readonly Sample[] {
    const known = this.#samples.get(peer) ?? [];
    const before = known.at(-1);
    // A look between two others would make rates of very short times.
    const isDue = before === undefined || sample.at - before.at > lookMs / 2;
    const samples = isDue ? [...known, sample].slice(-samplesMost) : known;
    this.#samples.set(peer, samples);
    return samples;
  }

  /** Halts the log, or lets it go on. */
  toggleHalt(): void {
    this.halted.value = this.halted.peek() === undefined ? this.recording.peek() : undefined;
  }

  /** What is shown, as a file. */
  save(): { readonly name: string; readonly text: string } | undefined {
    const shown = this.recording.peek();
    if (shown === undefined) return undefined;
    const kept = this.isMasking.peek() && !shown.isMasked ? masked(shown) : shown;
    const time = new Date(shown.at).toISOString().slice(0, 19).replaceAll(":", "-");
    return { name: `parlour-inspection-${time}.json`, text: JSON.stringify(kept) };
  }

  /** Shows a saved recording, or a dump of the browser's own page. */
  open(text: string): void {
    const read = readFile(text);
    this.problem.value = typeof read === "string" ? read : undefined;
    if (typeof read === "string") return;
    this.halted.value = undefined;
    this.wanted.value = undefined;
    this.opened.value = read;
  }
  /** Back to the room. */
  close(): void {
    this.opened.value = this.problem.value = this.halted.value = this.wanted.value = undefined;
  }
}

function readFile(text: string): Recording | Unreadable {
  if (text.length > recordingLimits.characters) return "too-large";
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return "not-json";
  }
  const recording = readRecording(json);
  return recording === "unknown-format" ? readDump(json) : recording;
}

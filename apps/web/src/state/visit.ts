import type { JoinOptions, ParlourError, Room } from "@parlour/client";
import { type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";
import type { Announcer } from "./announcer.ts";
import { Call, type CallPort } from "./call.ts";
import { type Ending, type EndingReason, endingFor } from "./ending.ts";
import { Hearing, type HearingPort } from "./hearing.ts";
import type { CaptureKind, LocalMedia } from "./local-media.ts";
import type { Route } from "./route.ts";
import type { Return, Settings } from "./settings.ts";

/** What the lobby screen asks for besides the name. */
export interface LobbyNeeds {
  /** `wanted`: the room has a passcode. `wrong`: what was typed is not it. */
  readonly passcode: "none" | "wanted" | "wrong";
  /** Something about the name to say. */
  readonly nameProblem: string | undefined;
}

/**
 * One visit to a room's address.
 *
 *     lobby ──Join──▶ joining ──▶ call ──▶ ended
 *       ▲               │ │                 │ ▲
 *       ├─ a passcode, ─┤ └──── refused ────┼─┘
 *       ├─ stopped ─────┘                   │
 *       └──────────────── again ────────────┘
 *
 * A room may let newcomers wait: `joining` then says so. `join=now`, and a reload in mid-call, begin at `joining`.
 */
export type Stage =
  | ({ readonly at: "lobby" } & LobbyNeeds)
  | ({ readonly at: "joining"; readonly isWaiting: boolean } & LobbyNeeds)
  | { readonly at: "call"; readonly call: Call }
  | { readonly at: "ended"; readonly ending: Ending };

export interface VisitSetup {
  readonly route: Extract<Route, { page: "room" }>;
  readonly join: (link: string, options: JoinOptions) => Promise<Room>;
  readonly local: LocalMedia;
  readonly settings: Settings;
  readonly announcer: Announcer;
  readonly port: CallPort & HearingPort;
  readonly suggestion: string;
  /** Resolves with a code when this browser or page can't take part at all. */
  readonly obstacle: () => Promise<string | undefined>;
  /** Calls back when the page is closed or reloaded. */
  readonly onPageGone: (listener: () => void) => () => void;
}

const noNeeds: LobbyNeeds = { passcode: "none", nameProblem: undefined };

export class Visit {
  readonly stage: Signal<Stage>;
  readonly name: Signal<string>;
  readonly passcode: Signal<string> = signal("");
  readonly roomName: string;
  /** As it stands in the address bar, secret included. */
  readonly link: string;
  readonly isPrivate: boolean;
  readonly suggestion: string;
  readonly local: LocalMedia;
  readonly hearing: Hearing;
  readonly announcer: Announcer;
  readonly #setup: VisitSetup;
  readonly #over = new AbortController();
  /** Gives up the present try to join. */
  #giveUp = new AbortController();
  readonly #stopWatching: () => void;

  constructor(setup: VisitSetup) {
    const { route, settings, local } = setup;
    this.#setup = setup;
    this.roomName = route.name;
    this.link = route.link;
    this.isPrivate = route.hasSecret;
    this.suggestion = setup.suggestion;
    this.local = local;
    this.announcer = setup.announcer;
    this.hearing = new Hearing(local, setup.port);
    const back = settings.takeReturn(route.name, setup.port.now());
    this.name = signal(back?.name ?? route.query.name ?? settings.name);
    this.stage = signal({ at: "lobby", ...noNeeds });
    this.#stopWatching = setup.onPageGone(() => this.#rememberReturn());
    void this.#begin(back);
  }

  /** Joins with whatever there is; a camera that is still starting follows. */
  async join(): Promise<void> {
    const stage = this.stage.peek();
    if (stage.at !== "lobby") return;
    const typed = this.name.peek().trim();
    const { settings, local, route } = this.#setup;
    if (typed !== "" && typed !== route.query.name) settings.name = typed;
    const giveUp = new AbortController();
    this.#giveUp = giveUp;
    this.stage.value = { ...stage, at: "joining", isWaiting: false };
    const sent = { audio: local.track.microphone.peek(), video: local.track.camera.peek() };
    const tracks = [sent.audio, sent.video].filter((track) => track !== undefined);
    const passcode = this.passcode.peek();
    try {
      const room = await this.#setup.join(route.link, {
        name: typed === "" ? this.suggestion : typed,
        signal: giveUp.signal,
        onWaiting: () => this.#waits(giveUp.signal),
        ...(passcode === "" ? {} : { passcode }),
        ...(tracks.length === 0
          ? {}
          : { publish: [{ stream: local.port.makeStream(tracks), source: "camera" }] }),
      });
      if (giveUp.signal.aborted) await room.leave();
      else this.#enter(room, sent);
    } catch (problem) {
      if (!giveUp.signal.aborted) this.#refuse(problem as Partial<ParlourError>, passcode);
    }
  }

  /** Waits no longer to be let in: back to the lobby screen. */
  stopWaiting(): void {
    const stage = this.stage.peek();
    if (stage.at !== "joining") return;
    this.#giveUp.abort();
    this.stage.value = { at: "lobby", ...noNeeds };
  }

  /** Turns a device on or off before joining. */
  toggle(kind: CaptureKind): void {
    const { state } = this.local.capture[kind].peek();
    if (state === "on" || state === "starting") this.local.stop(kind);
    else void this.local.start(kind);
  }

  /** From an ending back to where one can join; a try that failed is made again at once. */
  again(): void {
    const stage = this.stage.peek();
    if (stage.at !== "ended") return;
    this.stage.value = { at: "lobby", ...noNeeds };
    if (stage.ending.action === "retry") void this.join();
    else this.#startDevices(this.#setup.route.query);
  }

  /** The page shows something else now: leaves the room, gives the devices back. */
  dispose(): void {
    const stage = this.stage.peek();
    this.#over.abort();
    this.#giveUp.abort();
    this.#stopWatching();
    this.hearing.stop();
    if (stage.at === "call") {
      stage.call.dispose();
      void stage.call.leave();
    }
    this.local.dispose();
  }

  async #begin(back: Return | undefined): Promise<void> {
    const { query } = this.#setup.route;
    const joinsNow = back !== undefined || query.joinsNow;
    const obstacle = await this.#setup.obstacle();
    if (this.#over.signal.aborted) return;
    if (obstacle !== undefined) {
      this.#finish({ code: obstacle });
      return;
    }
    this.#startDevices(back ?? query);
    if (joinsNow) await this.join();
  }

  #startDevices(wanted: { readonly camera: boolean; readonly microphone: boolean }): void {
    const kinds = (["camera", "microphone"] as const).filter((kind) => wanted[kind]);
    if (kinds.length > 0) void this.local.start(...kinds);
  }

  #enter(
    room: Room,
    sent: { readonly audio: MediaStreamTrack | undefined; readonly video: MediaStreamTrack | undefined },
  ): void {
    const { local, announcer, port } = this.#setup;
    const { hearing } = this;
    const onEnd = (reason: EndingReason) => this.#finish(reason);
    const call = new Call({ room, local, announcer, hearing, port, sent, onEnd });
    this.stage.value = { at: "call", call };
  }

  #waits(signal: AbortSignal): void {
    const stage = this.stage.peek();
    if (signal.aborted || stage.at !== "joining") return;
    this.stage.value = { ...stage, isWaiting: true };
    this.announcer.mention(words.lobby.waiting);
  }

  #refuse(problem: Partial<ParlourError>, passcode: string): void {
    const code = problem.code ?? "internal";
    if (code === "wrong-passcode") {
      this.stage.value = { at: "lobby", ...noNeeds, passcode: passcode === "" ? "wanted" : "wrong" };
    } else if (code === "profanity") {
      this.stage.value = { at: "lobby", ...noNeeds, nameProblem: words.lobby.nameRefused };
    } else if (code === "unreachable" && !this.#setup.port.isOnline()) this.#finish({ code: "offline" });
    else this.#finish({ code, detail: problem.message, hint: problem.hint });
  }

  #finish(reason: EndingReason): void {
    const stage = this.stage.peek();
    if (stage.at === "call") {
      stage.call.dispose();
      this.local.stop("camera");
      this.local.stop("microphone");
    }
    this.announcer.hush();
    const ending = endingFor(reason);
    // A try again keeps the devices of the lobby screen; any other ending gives them back.
    if (ending.action !== "retry") {
      this.local.stop("camera");
      this.local.stop("microphone");
    }
    this.stage.value = { at: "ended", ending };
  }

  #rememberReturn(): void {
    const stage = this.stage.peek();
    if (stage.at !== "call") return;
    const { self, sending } = stage.call;
    const { settings, route, port } = this.#setup;
    const how: Return = {
      name: self.peek().name,
      microphone: self.peek().audio !== "none" && !sending.isMuted.peek(),
      camera: self.peek().video === "on",
    };
    settings.willReturn(route.name, how, port.now());
  }
}

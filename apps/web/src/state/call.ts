import type { Peer, PeerId, Room } from "@parlour/client";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";
import type { Announcer } from "./announcer.ts";
import { Attention } from "./attention.ts";
import { leaveSentence, newsSentence } from "./call-sentences.ts";
import { Chat } from "./chat.ts";
import type { EndingReason } from "./ending.ts";
import { Files } from "./files/files.ts";
import { Gestures } from "./gestures.ts";
import type { Hearing } from "./hearing.ts";
import { HostDesk } from "./host-desk.ts";
import type { LocalMedia } from "./local-media.ts";
import { type Person, personOf, type Share } from "./person.ts";
import { Quality } from "./quality.ts";
import { Sending } from "./sending.ts";
import type { Shortcut } from "./shortcuts.ts";
import { Speaking } from "./speaking.ts";

/** Notices that the page words itself in private rooms. */
const ownNotices: readonly string[] = ["joined", "left"];

export type Panel = "chat" | "people" | "files" | "inspector";

/** What lies over the call and waits for an answer. */
export type CallDialog =
  | { readonly kind: "settings" | "shortcuts" | "room" | "invite" | "end" }
  | { readonly kind: "connection" | "remove" | "hand-over"; readonly id: PeerId };

/** What a call needs of the browser. */
export interface CallPort {
  readonly now: () => number;
  every(ms: number, run: () => void): () => void;
  /** How loud someone's sound is now, 0 to 1, linear. */
  levelOf(peer: Peer): number;
  isOnline(): boolean;
  onNetworkChanged(listener: () => void): () => void;
}

/** So often levels are looked at. */
const levelMs = 200;

export interface CallSetup {
  readonly room: Room;
  readonly local: LocalMedia;
  readonly announcer: Announcer;
  readonly hearing: Hearing;
  readonly port: CallPort;
  /** Published along with joining. */
  readonly sent: {
    readonly audio: MediaStreamTrack | undefined;
    readonly video: MediaStreamTrack | undefined;
  };
  /** Called once, when the room is over for this page. */
  readonly onEnd: (reason: EndingReason) => void;
}

/** Everything the room's screen shows, followed from the SDK's room. */
export class Call {
  readonly room: Room;
  readonly local: LocalMedia;
  readonly announcer: Announcer;
  readonly chat: Chat;
  readonly files: Files;
  readonly gestures: Gestures;
  readonly sending: Sending;
  readonly desk: HostDesk;
  readonly quality: Quality;
  readonly hearing: Hearing;
  readonly speaking: Speaking = new Speaking();
  readonly attention: Attention = new Attention();
  readonly panel: Signal<Panel | undefined> = signal(undefined);
  readonly dialog: Signal<CallDialog | undefined> = signal(undefined);
  /** Who is kept large, by your own wish. */
  readonly pinned: Signal<PeerId | undefined> = signal(undefined);
  readonly isRecovering: Signal<boolean> = signal(false);
  readonly isOffline: Signal<boolean> = signal(false);
  /** How media goes, as the SDK has it. */
  readonly topology: Signal<string>;
  /** The browser holds sound back until something is pressed. */
  readonly isSoundHeld: Signal<boolean> = signal(false);
  /** Verification codes by peer, as far as they are known. */
  readonly codes: Signal<ReadonlyMap<PeerId, string>> = signal(new Map());
  readonly #present: Signal<readonly Peer[]> = signal([]);
  /** A peer is the same object for as long as it is there: this counts its changes. */
  readonly #looks: Signal<number> = signal(0);
  readonly #remoteShares: Signal<readonly Share[]> = signal([]);
  readonly #ownName: Signal<string>;
  readonly #isHost: Signal<boolean>;
  readonly #stops: (() => void)[];
  #isOver = false;
  #hostId: PeerId | undefined;

  /** Made anew only with another camera track, so that muting doesn't restart the picture. */
  readonly #ownPicture: ReadonlySignal<MediaStream | undefined> = computed(() => {
    const track = this.local.track.camera.value;
    return track === undefined ? undefined : this.local.port.makeStream([track]);
  });
  readonly self: ReadonlySignal<Person> = computed(() => this.#selfNow());
  /** Yourself first, then everyone in order of arrival. */
  readonly people: ReadonlySignal<readonly Person[]> = computed(() => [
    this.self.value,
    ...this.#others.value,
  ]);
  readonly #others: ReadonlySignal<readonly Person[]> = computed(() => {
    this.#looks.value;
    const poor = this.quality.poor.value;
    return this.#present.value.map((peer) => personOf(peer, poor.has(peer.id)));
  });
  /** Where the pinned person stands among the people; undefined when nobody is, or they left. */
  readonly pinnedIndex: ReadonlySignal<number | undefined> = computed(() => {
    const index = this.people.value.findIndex(({ id }) => id === this.pinned.value);
    return index === -1 ? undefined : index;
  });
  /** Whose picture stands for the call where there is room for one: pinned, speaking, or simply first. */
  readonly foremost: ReadonlySignal<Person> = computed(() => {
    const people = this.people.value;
    const byId = (id: string | undefined) => people.find((person) => person.id === id);
    const speaker = byId(this.speaking.foremost.value);
    return byId(this.pinned.value) ?? (speaker?.isSelf ? undefined : speaker) ?? people[1] ?? this.self.value;
  });
  readonly shares: ReadonlySignal<readonly Share[]> = computed(() => {
    const own = this.sending.screen.value;
    if (own.state !== "sharing") return this.#remoteShares.value;
    const { id, name } = this.self.value;
    return [...this.#remoteShares.value, { id, name, isSelf: true, stream: own.stream, isHeard: false }];
  });

  constructor({ room, local, announcer, hearing, port, sent, onEnd }: CallSetup) {
    const { now } = port;
    this.room = room;
    this.hearing = hearing;
    this.local = local;
    this.announcer = announcer;
    this.#ownName = signal(room.self.name);
    this.#isHost = signal(room.self.role === "host");
    this.chat = new Chat(room, now);
    this.files = new Files(room, announcer, port.every);
    this.gestures = new Gestures(room, announcer, port);
    this.sending = new Sending(room, local, sent);
    this.desk = new HostDesk(room, announcer);
    this.quality = new Quality(room, port.every);
    // What was decided in this browser; undefined leaves it to the machine.
    room.passOn = local.settings.passOn.peek();
    local.onNews = (news) => announcer.say(newsSentence(news));
    const look = () => this.#look();
    const lookAtIdentities = () => {
      look();
      if (this.panel.peek() === "people") void this.refreshCodes();
    };
    // A private room's server knows no names, so it can't word notices: this page does.
    const ownNotice = (text: string) => {
      if (room.visibility === "private") this.#notice({ text, at: now() });
    };
    this.topology = signal(room.topology);
    this.#stops = [
      room.on("state", (state, reason) => {
        this.isRecovering.value = state === "recovering";
        look();
        if (state === "left") this.#end(reason ?? { code: "left" }, onEnd);
      }),
      room.on("peer", (peer) => {
        lookAtIdentities();
        ownNotice(words.call.joined(peer.name));
      }),
      room.on("peer-changed", () => {
        lookAtIdentities();
        this.#hostMayBeNew();
      }),
      room.on("peer-left", (peer, reason) => {
        lookAtIdentities();
        ownNotice(leaveSentence(peer, reason));
      }),
      room.on("media", look),
      room.on("media-ended", look),
      room.on("link", look),
      room.on("said", (said) => {
        if (this.chat.receive(said) && !this.chat.isOpen.peek()) {
          const spoken = said.to === undefined ? words.chat.spoken : words.chat.spokenPrivately;
          announcer.say(spoken(said.from.name, said.text));
        }
      }),
      // Also when this page's own role is another now.
      room.on("room", () => {
        look();
        this.topology.value = room.topology;
        this.#hostMayBeNew();
      }),
      room.on("asked", ({ kind, by }) => {
        this.sending.wasMuted(kind);
        const sentence = kind === "video" ? words.host.stoppedBy : words.host.mutedBy;
        announcer.warn(sentence(by.name));
      }),
      port.every(levelMs, () => this.#listen(port)),
      port.onNetworkChanged(() => {
        this.isOffline.value = !port.isOnline();
      }),
      room.on("notice", (notice) => {
        if (room.visibility === "public" || !ownNotices.includes(notice.event)) this.#notice(notice);
      }),
    ];
    this.isRecovering.value = room.state === "recovering";
    this.isOffline.value = !port.isOnline();
    this.#hostId = this.#findHost();
    look();
  }

  show(panel: Panel | undefined): void {
    this.panel.value = panel;
    this.chat.open(panel === "chat");
    if (panel === "people") void this.refreshCodes();
  }
  toggle(panel: Panel): void {
    this.show(this.panel.peek() === panel ? undefined : panel);
  }

  pin(id: PeerId): void {
    this.pinned.value = this.pinned.peek() === id ? undefined : id;
  }

  /** Opens the chat with the next message for that person alone. */
  writeTo(id: PeerId): void {
    const peer = this.room.peers.get(id);
    if (peer === undefined) return;
    this.chat.to.value = { id, name: peer.name };
    this.show("chat");
  }

  /** Opens the files with the next offer for that person alone. */
  giveTo(id: PeerId): void {
    this.files.to.value = id;
    this.show("files");
  }

  /** Does what a key stands for. `full-screen` is the screen's own. */
  press(shortcut: Exclude<Shortcut, "full-screen">): void {
    switch (shortcut) {
      case "microphone":
        this.sending.toggleMicrophone();
        break;
      case "camera":
        this.sending.toggleCamera();
        break;
      case "talk":
        this.sending.talk(true);
        break;
      case "chat":
      case "people":
        this.toggle(shortcut);
        break;
      case "share":
        this.toggleSharing();
        break;
      case "hand":
        this.gestures.toggleHand();
        break;
      case "react":
        this.gestures.isChoosing.value = true;
        break;
      case "help":
        this.dialog.value = { kind: "shortcuts" };
    }
  }

  toggleSharing(): void {
    if (this.sending.screen.peek().state === "sharing") this.sending.stopSharing();
    else if (this.local.port.canShareScreen) void this.share();
  }

  async share(): Promise<void> {
    try {
      await this.sending.shareScreen();
    } catch {
      this.announcer.warn(words.call.shareFailed);
    }
  }

  async say(): Promise<void> {
    const delivery = await this.chat.send();
    if (delivery?.state === "refused") {
      this.announcer.warn(`${words.chat.notSent}. ${delivery.reason}`);
    }
  }

  /** Asks for the code with each person; private rooms only. */
  async refreshCodes(): Promise<void> {
    if (this.room.visibility !== "private") return;
    const codes = new Map<PeerId, string>();
    await Promise.all(
      [...this.room.peers.values()].map(async (peer) => {
        const code = await peer.verificationCode().catch(() => undefined);
        if (code !== undefined) codes.set(peer.id, code);
      }),
    );
    this.codes.value = codes;
  }

  async leave(): Promise<void> {
    await this.room.leave();
  }

  /** Lets go of everything that was started for this call; devices are the caller's. */
  dispose(): void {
    this.sending.stop();
    this.desk.stop();
    this.quality.stop();
    this.files.stop();
    this.gestures.stop();
    this.local.onNews = () => undefined;
    for (const stop of this.#stops) stop();
    this.#stops.length = 0;
  }

  #end(reason: EndingReason, onEnd: (reason: EndingReason) => void): void {
    if (this.#isOver) return;
    this.#isOver = true;
    onEnd(reason);
  }

  #notice(notice: { readonly text: string; readonly at: number }): void {
    this.chat.note(notice);
    this.announcer.say(notice.text);
  }

  #look(): void {
    const peers = [...this.room.peers.values()];
    this.#present.value = peers;
    this.#looks.value += 1;
    this.#remoteShares.value = peers.flatMap((peer) => {
      const screen = peer.media.get("screen");
      if (screen === undefined || peer.presence === "away") return [];
      return [
        {
          id: peer.id,
          name: peer.name,
          isSelf: false,
          stream: screen.stream,
          isHeard: screen.audio === "on",
        },
      ];
    });
    this.#ownName.value = this.room.self.name;
    this.#isHost.value = this.room.self.role === "host";
  }

  #listen(port: CallPort): void {
    const self = this.self.peek();
    const levels = new Map<string, number | undefined>();
    levels.set(self.id, self.audio === "on" ? this.hearing.level.peek() : undefined);
    for (const peer of this.room.peers.values()) {
      levels.set(peer.id, peer.media.get("camera")?.audio === "on" ? port.levelOf(peer) : undefined);
    }
    this.speaking.sample(levels, port.now());
  }

  #findHost(): PeerId | undefined {
    const { self, peers } = this.room;
    return [self, ...peers.values()].find(({ role }) => role === "host")?.id;
  }

  #hostMayBeNew(): void {
    const host = this.#findHost();
    if (host === undefined || host === this.#hostId) return;
    this.#hostId = host;
    this.#look();
    const isSelf = host === this.room.self.id;
    const name = this.room.peers.get(host)?.name ?? "";
    this.announcer.say(isSelf ? words.host.youAreHost : words.host.isHost(name));
  }

  #selfNow(): Person {
    const picture = this.#ownPicture.value;
    const microphone = this.local.track.microphone.value;
    const { id, country } = this.room.self;
    return {
      id,
      name: this.#ownName.value,
      isSelf: true,
      isHost: this.#isHost.value,
      country,
      presence: "here",
      link: "self",
      isRelayed: false,
      isPoor: false,
      diagnosis: undefined,
      unknownKinds: [],
      stream: picture,
      audio: microphone === undefined ? "none" : this.sending.isMuted.value ? "muted" : "on",
      video: picture === undefined ? "none" : "on",
      leftOut: undefined,
    };
  }
}

import type { LeaveReason, Peer, PeerId, Room } from "@parlour/client";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";
import type { Announcer } from "./announcer.ts";
import { Chat } from "./chat.ts";
import type { EndingReason } from "./ending.ts";
import type { LocalMedia } from "./local-media.ts";
import { type Person, personOf, type Share } from "./person.ts";
import { Sending } from "./sending.ts";

/** Notices that the page words itself in private rooms. */
const ownNotices: readonly string[] = ["joined", "left"];

export type Panel = "chat" | "people";

export interface CallSetup {
  readonly room: Room;
  readonly local: LocalMedia;
  readonly announcer: Announcer;
  readonly now: () => number;
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
  readonly sending: Sending;
  readonly panel: Signal<Panel | undefined> = signal(undefined);
  readonly isRecovering: Signal<boolean> = signal(false);
  /** The browser holds sound back until something is pressed. */
  readonly isSoundHeld: Signal<boolean> = signal(false);
  /** Verification codes by peer, as far as they are known. */
  readonly codes: Signal<ReadonlyMap<PeerId, string>> = signal(new Map());
  readonly #others: Signal<readonly Person[]> = signal([]);
  readonly #remoteShares: Signal<readonly Share[]> = signal([]);
  readonly #ownName: Signal<string>;
  readonly #isHost: Signal<boolean>;
  readonly #stops: (() => void)[];
  #isOver = false;

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
  readonly shares: ReadonlySignal<readonly Share[]> = computed(() => {
    const own = this.sending.screen.value;
    if (own.state !== "sharing") return this.#remoteShares.value;
    const { id, name } = this.self.value;
    return [...this.#remoteShares.value, { id, name, isSelf: true, stream: own.stream, isHeard: false }];
  });

  constructor({ room, local, announcer, now, sent, onEnd }: CallSetup) {
    this.room = room;
    this.local = local;
    this.announcer = announcer;
    this.#ownName = signal(room.self.name);
    this.#isHost = signal(room.self.role === "host");
    this.chat = new Chat(room, now);
    this.sending = new Sending(room, local, sent);
    const look = () => this.#look();
    const lookAtIdentities = () => {
      look();
      if (this.panel.peek() === "people") void this.refreshCodes();
    };
    // A private room's server knows no names, so it can't word notices: this page does.
    const ownNotice = (text: string) => {
      if (room.visibility === "private") this.#notice({ text, at: now() });
    };
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
      room.on("peer-changed", lookAtIdentities),
      room.on("peer-left", (peer, reason) => {
        lookAtIdentities();
        ownNotice(leaveSentence(peer, reason));
      }),
      room.on("media", look),
      room.on("media-ended", look),
      room.on("link", look),
      room.on("said", (said) => {
        if (this.chat.receive(said) && !this.chat.isOpen.peek()) {
          announcer.say(words.chat.spoken(said.from.name, said.text));
        }
      }),
      room.on("notice", (notice) => {
        if (room.visibility === "public" || !ownNotices.includes(notice.event)) this.#notice(notice);
      }),
    ];
    this.isRecovering.value = room.state === "recovering";
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
    this.#others.value = peers.map(personOf);
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
      diagnosis: undefined,
      stream: picture,
      audio: microphone === undefined ? "none" : this.sending.isMuted.value ? "muted" : "on",
      video: picture === undefined ? "none" : "on",
    };
  }
}

function leaveSentence(peer: Peer, reason: LeaveReason): string {
  const { call } = words;
  switch (reason) {
    case "page":
      return call.closedPage(peer.name);
    case "timeout":
      return call.lost(peer.name);
    case "removed":
      return call.wasRemoved(peer.name);
    default:
      return call.left(peer.name);
  }
}

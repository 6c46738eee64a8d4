import type { NoticeEvent, Peer, PeerId, Room, SaidEvent } from "@parlour/client";
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { words } from "../words/words.ts";

/** How far one's own message got; others' are always `sent`. */
export type Delivery =
  | { readonly state: "pending" }
  | { readonly state: "sent" }
  | { readonly state: "refused"; readonly reason: string };

export interface ChatMessage {
  readonly kind: "message";
  /** Stays the same from pending to sent. */
  readonly key: string;
  /** The id in the room; undefined until it is sent. */
  readonly id: string | undefined;
  readonly author: SaidEvent["from"];
  readonly isOwn: boolean;
  readonly text: string;
  readonly at: number;
  readonly delivery: Delivery;
  /** Whom it is for alone; undefined when it is for everyone. */
  readonly to: Addressee | undefined;
}
/** Who a private message is for; they may have left meanwhile. */
export interface Addressee {
  readonly id: PeerId;
  readonly name: string;
}
export interface ChatNotice {
  readonly kind: "notice";
  readonly key: string;
  readonly text: string;
  readonly at: number;
}
export type ChatEntry = ChatMessage | ChatNotice;

/** Messages of one person in one minute to the same people, shown under one name and time. */
export interface ChatGroup {
  readonly kind: "group";
  readonly key: string;
  readonly author: SaidEvent["from"];
  readonly isOwn: boolean;
  readonly at: number;
  readonly to: Addressee | undefined;
  readonly messages: readonly ChatMessage[];
}

/** Entries as they are shown: notices alone, messages in groups by person and minute. */
export function groupEntries(entries: readonly ChatEntry[]): readonly (ChatGroup | ChatNotice)[] {
  const shown: (ChatGroup | ChatNotice)[] = [];
  for (const entry of entries) {
    const last = shown.at(-1);
    if (entry.kind === "notice") shown.push(entry);
    else if (
      last?.kind === "group" &&
      last.author.id === entry.author.id &&
      last.to?.id === entry.to?.id &&
      minuteOf(last.at) === minuteOf(entry.at)
    ) {
      shown[shown.length - 1] = { ...last, messages: [...last.messages, entry] };
    } else {
      const { author, isOwn, at, to, key } = entry;
      shown.push({ kind: "group", key, author, isOwn, at, to, messages: [entry] });
    }
  }
  return shown;
}
function minuteOf(at: number): number {
  return Math.floor(at / 60_000);
}

/** Adds a message that the room delivered: once, in place of the pending one it answers, and history by its time. */
export function withSaid(
  entries: readonly ChatEntry[],
  said: SaidEvent,
  nameOf: (id: PeerId) => string = () => "",
): readonly ChatEntry[] {
  const isSame = (entry: ChatEntry) =>
    entry.kind === "message" && entry.id === said.id && entry.author.id === said.from.id;
  if (entries.some(isSame)) return entries;
  if (said.isOwn && !said.isHistory) {
    const waiting = entries.findIndex(
      (entry) =>
        entry.kind === "message" &&
        entry.delivery.state === "pending" &&
        entry.text === said.text &&
        entry.to?.id === said.to,
    );
    const before = entries[waiting];
    if (before?.kind === "message") {
      return entries.with(waiting, { ...before, id: said.id, at: said.at, delivery: { state: "sent" } });
    }
  }
  const message: ChatMessage = {
    kind: "message",
    key: `${said.from.id}/${said.id}`,
    id: said.id,
    author: said.from,
    isOwn: said.isOwn,
    text: said.text,
    at: said.at,
    delivery: { state: "sent" },
    to: said.to === undefined ? undefined : { id: said.to, name: nameOf(said.to) },
  };
  return said.isHistory ? insertedByTime(entries, message) : [...entries, message];
}

/** Times of the page and the server may differ this much; what comes closer together stays as it came. */
const clockDifferenceMs = 5_000;

function insertedByTime(
  entries: readonly ChatEntry[],
  entry: ChatEntry,
  toleranceMs = 0,
): readonly ChatEntry[] {
  const after = entries.findIndex((other) => other.at > entry.at + toleranceMs);
  return after === -1 ? [...entries, entry] : entries.toSpliced(after, 0, entry);
}

/** So many entries are kept on the screen; older ones go first. */
const keptEntries = 1_000;

/** The chat of a call. */
export class Chat {
  readonly entries: Signal<readonly ChatEntry[]> = signal([]);
  readonly shown: ReadonlySignal<readonly (ChatGroup | ChatNotice)[]> = computed(() =>
    groupEntries(this.entries.value),
  );
  readonly unread: Signal<number> = signal(0);
  readonly isOpen: Signal<boolean> = signal(false);
  /** What is being written; kept when the panel is closed. */
  readonly draft: Signal<string> = signal("");
  /** Whom the next message is for alone; undefined: everyone. */
  readonly to: Signal<Addressee | undefined> = signal(undefined);
  readonly #room: Room;
  readonly #now: () => number;
  #count = 0;

  constructor(room: Room, now: () => number) {
    this.#room = room;
    this.#now = now;
    for (const said of room.messages)
      this.entries.value = withSaid(this.entries.value, { ...said, isHistory: true });
  }

  open(isOpen: boolean): void {
    this.isOpen.value = isOpen;
    if (isOpen) this.unread.value = 0;
  }

  /** Returns true when it is news for the person: said by someone else, just now, and not seen before. */
  receive(said: SaidEvent): boolean {
    const before = this.entries.peek();
    this.#keep(withSaid(before, said, (id) => this.#nameOf(id)));
    const isNews = this.entries.peek() !== before && !said.isOwn && !said.isHistory;
    if (isNews && !this.isOpen.peek()) this.unread.value += 1;
    return isNews;
  }

  note(notice: Pick<NoticeEvent, "text" | "at">): void {
    this.#count += 1;
    const key = `notice-${this.#count}`;
    const entry: ChatNotice = { kind: "notice", key, text: notice.text, at: notice.at };
    this.#keep(insertedByTime(this.entries.peek(), entry, clockDifferenceMs));
  }

  /** Says what is in the draft. It stands in the chat at once; a refused one stays, marked, with the reason. */
  async send(): Promise<Delivery | undefined> {
    const text = this.draft.peek().trim();
    if (text === "") return undefined;
    this.draft.value = "";
    const to = this.to.peek();
    this.#count += 1;
    const key = `own-${this.#count}`;
    const { id, name, country } = this.#room.self;
    const author = country === undefined ? { id, name } : { id, name, country };
    const at = this.#now();
    const delivery: Delivery = { state: "pending" };
    this.#keep([
      ...this.entries.peek(),
      { kind: "message", key, id: undefined, author, isOwn: true, text, at, delivery, to },
    ]);
    const peer: Peer | undefined = to === undefined ? undefined : this.#room.peers.get(to.id);
    if (to !== undefined && peer === undefined) {
      const refused: Delivery = { state: "refused", reason: words.chat.gone };
      this.#settle(key, refused);
      return refused;
    }
    try {
      const sent = await (peer === undefined ? this.#room.say(text) : this.#room.say(text, { to: peer }));
      this.#settle(key, { state: "sent" }, sent);
      return { state: "sent" };
    } catch (problem) {
      const { message, hint } = problem as { message?: string; hint?: string };
      const reason = [message, hint].filter((part) => part !== undefined && part !== "").join(" ");
      const refused: Delivery = { state: "refused", reason };
      this.#settle(key, refused);
      return refused;
    }
  }

  #nameOf(id: PeerId): string {
    const { self, peers } = this.#room;
    return id === self.id ? self.name : (peers.get(id)?.name ?? "");
  }

  #settle(key: string, delivery: Delivery, sent?: { readonly id: string; readonly at: number }): void {
    const own = this.#room.self.id;
    // The room may have delivered it under its id before the answer came.
    const others = this.entries
      .peek()
      .filter(
        (entry) =>
          entry.kind === "notice" ||
          entry.key === key ||
          sent === undefined ||
          entry.id !== sent.id ||
          entry.author.id !== own,
      );
    this.#keep(
      others.map((entry) =>
        entry.kind === "message" && entry.key === key ? { ...entry, ...sent, delivery } : entry,
      ),
    );
  }

  #keep(entries: readonly ChatEntry[]): void {
    this.entries.value = entries.length > keptEntries ? entries.slice(-keptEntries) : entries;
  }
}

import type {
  AcceptOptions,
  Giving,
  KeptTransfer,
  Offer,
  Offerable,
  Peer,
  ReceivedFile,
  Room,
  Taking,
} from "@parlour/client";
import { type Signal, signal } from "@preact/signals";
import { words } from "../../words/words.ts";
import type { Announcer } from "../announcer.ts";
import { sizeText } from "./figures.ts";
import type { GivenBefore } from "./given-before.ts";

/** What became of a taking. */
export type Outcome =
  | { readonly state: "received"; readonly files: readonly ReceivedFile[] }
  | { readonly state: "failed"; readonly code: string };

/** What is told when something has arrived, besides what the page itself says. */
export interface Bell {
  ring(sentence: string): void;
}

/** One file of a taking. */
export interface Looking {
  readonly taking: Taking;
  readonly index: number;
}

/** So often changes of transfers are looked at, at most. */
const lookMs = 100;

/** Files of a call: what is offered, taken and given, followed from the SDK's room. */
export class Files {
  readonly room: Room;
  /** Offers that wait for an answer. */
  readonly offers: Signal<readonly Offer[]> = signal([]);
  readonly takings: Signal<readonly Taking[]> = signal([]);
  readonly givings: Signal<readonly Giving[]> = signal([]);
  /** Received in this room earlier, and neither taken nor on offer now. */
  readonly kept: Signal<readonly KeptTransfer[]> = signal([]);
  /** How each taking ended, by its id. */
  readonly outcomes: Signal<ReadonlyMap<string, Outcome>> = signal(new Map());
  /** The SDK's objects stay the same while what they say changes: this counts the changes. */
  readonly looks: Signal<number> = signal(0);
  /** What was on offer before a reload; there once somebody can ask the browser. */
  readonly #before: Signal<GivenBefore | undefined> = signal(undefined);
  /** To whom the next offer goes; undefined for everyone. */
  readonly to: Signal<string | undefined> = signal(undefined);
  /** What is looked at now. */
  readonly looking: Signal<Looking | undefined> = signal(undefined);
  /** Rings when something has arrived, once somebody asked for it. */
  readonly #bell: Signal<Bell | undefined> = signal(undefined);
  /** Small pictures of what was accepted, by its id. */
  readonly thumbnails: Map<string, string> = new Map();
  /** Names of those to whom alone something is given, by its id. */
  readonly audiences: Map<string, string> = new Map();
  readonly #announcer: Announcer;
  #isStale = false;
  readonly #hidden = new Set<string>();
  /** By the SDK's objects: what is accepted again after a failure is another one with the same id. */
  readonly #followed = new Map<object, () => void>();
  readonly #stops: (() => void)[];
  /** Who was told to have a giving, or not to want it. */
  readonly #told = new Set<string>();

  /** @param every runs something again and again; returns how to end it */
  constructor(room: Room, announcer: Announcer, every: (ms: number, run: () => void) => () => void) {
    this.room = room;
    this.#announcer = announcer;
    this.#stops = [
      room.files.on("change", () => this.#touch()),
      every(lookMs, () => {
        if (this.#isStale) this.#look();
      }),
      room.on("offer", (offer) => {
        this.#look();
        if (offer.state !== "open") return;
        // The offer itself stands on the screen.
        announcer.mention(words.files.offers(offer.from.name, offer.name, sizeText(offer.size)));
      }),
    ];
    this.#look();
    void this.#lookAtKept();
  }

  /** Offers to everyone, or to the person with that id. The sentence says what could not be offered. */
  offer(
    files: readonly Offerable[],
    options: { readonly to?: string | undefined; readonly thumbnail?: string | undefined } = {},
  ): Giving | undefined {
    if (files.length === 0) return undefined;
    const peer = options.to === undefined ? undefined : this.#peer(options.to);
    // They left while it was chosen: what was meant for one is not for all.
    if (options.to !== undefined && peer === undefined) {
      this.#announcer.warn(words.files.gone);
      return undefined;
    }
    const name = nameOf(files);
    try {
      const giving = this.room.files.offer(files, {
        ...(peer === undefined ? {} : { to: peer }),
        ...(options.thumbnail === undefined ? {} : { thumbnail: options.thumbnail }),
      });
      void this.#remember(giving, files, options.to);
      if (peer !== undefined) this.audiences.set(giving.id, peer.name);
      this.#announcer.say(words.files.saidOffered(name));
      this.#look();
      return giving;
    } catch (problem) {
      this.#announcer.warn(words.files.notGiven(name, problemText(problem)));
      return undefined;
    }
  }

  /** @param into where each file goes besides, as in a folder of the person's own */
  accept(offer: Offer, into?: AcceptOptions["into"]): void {
    if (offer.thumbnail !== undefined) this.thumbnails.set(offer.id, offer.thumbnail);
    this.#hidden.delete(offer.id);
    const outcomes = new Map(this.outcomes.peek());
    outcomes.delete(offer.id);
    this.outcomes.value = outcomes;
    const { done, poured } = offer.accept(into === undefined ? {} : { into });
    // What does not arrive says so itself.
    if (into !== undefined) done.then(() => this.#tellOfFolder(offer.name, poured)).catch(() => {});
    this.#look();
  }
  #tellOfFolder(name: string, poured: Promise<void>): Promise<void> {
    return poured.then(
      () => this.#announcer.say(words.files.poured(name)),
      (problem: unknown) => this.#announcer.warn(words.files.notPoured(name, problemText(problem))),
    );
  }
  decline(offer: Offer): void {
    offer.decline();
    this.#look();
  }

  pause(transfer: Taking | Giving): void {
    transfer.pause();
    this.#look();
  }
  resume(transfer: Taking | Giving): void {
    transfer.resume();
    this.#look();
  }
  /** Ends a taking, and what was received of it is let go. */
  cancel(taking: Taking): void {
    this.#hidden.add(taking.id);
    taking.cancel();
    this.#look();
  }
  stopOffering(giving: Giving): void {
    this.#hidden.add(giving.id);
    giving.cancel();
    void this.before?.forget(giving.id);
    this.#look();
  }
  async keepSharing(kept: KeptTransfer): Promise<void> {
    try {
      await kept.share();
    } catch (problem) {
      this.#announcer.warn(problemText(problem));
    }
    await this.#lookAtKept();
  }
  async discard(kept: KeptTransfer): Promise<void> {
    await kept.discard().catch((problem: unknown) => this.#announcer.warn(problemText(problem)));
    await this.#lookAtKept();
  }

  /** Takes it off the list; what was received stays kept. */
  hide(id: string): void {
    this.#hidden.add(id);
    this.#look();
  }

  get isTold(): boolean {
    return this.#bell.value !== undefined;
  }
  tellWith(bell: Bell): void {
    this.#bell.value = bell;
  }

  get before(): GivenBefore | undefined {
    return this.#before.value;
  }
  rememberIn(before: GivenBefore): void {
    this.#before.value = before;
  }

  /** The room is over for this page: what it had on offer is, too. */
  stop(): void {
    void this.#before.peek()?.forgetAll();
    for (const stop of [...this.#stops, ...this.#followed.values()]) stop();
    this.#stops.length = 0;
    this.#followed.clear();
  }

  /** Its name and size are known when its folders are listed. */
  async #remember(giving: Giving, files: readonly Offerable[], to: string | undefined): Promise<void> {
    while (giving.state === "preparing") {
      await new Promise<void>((resolve) => {
        const stop = giving.on("change", () => {
          stop();
          resolve();
        });
      });
    }
    if (giving.state === "ended") return;
    const { id, name, size } = giving;
    await this.#before.peek()?.remember({ id, name, size, ...(to === undefined ? {} : { to }) }, files);
  }

  #peer(id: string): Peer | undefined {
    return [...this.room.peers.values()].find((peer) => peer.id === id);
  }

  /** Pieces arrive by the hundred: what they change is looked at a few times a second. */
  #touch(): void {
    this.#isStale = true;
  }

  #look(): void {
    this.#isStale = false;
    const { offers, takings, givings } = this.room.files;
    const isShown = ({ id }: { readonly id: string }) => !this.#hidden.has(id);
    this.offers.value = offers.filter(({ state }) => state === "open");
    this.takings.value = takings.filter(isShown);
    this.givings.value = givings.filter(isShown);
    for (const taking of takings) this.#follow(taking, () => this.#await(taking));
    for (const giving of givings) this.#follow(giving, () => this.#awaitGiving(giving));
    for (const offer of offers) this.#follow(offer, () => undefined);
    for (const giving of givings) this.#tellOf(giving);
    this.looks.value += 1;
  }

  #follow(followed: { on(event: "change", listener: () => void): () => void }, first: () => void): void {
    if (this.#followed.has(followed)) return;
    this.#followed.set(
      followed,
      followed.on("change", () => this.#touch()),
    );
    first();
  }

  #await(taking: Taking): void {
    taking.done.then(
      ({ files }) => {
        this.#end(taking, { state: "received", files });
        const sentence = words.files.saidReceived(taking.name);
        this.#announcer.say(sentence);
        this.#bell.peek()?.ring(sentence);
      },
      (problem: unknown) => {
        const code = codeOf(problem);
        this.#end(taking, { state: "failed", code });
        // Who called it off knows.
        if (code !== "aborted") this.#announcer.warn(words.files.failed(taking.name, problemText(problem)));
      },
    );
  }
  #end(taking: Taking, outcome: Outcome): void {
    this.outcomes.value = new Map(this.outcomes.peek()).set(taking.id, outcome);
    this.#look();
    void this.#lookAtKept();
  }

  #awaitGiving(giving: Giving): void {
    giving.done.catch((problem: unknown) => {
      const code = codeOf(problem);
      // Declined is told with the person's name; who called it off knows.
      if (code !== "aborted" && code !== "declined")
        this.#announcer.warn(words.files.notGiven(giving.name, problemText(problem)));
    });
  }

  /** What people did with a giving, once each. */
  #tellOf(giving: Giving): void {
    for (const { peer, state } of giving.takers.values()) {
      const key = `${giving.id} ${peer.id} ${state}`;
      if ((state !== "done" && state !== "declined") || this.#told.has(key)) continue;
      this.#told.add(key);
      const sentence = state === "done" ? words.files.saidGiven : words.files.saidDeclined;
      this.#announcer.say(sentence(peer.name, giving.name));
    }
  }

  async #lookAtKept(): Promise<void> {
    const kept = await this.room.files.kept().catch(() => []);
    const { takings, givings, offers } = this.room.files;
    const known = new Set([...takings, ...givings, ...offers].map(({ id }) => id));
    this.kept.value = kept.filter(({ id }) => !known.has(id));
  }
}

/** The sentence for a code of the SDK's. */
export function problemText(problem: unknown): string {
  const { problems } = words.files;
  const code = codeOf(problem);
  return Object.hasOwn(problems, code) ? problems[code as keyof typeof problems] : problems.other;
}
const codeOf = (problem: unknown): string => (problem as { code?: string } | undefined)?.code ?? "other";

/** What an offer is called before the SDK has made one. */
const nameOf = (files: readonly Offerable[]): string =>
  files.length === 1 ? (files[0] as Offerable).name : words.files.count(files.length);

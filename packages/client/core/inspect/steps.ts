/** Who stands in the diagram. `relay`: the STUN and TURN servers. */
export type Actor = "you" | "server" | "other" | "relay";

/** An arrow, or with the same actor twice something that one does alone. */
export interface Lane {
  readonly from: Actor;
  readonly to: Actor;
  /** Who passes it on. */
  readonly via?: "server" | "relay";
  readonly isBothWays?: true;
}

/** What a sentence about a step fills in. */
export type Says = Readonly<Record<string, string | number>>;

/** One step of the story. `kind` is what the catalogue has a title and a sentence for. */
export interface Step extends Lane {
  readonly kind: string;
  readonly at: number;
  /** Milliseconds; undefined for what has no duration, or whose beginning nobody saw. */
  readonly took?: number;
  /** `open`: it still goes on. */
  readonly outcome: "fine" | "bad" | "open";
  readonly says: Says;
  /** Places in the recording of what it is told from. */
  readonly facts: readonly number[];
  /** Where it is laid down. */
  readonly sources: readonly string[];
}

export interface Story {
  /** When it began. */
  readonly from: number;
  readonly steps: readonly Step[];
  /** Who takes part: the relay only when it does. */
  readonly actors: readonly Actor[];
}

/** The laws, by the kind of step. */
const sources: Readonly<Record<string, readonly string[]>> = {
  connection: ["RFC 9429 §4.1.1"],
  setting: ["RFC 9429 §5.5", "RFC 9429 §5.6"],
  "local-offer": ["RFC 9429 §5.2", "RFC 3264 §5"],
  "local-answer": ["RFC 9429 §5.3", "RFC 3264 §6"],
  "remote-offer": ["RFC 9429 §5.10", "RFC 3264 §6"],
  "remote-answer": ["RFC 9429 §5.11", "RFC 3264 §7"],
  "offer-sent": ["RFC 8825 §3", "RFC 9429 §3.1"],
  "offer-received": ["RFC 8825 §3", "RFC 9429 §3.1"],
  "answer-sent": ["RFC 8825 §3", "RFC 9429 §3.1"],
  "answer-received": ["RFC 8825 §3", "RFC 9429 §3.1"],
  "candidates-sent": ["RFC 8838 §9"],
  "candidates-received": ["RFC 8838 §11"],
  gathering: ["RFC 8445 §5.1.1"],
  "found-host": ["RFC 8445 §5.1.1.1"],
  "found-srflx": ["RFC 8445 §5.1.1.2", "RFC 8489 §2"],
  "found-prflx": ["RFC 8445 §7.2.5.3.1"],
  "found-relay": ["RFC 8445 §5.1.1.2", "RFC 8656 §3.2"],
  taken: ["RFC 8838 §12", "RFC 8445 §6.1.2"],
  "no-more": ["RFC 8838 §13"],
  checks: ["RFC 8445 §7", "RFC 7675"],
  pair: ["RFC 8445 §8.1.1"],
  dtls: ["RFC 5764 §4", "RFC 8827 §6.5", "RFC 9147"],
  sctp: ["RFC 8261 §3", "RFC 8831 §5"],
  channels: ["RFC 8831 §6", "RFC 8832 §4"],
  "channels-closed": ["RFC 8831 §6.7"],
  tracks: ["RFC 9429 §4.2", "RFC 8834"],
  flowing: ["RFC 8834 §4", "RFC 3711 §3"],
  paused: ["RFC 8834 §4"],
  connected: ["RFC 8445 §12.1"],
  unheard: ["RFC 7675 §5.1"],
  failed: ["RFC 8445 §8.1.2"],
  restart: ["RFC 8445 §9", "RFC 8839 §4.4.1.1.1"],
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Writable<Step> & { says: Record<string, string | number>; facts: number[] };

/** Steps while they are written: what is open is found again by its name. */
export class Steps {
  now = 0;
  /** Of the fact that is being told. */
  index = 0;
  readonly #drafts: Draft[] = [];
  readonly #open = new Map<string, Draft>();
  readonly #counting = new Map<
    string,
    { readonly draft: Draft; lastAt: number; readonly seen: Set<string> }
  >();
  readonly #was = new Set<string>();

  /** Something that takes no time. */
  add(kind: string, lane: Lane, says: Says, isBad = false): void {
    this.#drafts.push(this.#draft(kind, lane, says, isBad ? "bad" : "fine"));
  }

  /** Something that ends when `close` is called with the same name. */
  open(name: string, kind: string, lane: Lane, says: Says): void {
    if (this.#open.has(name)) return;
    const draft = this.#draft(kind, lane, says, "open");
    this.#open.set(name, draft);
    this.#drafts.push(draft);
  }
  has(name: string): boolean {
    return this.#open.has(name);
  }
  /** Whether it was closed before, on this connection. */
  was(name: string): boolean {
    return this.#was.has(name);
  }
  /** Ends it; what was never seen to begin becomes a step of no duration. A `kind` in what it says is its kind from now on. */
  close(name: string, { kind, ...says }: Says, lane: Lane, isBad = false): void {
    const known = this.#open.get(name);
    if (known === undefined && this.#was.has(name) && kind === undefined) return;
    const draft = known ?? this.#draft(String(kind ?? name), lane, says, "fine");
    if (known === undefined) this.#drafts.push(draft);
    else {
      draft.took = this.now - draft.at;
      draft.facts.push(this.index);
    }
    if (kind !== undefined) draft.kind = String(kind);
    Object.assign(draft.says, says);
    Object.assign(draft, lane, { outcome: isBad ? "bad" : "fine", sources: sources[draft.kind] ?? [] });
    this.#open.delete(name);
    this.#was.add(name);
  }

  /** One of several of a kind that come together: counted, with `what` each of them is, each named once. */
  count(kind: string, togetherMs: number, lane: Lane, says: Says, what?: string, count = 1): void {
    const known = this.#counting.get(kind);
    if (known === undefined || this.now - known.lastAt > togetherMs) {
      const draft = this.#draft(kind, lane, { ...says, count, ...(what && { what }) }, "fine");
      this.#drafts.push(draft);
      this.#counting.set(kind, { draft, lastAt: this.now, seen: new Set(what === undefined ? [] : [what]) });
      return;
    }
    const { draft, seen } = known;
    known.lastAt = this.now;
    draft.took = this.now - draft.at;
    if (draft.facts.at(-1) !== this.index) draft.facts.push(this.index);
    draft.says["count"] = Number(draft.says["count"]) + count;
    if (typeof says["bytes"] === "number") draft.says["bytes"] = Number(draft.says["bytes"]) + says["bytes"];
    if (what !== undefined) {
      seen.add(what);
      draft.says["what"] = [...seen].join(", ");
    }
  }

  /** The connection is another: nothing of the old one ends any more. */
  drop(): void {
    for (const draft of this.#open.values()) draft.outcome = "bad";
    this.#open.clear();
    this.#counting.clear();
    this.#was.clear();
  }

  done(): Pick<Story, "steps" | "actors"> {
    const hasRelay = this.#drafts.some(({ from, to, via }) => [from, to, via].includes("relay"));
    return {
      steps: this.#drafts,
      actors: ["you", "server", ...(hasRelay ? (["relay"] as const) : []), "other"],
    };
  }

  #draft(kind: string, lane: Lane, says: Says, outcome: Step["outcome"]): Draft {
    return {
      kind,
      ...lane,
      at: this.now,
      outcome,
      says: { ...says },
      facts: [this.index],
      sources: sources[kind] ?? [],
    };
  }
}

/** Every kind of step, for catalogues. */
export const stepKinds = [
  ...Object.keys(sources),
  "trouble",
  "recovering",
  "closed",
  "closing",
  "rebuild",
  "revive",
  "rebuild-sent",
  "rebuild-received",
  "ask-sent",
  "ask-received",
  "go-sent",
  "go-received",
  "ended",
] as const;

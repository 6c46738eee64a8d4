import { ufragsOf } from "../link/sdp.ts";
import { readCandidate } from "./candidates.ts";
import type { Fact } from "./facts.ts";
import { type Lane, type Says, Steps, type Story } from "./steps.ts";

/**
 * The story of one link, as a sequence diagram has it: who does what towards whom, when, and how long it took. A pure function of
 * the facts, so that the same recording always tells the same.
 */
export function storyOf(facts: readonly Fact[]): Story {
  const teller = new Teller(facts[0]?.at ?? 0);
  for (const [index, fact] of facts.entries()) teller.hear(fact, index);
  return { from: facts[0]?.at ?? 0, ...teller.steps.done() };
}

/** Candidates that come within this time of each other are one step. */
const togetherMs = 1_000;

class Teller {
  readonly steps = new Steps();
  /** When the present connection, or the present loss, began. */
  #since: number;
  #generation = 0;
  #isConnected = false;
  /** Own ICE credentials, to know a restart by. */
  #ufrag = "";
  #isRelayed = false;

  constructor(since: number) {
    this.#since = since;
  }

  hear(fact: Fact, index: number): void {
    const { steps } = this;
    steps.now = fact.at;
    steps.index = index;
    switch (fact.kind) {
      case "connection":
        this.#connection(fact.generation);
        break;
      case "setting":
        steps.open(`set-${fact.side}`, "setting", here, { side: fact.side });
        break;
      case "description":
        this.#described(fact);
        break;
      case "candidates":
        this.#candidates(fact);
        break;
      case "signal":
        this.#signal(fact);
        break;
      case "state":
        this.#state(fact);
        break;
      case "pair":
        this.#pair(fact);
        break;
      case "track":
        this.#track(fact);
        break;
      case "recovery":
        steps.add(fact.rung === "close" ? "closing" : fact.rung, here, { reason: fact.reason });
        if (fact.rung !== "close") this.#since = fact.at;
        break;
      case "trouble":
        steps.add(
          "trouble",
          fact.what === "server-error" ? toRelay : here,
          { what: fact.what, detail: fact.detail },
          true,
        );
    }
  }

  #connection(generation: number): void {
    this.steps.drop();
    this.steps.add("connection", here, { generation });
    this.#generation = generation;
    this.#ufrag = "";
    this.#isConnected = this.#isRelayed = false;
    if (generation === 1) this.#since = this.steps.now;
  }

  #described({ side, type, sdp }: Extract<Fact, { kind: "description" }>): void {
    const says = { side, type, lines: sdp.split("\n").length - 1, sections: sdp.match(/^m=/gm)?.length ?? 0 };
    const [ufrag = ""] = ufragsOf(sdp);
    const isRestart = side === "local" && this.#ufrag !== "" && ufrag !== this.#ufrag;
    if (side === "local") this.#ufrag = ufrag;
    const kind = `${side}-${type}` as const;
    this.steps.close(`set-${side}`, { kind, ...says, ...(isRestart && { isRestart: 1 }) }, here);
  }

  #candidates({ side, candidates }: Extract<Fact, { kind: "candidates" }>): void {
    const { steps } = this;
    for (const { candidate } of candidates) {
      const found = readCandidate(candidate);
      if (found === undefined) {
        if (side === "local") steps.close("gathering", {}, here);
        else steps.add("no-more", here, {});
        continue;
      }
      if (side === "remote") {
        steps.count("taken", togetherMs, here, { type: found.type }, found.type);
        continue;
      }
      // A reflexive or relayed one was told by a server.
      const isOwn = found.type === "host";
      steps.count(`found-${found.type}`, togetherMs, isOwn ? here : toRelay, { type: found.type });
    }
  }

  #signal({ way, type, bytes, count = 0 }: Extract<Fact, { kind: "signal" }>): void {
    const arrow = way === "sent" ? sent : received;
    if (type !== "candidates") {
      this.steps.add(`${type}-${way}`, arrow, { bytes });
      return;
    }
    this.steps.count(`candidates-${way}`, togetherMs, arrow, { bytes }, undefined, count);
  }

  #state({ of, state, reason = "", name = "", isFound }: Extract<Fact, { kind: "state" }>): void {
    const { steps } = this;
    const found: Says = isFound ? { isFound: 1 } : {};
    switch (of) {
      case "gathering":
        if (state === "gathering") steps.open("gathering", "gathering", here, found);
        else if (state === "complete") steps.close("gathering", found, here);
        break;
      case "ice":
        if (state === "checking") steps.open("checks", "checks", both, found);
        else if (state === "connected" || state === "completed") {
          if (steps.has("checks")) steps.close("checks", found, this.#between());
          // What needs no time at all, or was there before anyone looked.
          else if (state === "connected" && !this.#isConnected) steps.add("checks", this.#between(), found);
        } else if (state === "failed" && steps.has("checks"))
          steps.close("checks", found, this.#between(), true);
        else if (state === "disconnected") steps.add("unheard", this.#between(), {}, true);
        break;
      case "dtls":
        if (state === "connecting") steps.open("dtls", "dtls", this.#between(), found);
        else if (state === "connected") steps.close("dtls", found, this.#between());
        else if (state === "failed") steps.close("dtls", found, this.#between(), true);
        break;
      case "sctp":
        if (state === "connecting") steps.open("sctp", "sctp", this.#between(), found);
        else if (state === "connected") steps.close("sctp", found, this.#between());
        break;
      case "channel":
        if (state === "open") steps.count("channels", togetherMs, this.#between(), found, name);
        else if (state === "closed") steps.count("channels-closed", togetherMs, here, found, name);
        break;
      case "connection":
        this.#connectionState(state);
        break;
      case "link":
        if (state === "recovering") {
          this.#since = steps.now;
          steps.add("recovering", here, { reason }, true);
        } else if (state === "closed") steps.add("closed", here, { reason }, true);
        else if (state === "connected")
          steps.add("connected", this.#between(), {
            tookMs: Math.round(steps.now - this.#since),
            generation: this.#generation,
          });
    }
  }

  #connectionState(state: string): void {
    const { steps } = this;
    if (state === "connected") {
      // Keys are agreed by then, whether or not somebody saw it happen.
      if (steps.has("dtls") || !steps.was("dtls")) steps.close("dtls", {}, this.#between());
      this.#isConnected = true;
    } else if (state === "failed") steps.add("failed", this.#between(), {}, true);
  }

  #pair({ local, remote, rttMs }: Extract<Fact, { kind: "pair" }>): void {
    this.#isRelayed = local.type === "relay" || remote.type === "relay";
    this.steps.add("pair", this.#between(), {
      local: local.type,
      remote: remote.type,
      protocol: local.relayProtocol ?? local.protocol,
      ...(rttMs !== undefined && { rttMs }),
    });
  }

  #track({ media, state, mid = "" }: Extract<Fact, { kind: "track" }>): void {
    const arrow: Lane = state === "flowing" ? { ...this.#between(), from: "other", to: "you" } : here;
    const kind = { added: "tracks", flowing: "flowing", paused: "paused", ended: "ended" }[state];
    this.steps.count(kind, togetherMs, arrow, { media }, media + mid);
  }

  /** Between the two, through the relay when the chosen pair is. */
  #between(): Lane {
    return this.#isRelayed ? { ...both, via: "relay" } : both;
  }
}

const here: Lane = { from: "you", to: "you" };
const both: Lane = { from: "you", to: "other", isBothWays: true };
const sent: Lane = { from: "you", to: "other", via: "server" };
const received: Lane = { from: "other", to: "you", via: "server" };
const toRelay: Lane = { from: "relay", to: "you", isBothWays: true };

import { describe, expect, it } from "vitest";
import { hasOnlyFingerprint } from "./fingerprint.ts";
import {
  type Negotiation,
  type NegotiationEffect,
  type NegotiationInput,
  type NegotiationStep,
  negotiate,
  negotiation,
} from "./negotiation.ts";
import { floor } from "./negotiation-floor.ts";
import { type Candidate, type Description, linkLimits } from "./signal.ts";

const sdp = (ufrag: string, fingerprint = "sha-256 AA") =>
  `v=0\r\na=ice-ufrag:${ufrag}\r\na=fingerprint:${fingerprint}\r\n`;
const description = (type: "offer" | "answer", ufrag = "remote"): Description => ({
  type,
  generation: 1,
  sdp: sdp(ufrag),
  parts: {},
});
const offer = (ufrag?: string): NegotiationInput => ({
  kind: "take",
  description: description("offer", ufrag),
});
const answer = (ufrag?: string): NegotiationInput => ({
  kind: "take",
  description: description("answer", ufrag),
});
const local = (type: "offer" | "answer"): NegotiationInput => ({
  kind: "done",
  local: { type, sdp: sdp("local") },
});
const done: NegotiationInput = { kind: "done" };
const needed: NegotiationInput = { kind: "needed" };
const candidate = (usernameFragment: string | null, n = 1): Candidate => ({
  candidate: `candidate:${n}`,
  usernameFragment,
});
const theirs = (...candidates: Candidate[]): NegotiationInput => ({ kind: "candidates", candidates });
const ours = (...candidates: Candidate[]): NegotiationInput => ({ kind: "found", candidates });

/** Feeds inputs, and gives the last one's effects. */
function after(start: Negotiation, ...inputs: NegotiationInput[]) {
  let now = start;
  let effects: readonly NegotiationEffect[] = [];
  for (const input of inputs)
    ({ negotiation: now, effects } = negotiate(now, input, floor) as NegotiationStep);
  return { now, effects, kinds: effects.map(({ kind }) => kind) };
}
const newcomer = negotiation({ isPolite: false, makesFirstOffer: true });
const resident = negotiation({ isPolite: true, makesFirstOffer: false });

describe("negotiation", () => {
  it("[L11] offers at once as newcomer, and not before having answered as resident", () => {
    expect(after(newcomer, needed).kinds).toEqual(["set-local"]);
    expect(after(resident, needed).kinds).toEqual([]);
    const settled = after(resident, offer(), done, local("answer"));
    expect(settled.kinds).toEqual(["send", "settled"]);
    expect(after(settled.now, needed, { kind: "go" }).kinds).toEqual(["set-local"]);
  });

  it("[L21] the polite side asks before it offers, once, and offers when it may", () => {
    const settled = after(resident, offer(), done, local("answer")).now;
    const asking = after(settled, needed);
    expect(asking.effects).toEqual([{ kind: "send", signal: { type: "ask" } }]);
    expect(after(asking.now, needed).kinds).toEqual([]);
    // Their offer comes first: it is answered, and ours has its turn all the same.
    const answered = after(asking.now, offer("two"), done, local("answer"));
    expect(answered.kinds).toEqual(["send", "settled"]);
    const offered = after(answered.now, { kind: "go" }, local("offer"));
    expect(offered.effects).toMatchObject([{ kind: "send", signal: { type: "offer" } }]);
    expect(after(offered.now, answer("three"), done, needed).effects).toEqual([
      { kind: "send", signal: { type: "ask" } },
    ]);
  });

  it("[L21] the impolite side gives the floor when it is stable, and then offers nothing before that offer is answered", () => {
    const asked = after(newcomer, needed, local("offer"), { kind: "ask" });
    expect(asked.kinds).toEqual([]);
    const given = after(asked.now, answer(), done);
    expect(given.effects.at(-1)).toEqual({ kind: "send", signal: { type: "go" } });
    expect(after(given.now, needed).kinds).toEqual([]);
    const answered = after(given.now, needed, offer("two"), done, local("answer"));
    expect(answered.kinds).toEqual(["send", "settled", "set-local"]);
  });

  it("[L21] a floor that nobody asked for, or of the wrong side, changes nothing", () => {
    const settled = after(resident, offer(), done, local("answer")).now;
    expect(after(settled, { kind: "go" }).now).toEqual(settled);
    expect(after(settled, { kind: "ask" }).now).toEqual(settled);
    const other = after(newcomer, needed, local("offer"), answer(), done).now;
    expect(after(other, { kind: "go" }).now).toEqual(other);
  });

  it("[L10] runs one operation at a time, in order", () => {
    const busy = after(newcomer, needed, answer(), theirs(candidate("remote")), needed);
    expect(busy.kinds).toEqual([]);
    const offered = after(busy.now, local("offer"));
    expect(offered.kinds).toEqual(["send", "set-remote"]);
    const answered = after(offered.now, done);
    expect(answered.kinds).toEqual(["described", "settled", "add-candidates"]);
    expect(after(answered.now, done).kinds).toEqual(["set-local"]);
  });

  it("[L10] ends on a flood of operations", () => {
    let now = after(newcomer, needed).now;
    for (let i = 0; i < linkLimits.waitingOperations; i++) now = after(now, offer()).now;
    const flooded = after(now, offer());
    expect(flooded.effects).toEqual([{ kind: "close", reason: "flooded" }]);
    expect(flooded.now).toEqual(now);
  });

  it("[L12] ignores an offer that crosses ours when impolite", () => {
    const crossed = after(newcomer, needed, local("offer"), offer("ignored"));
    expect(crossed.kinds).toEqual(["log"]);
    expect(crossed.now.signaling).toBe("have-local-offer");
    expect(after(crossed.now, answer()).kinds).toEqual(["set-remote"]);
  });

  it("[L12] takes an offer that crosses ours when polite, and answers it", () => {
    const began = after(
      resident,
      offer("one"),
      done,
      local("answer"),
      needed,
      { kind: "go" },
      local("offer"),
    ).now;
    expect(began.signaling).toBe("have-local-offer");
    const crossed = after(began, offer("two"));
    expect(crossed.kinds).toEqual(["set-remote"]);
    expect(after(crossed.now, done).kinds).toEqual(["described", "set-local"]);
  });

  it("[L12] takes an offer that came while an answer was being set: that leaves it stable", () => {
    const busy = after(newcomer, needed, local("offer"), answer(), offer("later"));
    expect(busy.kinds).toEqual([]);
    expect(after(busy.now, done).kinds).toEqual(["described", "settled", "set-remote"]);
  });

  it("asks for no offer while not stable: the connection says so again", () => {
    expect(after(newcomer, needed, local("offer"), needed).kinds).toEqual([]);
  });

  it("[L13] holds candidates until their description is set, and drops the others then", () => {
    const waiting = after(
      resident,
      theirs(candidate("remote", 1), candidate("ignored", 2), candidate("remote", 3)),
    );
    expect(waiting.kinds).toEqual([]);
    const taken = after(waiting.now, offer(), done, local("answer"));
    expect(taken.effects.at(-1)).toEqual({
      kind: "add-candidates",
      candidates: [candidate("remote", 1), candidate("remote", 3)],
    });
    expect(taken.now.held).toEqual([]);
  });

  it("[L13] drops candidates of an ignored offer without an error", () => {
    const crossed = after(newcomer, needed, local("offer"), offer("ignored"), theirs(candidate("ignored")));
    expect(crossed.kinds).toEqual([]);
    const settled = after(crossed.now, answer(), done);
    expect(settled.kinds).toEqual(["described", "settled"]);
    expect(settled.now.held).toEqual([]);
    const nameless = after(newcomer, needed, local("offer"), offer("ignored"), theirs(candidate(null)));
    expect(nameless.kinds).toEqual([]);
  });

  it("[L13] holds at most 128, the newest", () => {
    let now = resident;
    for (let n = 1; n <= 200; n++) now = after(now, theirs(candidate("later", n))).now;
    expect(now.held.length).toBe(linkLimits.heldCandidates);
    expect(now.held.at(-1)).toEqual(candidate("later", 200));
    let busy = after(newcomer, needed).now;
    for (let n = 1; n <= 200; n++) busy = after(busy, theirs(candidate("later", n))).now;
    expect(busy.waiting.length).toBe(1);
  });

  it("[L13] adds candidates that name their fragment only in their line, or nowhere", () => {
    const settled = after(resident, offer(), done, local("answer")).now;
    const inLine: Candidate = { candidate: "candidate:1 1 udp 1 h 9 typ host ufrag remote" };
    expect(after(settled, theirs(inLine)).kinds).toEqual(["add-candidates"]);
    expect(after(settled, theirs(candidate(null))).kinds).toEqual(["add-candidates"]);
  });

  it("[L14] sends our candidates after their description", () => {
    const early = after(newcomer, needed, ours(candidate("local", 1)), ours(candidate("local", 2)));
    expect(early.kinds).toEqual([]);
    const offered = after(early.now, local("offer"));
    expect(offered.kinds).toEqual(["send", "send"]);
    expect(offered.effects[1]).toEqual({
      kind: "send",
      signal: { type: "candidates", candidates: [candidate("local", 1), candidate("local", 2)] },
    });
    expect(after(offered.now, ours(candidate("local", 3))).kinds).toEqual(["send"]);
  });

  it("[L15] takes no answer that nobody asked for", () => {
    const step = after(newcomer, answer());
    expect(step.effects).toEqual([{ kind: "violation", reason: "unexpected-answer" }]);
    expect(step.now.running).toBeUndefined();
  });

  it("[L16] ends on a description with another fingerprint, before setting it", () => {
    const isOf = (fingerprint: string) => (sdp: string) => hasOnlyFingerprint(sdp, fingerprint);
    const rules = { isPolite: true, makesFirstOffer: false, isTheirs: isOf("sha-256 BB") };
    expect(after(negotiation(rules), offer()).effects).toEqual([
      { kind: "close", reason: "wrong-fingerprint" },
    ]);
    const right = negotiation({ ...rules, isTheirs: isOf("sha-256 aa") });
    expect(after(right, offer()).kinds).toEqual(["set-remote"]);
  });

  it("[L18] calls the connection broken when a description is refused, but not for a candidate", () => {
    const failed: NegotiationInput = { kind: "failed", detail: "no" };
    expect(after(resident, offer(), failed).kinds).toEqual(["rebuild"]);
    expect(after(newcomer, needed, failed).kinds).toEqual(["rebuild"]);
    const settled = after(resident, offer(), done, local("answer")).now;
    expect(after(settled, theirs(candidate("remote")), failed).kinds).toEqual(["log"]);
  });

  it("tells a restart by the other side's new credentials", () => {
    const first = after(newcomer, needed, local("offer"), answer(), done);
    expect(first.effects.at(-1)).toEqual({ kind: "settled", isRestarted: true });
    const same = after(first.now, needed, local("offer"), answer(), done);
    expect(same.effects.at(-1)).toEqual({ kind: "settled", isRestarted: false });
    const other = after(first.now, offer("new"), done, local("answer"));
    expect(other.effects.at(-1)).toEqual({ kind: "settled", isRestarted: true });
  });
});

import { describe, expect, it } from "vitest";
import { linkFurther } from "./further.ts";
import {
  advanceLink,
  type ConnectionState,
  type LinkInput,
  type LinkMachine,
  type LinkStep,
  linkMachine,
} from "./link.ts";
import { linkLimits, parseLinkSignal } from "./signal.ts";

const offerer = linkMachine({ isPolite: false, makesFirstOffer: true });
const answerer = linkMachine({ isPolite: true, makesFirstOffer: false });
const sdp = (ufrag: string) => `v=0\r\na=ice-ufrag:${ufrag}\r\n`;

/** Feeds inputs at their times, and gives what the last one led to. */
function after(start: LinkMachine, ...inputs: (LinkInput | [number, LinkInput])[]) {
  let machine = start;
  let kinds: string[] = [];
  let sent: unknown[] = [];
  let now = 0;
  for (const item of inputs) {
    const input = Array.isArray(item) ? item[1] : item;
    if (Array.isArray(item)) now = item[0];
    const step = advanceLink(machine, input, now, linkFurther) as LinkStep;
    machine = step.machine;
    kinds = step.effects.flatMap((effect) => (effect.kind === "log" ? [] : [effect.kind]));
    sent = step.effects.flatMap((effect) => (effect.kind === "send" ? [effect.signal] : []));
  }
  return { machine, kinds, sent, state: machine.status.state };
}
const begin: LinkInput = { kind: "begin" };
const is = (state: ConnectionState, generation = 1): LinkInput => ({ kind: "connection", generation, state });
const negotiated = (
  input: Extract<LinkInput, { kind: "negotiation" }>["input"],
  generation = 1,
): LinkInput => ({
  kind: "negotiation",
  generation,
  input,
});
const offered = (ufrag = "local", generation = 1) =>
  negotiated({ kind: "done", local: { type: "offer", sdp: sdp(ufrag) } }, generation);
const answered = (ufrag: string, generation = 1): LinkInput[] => [
  { kind: "signal", signal: { type: "answer", generation, sdp: sdp(ufrag), parts: {} } },
  negotiated({ kind: "done" }, generation),
];
const time: LinkInput = { kind: "time" };
const connected = after(offerer, begin, offered(), ...answered("one"), is("connected")).machine;
const restarted = (machine: LinkMachine, ufrag: string): LinkInput[] => [
  negotiated({ kind: "needed" }, machine.generation),
  offered(`local-${ufrag}`, machine.generation),
  ...answered(ufrag, machine.generation),
];

describe("link", () => {
  it("[L11] builds and offers in one go as newcomer", () => {
    expect(after(offerer, begin).kinds).toEqual(["build", "set-local"]);
    expect(after(answerer, begin).kinds).toEqual(["build"]);
  });

  it("[L30] goes from connecting to connected, recovering and back, and tells each", () => {
    const first = after(offerer, begin, is("connecting"), is("connected"));
    expect([first.state, first.kinds]).toEqual(["connected", ["changed"]]);
    const recovering = after(first.machine, is("failed"));
    expect([recovering.state, recovering.kinds]).toEqual(["recovering", ["changed", "restart-ice"]]);
    const back = after(recovering.machine, is("connected"));
    expect([back.state, back.kinds]).toEqual(["connected", ["changed"]]);
  });

  it("[L31] restarts after 2 s of disconnection", () => {
    const lost = after(connected, [1_000, is("disconnected")]);
    expect([lost.state, lost.kinds, lost.machine.helpAt]).toEqual(["connected", [], 3_000]);
    expect(after(lost.machine, [2_999, time]).kinds).toEqual([]);
    const helped = after(lost.machine, [3_000, time]);
    expect([helped.state, helped.kinds]).toEqual(["recovering", ["changed", "restart-ice"]]);
  });

  it("[D14] is recovering once it is lost for 2 s, also when a restart was asked for while it stood, answered or not", () => {
    const asked = after(connected, { kind: "restart", reason: "network" }, [1_000, is("disconnected")]);
    expect(asked.state).toBe("connected");
    const lost = after(asked.machine, [3_000, time]);
    expect([lost.state, lost.kinds]).toEqual(["recovering", ["changed"]]);
    const met = after(asked.machine, ...restarted(asked.machine, "two"));
    expect([met.state, met.machine.helpAt]).toEqual(["recovering", 15_000]);
  });

  it("[L31] does nothing for one that mends itself", () => {
    const back = after(connected, is("disconnected"), [1_500, is("connected")], [3_000, time]);
    expect([back.state, back.kinds, back.machine.helpAt]).toEqual(["connected", [], undefined]);
  });

  it("[L32] restarts, rebuilds and closes a connection that keeps failing", () => {
    const failed = after(connected, is("failed"));
    expect(failed.kinds).toEqual(["changed", "restart-ice"]);
    const rebuilt = after(failed.machine, ...restarted(failed.machine, "two"), [10_000, is("failed")]);
    expect(rebuilt.kinds).toEqual(["build", "set-local"]);
    expect(rebuilt.machine.generation).toBe(2);
    const closed = after(rebuilt.machine, [10_000, is("failed", 2)]);
    expect([closed.state, closed.kinds]).toEqual(["closed", ["send", "release", "changed"]]);
    expect(closed.machine.status).toEqual({ state: "closed", reason: "failed" });
  });

  it("[L32] rebuilds when an answered restart shows nothing within 15 s", () => {
    const failed = after(connected, is("failed")).machine;
    const met = after(failed, [5_000, is("failed")], ...restarted(failed, "two")).machine;
    expect(met.helpAt).toBe(20_000);
    expect(after(met, [20_000, time]).kinds).toEqual(["build", "set-local"]);
  });

  it("[L32] starts over with restarts once connected again, also when it never said disconnected", () => {
    const asked = after(connected, { kind: "restart", reason: "network" });
    expect([asked.state, asked.kinds]).toEqual(["connected", ["restart-ice"]]);
    const met = after(asked.machine, ...restarted(asked.machine, "two")).machine;
    expect(after(met, is("failed")).kinds).toEqual(["changed", "restart-ice"]);
  });

  it("[L31] is recovering once the connection is lost, also where a restart was asked for before and is not answered", () => {
    const asked = after(connected, { kind: "restart", reason: "silence" });
    const lost = after(asked.machine, [5_000, is("disconnected")], [7_000, time]);
    expect([asked.state, lost.state, lost.kinds]).toEqual(["connected", "recovering", ["changed"]]);
    expect(after(lost.machine, [20_000, is("failed")]).kinds).toEqual([]);
  });

  it("[L32] takes no other negotiation for the answer to a restart", () => {
    const failed = after(connected, is("failed")).machine;
    const same = after(failed, ...restarted(failed, "one")).machine;
    expect(same.help).toBe("restarted");
  });

  it("[L40] does nothing for a failure while the other side's candidates are still to come", () => {
    const met = after(offerer, begin, [500, offered()], ...answered("one")).machine;
    const early = after(met, [600, is("failed")]);
    expect([early.state, early.kinds, early.machine.helpAt]).toEqual(["connecting", [], 10_500]);
    expect(after(early.machine, [3_000, is("connecting")], is("connected")).machine.helpAt).toBeUndefined();
    expect(after(early.machine, [10_500, time]).kinds).toEqual(["restart-ice"]);
  });

  it("[L33] tries nothing more while a restart is not answered", () => {
    const failed = after(connected, is("failed"));
    const later = after(failed.machine, is("connecting"), is("failed"), [60_000, time]);
    expect([later.state, later.kinds, later.machine.helpAt]).toEqual(["recovering", [], undefined]);
  });

  it("[L133] is recovering when nothing comes over a connection that stands, and connected when something does", () => {
    const lost = after(connected, { kind: "lost", reason: "silence" });
    expect([lost.machine.status, lost.kinds]).toEqual([
      { state: "recovering", reason: "silence" },
      ["changed"],
    ]);
    expect(after(lost.machine, [60_000, time]).machine).toEqual(lost.machine);
    const heard = after(lost.machine, { kind: "heard", reason: "silence" });
    expect([heard.machine, heard.kinds]).toEqual([connected, ["changed"]]);
    // An answered restart makes it no more connected than it was.
    const met = after(
      lost.machine,
      { kind: "restart", reason: "silence" },
      ...restarted(lost.machine, "two"),
    );
    expect(met.state).toBe("recovering");
  });

  it("[L133] says nothing of what is not connected, and ends no other trouble", () => {
    const lost: LinkInput = { kind: "lost", reason: "silence" };
    const heard: LinkInput = { kind: "heard", reason: "silence" };
    const fresh = after(offerer, begin).machine;
    const down = after(connected, is("disconnected"), [3_000, time]).machine;
    for (const machine of [fresh, down, connected]) {
      if (machine !== connected) expect(after(machine, lost).machine).toEqual(machine);
      expect(after(machine, heard).machine).toEqual(machine);
    }
  });

  it("[L134] takes another connection for a silence, and then the ladder as ever", () => {
    const lost = after(connected, { kind: "lost", reason: "silence" }).machine;
    const another = after(lost, { kind: "rebuild", reason: "silence" });
    expect([another.kinds, another.machine.generation]).toEqual([["build", "set-local"], 2]);
    expect(after(another.machine, is("connected", 2)).state).toBe("connected");
    const over = after(another.machine, is("failed", 2)).machine;
    expect(over.status).toEqual({ state: "closed", reason: "failed" });
  });

  it("[L137] takes a new connection for failed that was answered and is neither connected nor failed after 30 s", () => {
    const another = after(connected, { kind: "rebuild", reason: "silence" }, offered("two", 2)).machine;
    expect(after(another, [600_000, time], is("connecting", 2)).state).toBe("recovering");
    const met = after(another, [5_000, is("connecting", 2)], ...answered("two", 2)).machine;
    expect(met.helpAt).toBe(35_000);
    expect(after(met, [34_999, time]).kinds).toEqual([]);
    const over = after(met, [35_000, time]);
    expect([over.machine.status, over.kinds]).toEqual([
      { state: "closed", reason: "failed" },
      ["send", "release", "changed"],
    ]);
    const well = after(met, is("connected", 2));
    expect([well.state, well.machine.helpAt]).toEqual(["connected", undefined]);
  });

  const failed = after(connected, is("failed")).machine;
  const spent: LinkInput = { kind: "spent", reason: "dtls-failed" };

  it("[L136] waits with a connection that nothing can help, and replaces it when the other side can be told", () => {
    const waiting = after(failed, spent);
    expect([waiting.kinds, waiting.machine.help, waiting.machine.helpAt]).toEqual([[], "spent", undefined]);
    expect(after(waiting.machine, spent).machine).toEqual(waiting.machine);
    expect(after(waiting.machine, [100_000, time], is("failed")).kinds).toEqual([]);
    for (const kind of ["revive", "restart"] as const) {
      const told = after(waiting.machine, { kind, reason: "signaling" });
      expect([told.kinds, told.machine.generation, told.machine.help]).toEqual([
        ["build", "set-local"],
        2,
        "rebuilt",
      ]);
    }
    // One that was restarted for another reason is not replaced.
    expect(after(failed, { kind: "revive", reason: "signaling" }).machine).toEqual(failed);
    expect(after(connected, spent).machine).toEqual(connected);
    expect(after(offerer, begin, is("failed"), spent).machine.help).not.toBe("spent");
  });

  it("[L34] tells the side that makes first offers, which tells by its offer", () => {
    const own = after(answerer, begin, { kind: "rebuild", reason: "test" });
    expect(own.kinds).toEqual(["build", "send"]);
    expect(own.sent).toEqual([{ type: "rebuild", generation: 2, reason: "test" }]);
    const asked = after(connected, {
      kind: "signal",
      signal: { type: "rebuild", generation: 2, reason: "test" },
    });
    expect(asked.kinds).toEqual(["changed", "build", "set-local"]);
    expect(asked.state).toBe("recovering");
    const told = after(answerer, begin, {
      kind: "signal",
      signal: { type: "offer", generation: 2, sdp: sdp("x"), parts: {} },
    });
    expect(told.kinds).toEqual(["build", "set-remote"]);
  });

  it("[L34] makes one new connection when both ask at once", () => {
    const own = after(connected, { kind: "rebuild", reason: "mine" }).machine;
    const both = after(own, { kind: "signal", signal: { type: "rebuild", generation: 2, reason: "yours" } });
    expect([both.kinds, both.machine.generation]).toEqual([[], 2]);
  });

  it("[L17] ignores what belongs to an earlier connection", () => {
    const { machine } = after(connected, { kind: "rebuild", reason: "test" });
    for (const late of [is("failed"), offered(), ...answered("late")]) {
      const step = after(machine, late);
      expect(step.machine).toEqual(machine);
      expect(step.kinds).toEqual([]);
    }
  });

  it("[L15] takes no generation that is too far ahead, and ends after 16 violations", () => {
    const far: LinkInput = { kind: "signal", signal: { type: "rebuild", generation: 10, reason: "" } };
    let { machine } = after(answerer, begin);
    for (let i = 0; i < linkLimits.violations; i++) machine = after(machine, far).machine;
    expect([machine.status.state, machine.generation]).toEqual(["connecting", 1]);
    const ended = after(machine, far).machine;
    expect(ended.status).toEqual({ state: "closed", reason: "bad-signals" });
  });

  it("[L17] follows a page that gave up connections before it said a word on them", () => {
    const { kinds, machine } = after(answerer, begin, {
      kind: "signal",
      signal: { type: "offer", generation: 4, sdp: sdp("x"), parts: {} },
    });
    expect([kinds, machine.generation]).toEqual([["build", "set-remote"], 4]);
  });

  it("[L18] makes a new connection when a description is refused", () => {
    const step = after(
      answerer,
      begin,
      { kind: "signal", signal: { type: "offer", generation: 1, sdp: "x", parts: {} } },
      negotiated({ kind: "failed", detail: "no" }),
    );
    expect(step.kinds).toEqual(["build", "send"]);
  });

  it("[L35] ends when 8 new connections in a row did not connect", () => {
    let { machine } = after(answerer, begin);
    for (let i = 0; i < linkLimits.fruitlessRebuilds; i++)
      machine = after(machine, { kind: "rebuild", reason: "again" }).machine;
    expect(machine.status.state).toBe("connecting");
    const ended = after(machine, { kind: "rebuild", reason: "again" }).machine;
    expect(ended.status).toEqual({ state: "closed", reason: "failed" });
    const lucky = after(machine, is("connected", machine.generation)).machine;
    expect(after(lucky, { kind: "rebuild", reason: "again" }).state).toBe("recovering");
  });

  const givenUp = after(connected, { kind: "rebuild", reason: "test" }, [1_000, is("failed", 2)]).machine;

  it("[D11] tells the other side that it gave up, which gives up as well and tries again later", () => {
    const rebuilt = after(connected, { kind: "rebuild", reason: "test" }).machine;
    const { sent } = after(rebuilt, [1_000, is("failed", 2)]);
    expect(sent).toEqual([{ type: "rebuild", generation: 2, reason: "closed" }]);
    const signal = sent[0] as Extract<LinkInput, { kind: "signal" }>["signal"];
    const waiting = after(answerer, begin, { kind: "rebuild", reason: "test" }, is("connecting", 2)).machine;
    const told = after(waiting, [2_000, { kind: "signal", signal }]);
    expect([told.machine.status, told.kinds]).toEqual([
      { state: "closed", reason: "failed" },
      ["send", "release", "changed"],
    ]);
    expect(after(told.machine, [32_000, time]).state).toBe("recovering");
    // Not what stands, and nothing that began since.
    const well = after(waiting, is("connected", 2)).machine;
    expect(after(well, { kind: "signal", signal })).toMatchObject({ machine: well, kinds: [] });
    const since = after(waiting, { kind: "rebuild", reason: "again" }).machine;
    expect(after(since, { kind: "signal", signal })).toMatchObject({ machine: since, kinds: [] });
  });

  it("[L39] tries again what it gave up when something changed, and when a while has passed", () => {
    expect(givenUp.status).toEqual({ state: "closed", reason: "failed" });
    for (const kind of ["revive", "restart", "rebuild"] as const) {
      const again = after(givenUp, { kind, reason: "network" });
      expect([again.state, again.machine.generation]).toEqual(["recovering", 3]);
      expect(again.kinds).toEqual(["changed", "build", "set-local"]);
    }
    expect(after(givenUp, [30_999, time]).kinds).toEqual([]);
    expect(after(givenUp, [31_000, time]).kinds).toEqual(["changed", "build", "set-local"]);
    const later = after(givenUp, [31_000, time], [40_000, is("failed", 3)]).machine;
    expect([later.status.state, later.helpAt]).toEqual(["closed", 100_000]);
  });

  it("[L39] tries again what it gave up when the other side does", () => {
    const offer = { type: "offer", generation: 3, sdp: sdp("three"), parts: {} } as const;
    const again = after(givenUp, { kind: "signal", signal: offer });
    expect([again.state, again.machine.generation]).toEqual(["recovering", 3]);
    const late = { type: "candidates", generation: 2, candidates: [{ candidate: "candidate:1" }] } as const;
    expect(after(givenUp, { kind: "signal", signal: late })).toMatchObject({ machine: givenUp, kinds: [] });
    expect(after(connected, { kind: "revive", reason: "signaling" }).machine).toEqual(connected);
  });

  it("[L39] is over for good when it is closed for another reason", () => {
    const left = after(givenUp, { kind: "close", reason: "left" });
    expect(left.machine.status).toEqual({ state: "closed", reason: "left" });
    expect([left.machine.helpAt, left.kinds]).toEqual([undefined, ["release"]]);
    expect(after(left.machine, { kind: "revive", reason: "late" }).machine).toEqual(left.machine);
  });

  it("[L36] does nothing once closed", () => {
    const { machine, kinds } = after(connected, { kind: "close", reason: "left" });
    expect(kinds).toEqual(["release", "changed"]);
    for (const input of [is("failed"), begin, time, { kind: "restart", reason: "" } as const])
      expect(after(machine, input)).toMatchObject({ machine, kinds: [] });
  });

  it("sends many candidates in signals of at most 64", () => {
    const candidates = Array.from({ length: 100 }, (_, i) => ({ candidate: `candidate:${i}` }));
    const { sent } = after(connected, negotiated({ kind: "found", candidates }));
    expect(sent.map((signal) => (signal as { candidates: unknown[] }).candidates.length)).toEqual([64, 36]);
  });
});

describe("signals of a link", () => {
  const good = { type: "candidates", generation: 1, candidates: [{ candidate: "", usernameFragment: null }] };
  it("reads what may be said", () => {
    expect(parseLinkSignal(JSON.stringify(good))).toEqual(good);
    expect(parseLinkSignal(JSON.stringify({ type: "offer", generation: 2, sdp: "v=0" }))).toEqual({
      type: "offer",
      generation: 2,
      sdp: "v=0",
      parts: {},
    });
  });
  it.each([
    ["no JSON", "{"],
    ["nothing", "null"],
    ["another type", JSON.stringify({ type: "hello", generation: 1 })],
    ["no generation", JSON.stringify({ ...good, generation: 0 })],
    ["too many candidates", JSON.stringify({ ...good, candidates: Array(65).fill({ candidate: "" }) })],
    ["a long candidate", JSON.stringify({ ...good, candidates: [{ candidate: "a".repeat(1025) }] })],
    ["a long description", JSON.stringify({ type: "offer", generation: 1, sdp: "a".repeat(240 * 1024 + 1) })],
  ])("[L15] reads %s as no signal", (_, text) => {
    expect(parseLinkSignal(text)).toBeUndefined();
  });
});

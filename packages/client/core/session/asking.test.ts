import { type HostFrame, refusal } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { type AskingInput, asking, nothingAsked } from "./asking.ts";

const lock: HostFrame = { type: "set", locked: true };
const remove: HostFrame = { type: "remove", id: "b".repeat(22) };

/** Inputs one after the other; `took` gives what was done since: "send set", "answered", "answered too-many". */
function drive() {
  let state = nothingAsked;
  let done: string[] = [];
  const run = {
    connection: 1 as number | undefined,
    get state() {
      return state;
    },
    put(input: AskingInput) {
      const step = asking(state, input, run.connection);
      state = step.asking;
      for (const effect of step.effects)
        done.push(
          effect.type === "send"
            ? `send ${effect.frame.type}`
            : ["answered", effect.refusal?.code].filter(Boolean).join(" "),
        );
      return run;
    },
    ask: (frame: HostFrame) => run.put({ type: "ask", frame }),
    took() {
      const all = done;
      done = [];
      return all;
    },
  };
  return run;
}

describe("what a host asks for", () => {
  it("[S22] goes one after the other, each when the last is answered", () => {
    const run = drive().ask(lock).ask(remove).ask(lock);
    expect(run.took()).toEqual(["send set"]);
    run.put({ type: "answer", ref: "set" });
    expect(run.took()).toEqual(["answered", "send remove"]);
    run.put({ type: "answer", ref: "remove", refusal: refusal("no-such-peer") });
    expect(run.took()).toEqual(["answered no-such-peer", "send set"]);
    run.put({ type: "answer", ref: "set" });
    expect(run.took()).toEqual(["answered"]);
    expect(run.state).toEqual(nothingAsked);
  });

  it("[S22] is not answered by what is no answer to it", () => {
    const run = drive().ask(lock);
    run.took();
    run.put({ type: "answer", ref: "remove" });
    run.put({ type: "answer", ref: "signal", refusal: refusal("too-many") });
    run.put({ type: "answer", ref: undefined, refusal: refusal("bad-frame") });
    expect(run.took()).toEqual([]);
    expect(run.state.frames).toEqual([lock]);
  });

  it("[S22] waits for the connection, and is asked again, once, on each that comes before the answer", () => {
    const run = drive();
    run.connection = undefined;
    run.ask(lock).ask(remove);
    expect(run.took()).toEqual([]);
    run.connection = 2;
    run.put({ type: "connected" }).put({ type: "connected" });
    expect(run.took()).toEqual(["send set"]);
    run.connection = 3;
    // Asked before anyone said that this connection is there: the first goes, and not again when that is said.
    run.ask(lock).put({ type: "connected" });
    expect(run.took()).toEqual(["send set"]);
    run.put({ type: "answer", ref: "set" });
    expect(run.took()).toEqual(["answered", "send remove"]);
  });
});

import { describe, expect, it } from "vitest";
import { Bench } from "./bench.ts";
import { descriptionAt } from "./description-field.ts";
import { holds } from "./experiments/player.ts";
import { configurationOf, defaultSettings, isLab } from "./settings.ts";

/** A channel as far as the bench looks at it. */
function channel(readyState: RTCDataChannelState) {
  const sent: string[] = [];
  return { sent, readyState, send: (text: string) => sent.push(text), label: "chat" };
}

describe("the bench", () => {
  it("[B15] sends what is said over the channel, and counts it apart from what the server carried", () => {
    const bench = new Bench({ code: undefined, now: () => 0 });
    expect(bench.say("offerer", "too early")).toBe(false);
    const open = channel("open");
    bench.peer("offerer").channel = open as unknown as RTCDataChannel;
    expect(bench.say("offerer", "hello")).toBe(true);
    expect(open.sent).toEqual(["hello"]);
    expect(bench.carried.value).toEqual({ texts: 0, bytes: 0, direct: 1 });
    bench.peer("offerer").show("#3", "chat");
    bench.peer("offerer").show("back", "chat");
    expect(bench.chat.value.map(({ isOwn, text }) => [isOwn, text])).toEqual([
      [true, "hello"],
      [false, "back"],
    ]);
    expect(bench.shown("offerer").value.arrivals["chat"]?.count).toBe(1);
  });

  it("[B11] a step before its time fails, is explained, and is not marked as done", async () => {
    const bench = new Bench({ code: undefined, now: () => 0 });
    expect(await bench.run("offerer", "set-remote-answer")).toBe(false);
    const { done, problem } = bench.shown("offerer").value;
    expect([...done]).toEqual([]);
    expect(problem).toMatchObject({ step: "set-remote-answer", mistake: "noConnection" });
    expect(problem?.text).toMatch(/^TypeError: /);
    bench.restart();
    expect(bench.log.lines.value).toEqual([]);
    expect(bench.shown("offerer").value.problem).toBeUndefined();
  });

  it("[B16] a description can be changed until it is set", () => {
    const offer = { type: "offer", sdp: "v=0" } as const;
    const answer = { type: "answer", sdp: "v=0" } as const;
    const none = new Set<never>();
    expect(descriptionAt({}, "set-local-offer", none)).toBeUndefined();
    expect(descriptionAt({ offer }, "set-local-offer", none)).toBe("offer");
    expect(
      descriptionAt({ offer }, "set-local-offer", new Set(["set-local-offer"] as const)),
    ).toBeUndefined();
    expect(descriptionAt({ received: offer }, "set-remote-offer", none)).toBe("received");
    expect(descriptionAt({ received: offer }, "set-remote-answer", none)).toBeUndefined();
    expect(descriptionAt({ received: answer }, "set-remote-answer", none)).toBe("received");
    expect(descriptionAt({ answer }, "set-local-answer", none)).toBe("answer");
  });

  it("[B10] knows when what an experiment waits for has come", () => {
    const bench = new Bench({ code: undefined, now: () => 0 });
    const peer = bench.peer("answerer");
    expect(holds(bench, "answerer", "candidate")).toBe(false);
    peer.waiting.push({ candidate: "candidate:1" });
    expect(holds(bench, "answerer", "candidate")).toBe(true);
    expect(holds(bench, "answerer", "not connected")).toBe(false);
    peer.channel = channel("closed") as unknown as RTCDataChannel;
    expect([holds(bench, "answerer", "channel closed"), holds(bench, "answerer", "channel open")]).toEqual([
      true,
      false,
    ]);
  });

  it("takes ICE servers as they are written, or none, and knows a relay that is bad on purpose", () => {
    const iceServers = '[{"urls":["stun:stun.example"]}]';
    const written = { ...defaultSettings, iceServers };
    expect(configurationOf(written)).toEqual({
      iceServers: JSON.parse(iceServers),
      iceTransportPolicy: "all",
    });
    expect(configurationOf({ ...written, withServers: false }).iceServers).toEqual([]);
    expect(() => configurationOf({ ...written, iceServers: "[" })).toThrow(SyntaxError);
    expect(isLab([{ urls: "turn:x", username: "1800000000:lab;loss=0.1;learn/a/b/" }])).toBe(true);
    expect(isLab([{ urls: "turn:x", username: "1800000000:learn/lab;/b/" }, { urls: "stun:x" }])).toBe(false);
  });
});

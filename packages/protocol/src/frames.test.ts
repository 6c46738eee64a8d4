import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits, parseClientFrame, parseServerFrame } from "./index.ts";

const hello = { type: "hello", room: "standup", epoch: "abcdefghijklmnop" };
const reading = (value: unknown) => parseClientFrame(JSON.stringify(value));

describe("client frames", () => {
  it("takes the smallest hello and the fullest", () => {
    expect(reading(hello)).toEqual({ ok: true, frame: hello });
    const full = {
      ...hello,
      name: "Ada",
      card: "a".repeat(64),
      id: "b".repeat(22),
      key: "c".repeat(22),
      passcode: "open sesame",
      token: "t",
      hostToken: "h",
      since: 12,
      capabilities: ["no-rollback"],
    };
    expect(reading(full)).toEqual({ ok: true, frame: full });
  });

  it("cleans a name of what can't be seen and folds its spaces", () => {
    const parsed = reading({ ...hello, name: "  A\u202eda\u200b \n  L " });
    expect(parsed.ok && parsed.frame.type === "hello" && parsed.frame.name).toBe("Ada L");
  });

  it("refuses a name of which nothing is left", () => {
    expect(reading({ ...hello, name: "\u200b\u202e" })).toMatchObject({
      ok: false,
      problem: { code: "bad-frame" },
    });
  });

  it.each([
    ["an unknown type", { type: "shout" }],
    ["a field that is not in the protocol", { ...hello, admin: true }],
    ["a prototype key", JSON.parse('{"type":"leave","__proto__":{"x":1}}')],
    ["a room name with capitals", { ...hello, room: "Standup" }],
    ["a room name that ends in a hyphen", { ...hello, room: "standup-" }],
    ["an epoch of the wrong length", { ...hello, epoch: "short" }],
    ["a key of the wrong length", { ...hello, key: "short" }],
    ["a negative since", { ...hello, since: -1 }],
    ["too many capabilities", { ...hello, capabilities: Array(limits.capabilities + 1).fill("x") }],
    ["an empty text", { type: "say", id: "abcdefgh", text: "" }],
    ["a lock that is no boolean", { type: "set", locked: "yes" }],
    ["an empty title", { type: "set", title: "" }],
    ["a message to nobody in particular", { type: "say", id: "abcdefgh", text: "hi", to: "" }],
    ["a removal of nobody", { type: "remove" }],
    ["a mute of another kind", { type: "mute", id: "b".repeat(22), kind: "smell" }],
    ["null", null],
    ["a list", [hello]],
  ])("refuses %s", (_, value) => {
    expect(reading(value)).toMatchObject({ ok: false, problem: { code: "bad-frame" } });
  });

  it.each([
    { type: "set" },
    { type: "set", title: null, passcode: null, locked: true, knock: false },
    { type: "mute", id: "b".repeat(22) },
    { type: "hand-over", id: "b".repeat(22) },
    { type: "end" },
  ])("takes a host's $type", (frame) => {
    expect(reading(frame)).toEqual({ ok: true, frame });
  });

  it("says whose answer a refusal is, where somebody waits for one", () => {
    const refOf = (value: unknown) => {
      const parsed = reading(value);
      return parsed.ok ? "none" : parsed.problem.ref;
    };
    expect(refOf({ type: "set", title: 7 })).toBe("set");
    expect(refOf({ type: "say", id: "abcdefgh", text: "" })).toBe("abcdefgh");
    expect(refOf({ type: "say", id: "<b>", text: "" })).toBeUndefined();
    expect(refOf({ type: "__proto__" })).toBeUndefined();
    expect(refOf({ ...hello, admin: true })).toBeUndefined();
    expect(refOf(null)).toBeUndefined();
  });

  it("tells a text that is too long from a frame that is wrong", () => {
    const text = "x".repeat(limits.textCharacters + 1);
    expect(reading({ type: "say", id: "abcdefgh", text })).toMatchObject({
      ok: false,
      problem: { code: "too-long" },
    });
  });

  it("refuses a frame over the limit before it reads it", () => {
    const parsed = parseClientFrame("[".repeat(limits.clientFrameBytes + 1));
    expect(parsed).toMatchObject({ ok: false, problem: { code: "too-large" } });
  });

  it("never throws and never echoes what it was given", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ minLength: 12 }), fc.json()), (text) => {
        const parsed = parseClientFrame(text);
        if (!parsed.ok && text.length > 40) expect(parsed.problem.detail).not.toContain(text);
      }),
    );
  });
});

describe("server frames", () => {
  it("passes over fields that a later server may add", () => {
    const parsed = parseServerFrame(JSON.stringify({ type: "ping", later: 1 }));
    expect(parsed).toEqual({ ok: true, frame: { type: "ping" } });
  });

  it("refuses a roster entry without a number", () => {
    const peer = { id: "b".repeat(22), epoch: "abcdefghijklmnop", role: "member", presence: "here" };
    expect(parseServerFrame(JSON.stringify({ type: "joined", peer }))).toMatchObject({ ok: false });
    expect(parseServerFrame(JSON.stringify({ type: "joined", peer: { ...peer, number: 3 } }))).toMatchObject({
      ok: true,
    });
  });
});

import { describe, expect, it } from "vitest";
import { messageBytes, partialBytes } from "./bounds.ts";
import {
  type Carrier,
  decodeFrame,
  encodeAnnounce,
  encodePart,
  encodeRefuse,
  encodeTaken,
  type Frame,
} from "./frames.ts";
import {
  attached,
  bytes,
  ended,
  listening,
  pull,
  pullAll,
  send,
  start,
  types,
  waitingMessages,
} from "./peer-channels.fixture.ts";
import type { Effect } from "./peer-channels.ts";

describe("what one page may cost another", () => {
  it("[C14] a page that sends more than is kept is ended; of a lossy channel the newest are kept", () => {
    const core = attached();
    core.receive("bulk", encodeAnnounce(0, "ordered", "a"));
    for (let number = 0; number < waitingMessages; number++)
      expect(core.receive("bulk", start(number, 0))).toEqual([]);
    expect(core.receive("bulk", start(waitingMessages, 0))).toEqual([ended("too-many")]);
    const other = attached();
    other.receive("control", encodeAnnounce(0, "lossy", "l"));
    for (let number = 0; number < 100; number++)
      other.receive("lossy", encodePart(true, 0, { kind: "bytes", number }, bytes(1, number), 0).frame);
    other.open("l", "lossy");
    const kept = other.listen("l");
    expect(kept).toHaveLength(waitingMessages - 1);
    expect(kept.at(-1)).toMatchObject({ bytes: Uint8Array.of(99) });
  });

  it("[C16] a channel with another delivery is refused, at once or when it is opened, and what was kept is let go", () => {
    const core = attached();
    core.receive("bulk", encodeAnnounce(0, "ordered", "a"));
    core.receive("bulk", start(0, 10));
    core.receive("bulk", start(1, 20_000));
    expect(core.open("a", "lossy")).toEqual([
      { type: "mismatch", name: "a", ours: "lossy", theirs: "ordered" },
    ]);
    expect(core.heldBytes).toBe(0);
    expect(types(pullAll(core, "control"))).toBe("refuse0");
    expect(core.receive("bulk", start(2))).toEqual([]);
    expect(core.listen("a")).toEqual([]);
    const sender = attached();
    const id = send(sender, "a", "ordered", bytes(20_000));
    pull(sender);
    pull(sender);
    expect(sender.receive("control", encodeRefuse(0))).toEqual([
      { type: "settled", id, outcome: "mismatch" },
    ]);
    expect(pullAll(sender)).toEqual([]);
    expect(sender.send("a", "ordered", "bytes", bytes(1), -1)).toMatchObject([{ outcome: "mismatch" }]);
  });

  it("[C19] messages in the making may cost 128 MiB; lossy ones yield, others end the page that sends them", () => {
    const core = attached();
    core.receive("control", encodeAnnounce(9, "lossy", "l"));
    core.receive("lossy", encodePart(true, 9, { kind: "bytes", number: 0 }, bytes(40_000), 0).frame);
    const promise = (channel: number): Effect[] => {
      core.receive("bulk", encodeAnnounce(channel, "ordered", `c${channel}`));
      const frame = start(0, 10, channel);
      new DataView(frame.buffer).setUint32(3, messageBytes);
      return core.receive("bulk", frame);
    };
    expect(promise(0)).toEqual([]);
    expect(core.heldBytes).toBe(messageBytes + 40_000);
    expect(promise(1)).toEqual([]);
    expect(core.heldBytes).toBe(partialBytes);
    expect(promise(2)).toEqual([ended("too-large")]);
    expect(core.heldBytes).toBe(0);
  });

  it("[C19] a sender never asks for more than that, and large messages leave room for small ones", () => {
    const core = attached();
    const large = bytes(messageBytes);
    for (const name of ["a", "b", "c"]) {
      send(core, name, "ordered", bytes(0));
      send(core, name, "ordered", large);
    }
    pullAll(core);
    for (const channel of [0, 1, 2]) core.receive("control", encodeTaken(channel, 0));
    send(core, "small", "ordered", bytes(100_000));
    const frames = Array.from({ length: 40 }, () => decodeFrame("bulk", pull(core).frame) as Frame);
    expect(types(frames.filter(({ type }) => type === "start"))).toBe("start0 start3");
  });

  it("[C20] a page that broke a rule is told the code, once a connection, and nothing else any more", () => {
    const core = listening("a", "ordered");
    const id = send(core, "mine", "exactly-once", bytes(1));
    const lossy = send(core, "cursor", "lossy", bytes(1));
    expect(core.receive("bulk", Uint8Array.of(9, 9))).toEqual([
      { type: "settled", id, outcome: "ended" },
      { type: "settled", id: lossy, outcome: "dropped" },
      ended("bad-frame"),
    ]);
    expect(pullAll(core, "control")).toEqual([{ type: "end", code: "bad-frame" }]);
    core.detach();
    core.attach();
    expect(pullAll(core, "control")).toEqual([{ type: "end", code: "bad-frame" }]);
    expect(core.receive("bulk", encodeAnnounce(0, "ordered", "a"))).toEqual([]);
    expect(core.send("a", "ordered", "bytes", bytes(1), -1)).toMatchObject([{ outcome: "ended" }]);
    const other = attached();
    expect(other.receive("control", Uint8Array.of(7, 0))).toEqual([
      { type: "ended", code: "bad-frame", fault: "ours" },
    ]);
    expect(other.pull("control")).toBeUndefined();
  });

  it("[C21] wrong numbers, frames out of place, pieces twice and acknowledgements from the future end the page", () => {
    const piece = (length: number, kind: "bytes" | "text" = "bytes"): Uint8Array =>
      encodePart(true, 5, { kind, number: 0 }, bytes(length), 0).frame;
    const lies: [string, Carrier, Uint8Array][] = [
      ["a gap in exactly-once", "bulk", start(1, 1, 1)],
      ["a channel nobody announced", "bulk", start(0, 1, 7)],
      ["more of nothing", "bulk", encodePart(false, 0, { kind: "bytes", number: 0 }, bytes(2), 1).frame],
      ["another name for a number", "bulk", encodeAnnounce(0, "ordered", "x")],
      ["another delivery for a number", "bulk", encodeAnnounce(0, "exactly-once", "ordered")],
      [
        "a lossy piece on another channel",
        "lossy",
        encodePart(true, 0, { kind: "bytes", number: 0 }, bytes(1), 0).frame,
      ],
      ["an ordered message on a lossy channel", "bulk", start(0, 1, 5)],
      ["the same piece twice", "lossy", piece(40_000)],
      ["another length", "lossy", piece(40_001)],
      ["another kind", "lossy", piece(40_000, "text")],
      ["a start in the middle of another", "bulk", start(1, 5, 2)],
      [
        "longer than it said",
        "bulk",
        encodePart(false, 2, { kind: "bytes", number: 0 }, bytes(9000), 1).frame,
      ],
      ["taken, of a channel that is not ours", "control", encodeTaken(3, 0)],
      ["taken from the future", "control", encodeTaken(0, 2)],
      ["taken from the past, as it were", "control", encodeTaken(0, 0x7fff_ffff)],
      ["taken, of a lossy channel", "control", encodeTaken(1, 0)],
      ["taken from the future, of an ordered channel", "control", encodeTaken(2, 1)],
      ["refused, of a channel that is not ours", "control", encodeRefuse(3)],
    ];
    for (const [what, carrier, frame] of lies) {
      const core = attached();
      send(core, "once", "exactly-once", bytes(1));
      send(core, "once", "exactly-once", bytes(1));
      send(core, "cursor", "lossy", bytes(1));
      send(core, "line", "ordered", bytes(1));
      // Announced, and the first of two handed.
      for (const _ of Array(3)) pull(core);
      core.receive("bulk", encodeAnnounce(0, "ordered", "ordered"));
      core.receive("bulk", encodeAnnounce(1, "exactly-once", "exactly-once"));
      core.receive("bulk", encodeAnnounce(2, "ordered", "half"));
      core.receive("bulk", start(0, 20_000, 2));
      core.receive("control", encodeAnnounce(5, "lossy", "lossy"));
      core.receive("lossy", piece(40_000));
      expect(core.receive(carrier, frame).at(-1), what).toEqual(ended("bad-frame"));
    }
  });

  it("[C22] the 257th channel is refused to its sender", () => {
    const core = attached();
    for (let i = 0; i < 256; i++) send(core, `c${i}`, "ordered", bytes(0));
    expect(core.send("one more", "ordered", "bytes", bytes(0), -1)).toEqual([
      { type: "settled", id: -1, outcome: "too-many" },
    ]);
  });
});

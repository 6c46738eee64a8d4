import { describe, expect, it } from "vitest";
import { messageBytes, partialBytes, waitingBytes } from "./bounds.ts";
import {
  type Carrier,
  type Delivery,
  decodeFrame,
  encodeAnnounce,
  encodePart,
  encodeRefuse,
  encodeTaken,
  type Frame,
  pieceBytes,
} from "./frames.ts";
import { createPeerChannels, type Effect, type PeerChannels } from "./peer-channels.ts";

/** How many empty messages may wait: each counts 4 KiB. */
const waitingMessages = 64;
const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill);
let ids = 0;
const send = (core: PeerChannels, name: string, delivery: Delivery, data: Uint8Array): number => {
  const id = ids++;
  core.send(name, delivery, "bytes", data, id);
  return id;
};
/** Pulls and gives one frame. */
function pull(
  core: PeerChannels,
  carrier: Carrier = "bulk",
): { frame: Uint8Array; effects: readonly Effect[] } {
  const output = core.pull(carrier);
  return output ? { frame: output.frame, effects: output.given() } : { frame: new Uint8Array(), effects: [] };
}
function pullAll(core: PeerChannels, carrier: Carrier = "bulk"): Frame[] {
  const frames: Frame[] = [];
  for (let { frame } = pull(core, carrier); frame.length; { frame } = pull(core, carrier)) {
    const decoded = decodeFrame(carrier, frame);
    if (typeof decoded === "string") throw new Error(decoded);
    frames.push(decoded);
  }
  return frames;
}
function attached(): PeerChannels {
  const core = createPeerChannels();
  core.attach();
  return core;
}
function listening(name: string, delivery: Delivery): PeerChannels {
  const core = attached();
  core.open(name, delivery);
  core.listen(name);
  return core;
}
const start = (number: number, length = 1, channel = 0): Uint8Array =>
  encodePart(false, channel, { kind: "bytes", number }, bytes(length), 0).frame;
const ended = (code: string): Effect => ({ type: "ended", code, fault: "theirs" }) as Effect;
const types = (frames: readonly Frame[]): string =>
  frames.map((frame) => `${frame.type}${"channel" in frame ? frame.channel : ""}`).join(" ");

describe("channels between two pages", () => {
  it("[C3] a channel is announced before its first message, and again on each connection it is used on", () => {
    const core = attached();
    send(core, "a", "ordered", bytes(1));
    send(core, "b", "exactly-once", bytes(1));
    send(core, "a", "ordered", bytes(1));
    expect(types(pullAll(core))).toBe("announce0 announce1 start0 start1 start0");
    core.detach();
    core.attach();
    expect(types(pullAll(core))).toBe("announce1 start1");
    send(core, "l", "lossy", bytes(1));
    expect(types(pullAll(core, "control"))).toBe("announce2");
    expect(types(pullAll(core, "lossy"))).toBe("piece2");
    core.detach();
    core.attach();
    expect(types(pullAll(core, "control"))).toBe("announce2");
  });

  it("[C3] lossy frames that overtake their announcement are held, the newest 64", () => {
    const core = listening("l", "lossy");
    for (let number = 0; number < 70; number++)
      expect(
        core.receive("lossy", encodePart(true, 0, { kind: "bytes", number }, bytes(1, number), 0).frame),
      ).toEqual([]);
    const effects = core.receive("control", encodeAnnounce(0, "lossy", "l"));
    expect(effects.map((effect) => effect.type === "deliver" && effect.bytes[0])).toEqual(
      Array.from({ length: 64 }, (_, i) => i + 6),
    );
  });

  it("[C4] frames of several channels take turns, so that a small message is not stuck behind a large one", () => {
    const core = attached();
    for (const name of ["large", "other"]) {
      send(core, name, "ordered", bytes(1));
      core.receive("control", encodeTaken(name === "large" ? 0 : 1, 0));
    }
    pullAll(core);
    send(core, "large", "ordered", bytes(messageBytes));
    for (const _ of Array(100)) pull(core);
    send(core, "small", "ordered", bytes(1));
    send(core, "other", "ordered", bytes(50_000));
    const next = Array.from({ length: 9 }, () => decodeFrame("bulk", pull(core).frame)) as Frame[];
    expect(types(next)).toBe("start1 announce2 more0 more1 start2 more0 more1 more0 more1");
  });

  it("[C8] ordered settles as handed with its last frame", () => {
    const core = attached();
    const id = send(core, "a", "ordered", bytes(20_000));
    pull(core);
    expect(pull(core).effects).toEqual([]);
    expect(pull(core).effects).toEqual([{ type: "settled", id, outcome: "handed" }]);
  });

  it("[C9] after a new connection, ordered messages go on with the first that was not handed whole", () => {
    const core = attached();
    for (const fill of [1, 2, 3]) send(core, "a", "ordered", bytes(20_000, fill));
    // The announcement, the whole first message and half of the second.
    for (const _ of Array(4)) pull(core);
    core.detach();
    core.attach();
    const frames = pullAll(core);
    expect(types(frames)).toBe("announce0 start0 more0 start0 more0");
    expect(frames.map((frame) => ("payload" in frame ? frame.payload[0] : 0))).toEqual([0, 2, 2, 3, 3]);
    expect(frames.map((frame) => ("message" in frame ? frame.message.number : -1))).toEqual([
      -1, 1, -1, 2, -1,
    ]);
  });

  it("[C9] the receiver forgets the half that came and takes the whole, and never takes an older number", () => {
    const core = listening("a", "ordered");
    core.receive("bulk", encodeAnnounce(0, "ordered", "a"));
    core.receive("bulk", start(0, 20_000));
    core.detach();
    core.attach();
    expect(core.heldBytes).toBe(0);
    core.receive("bulk", encodeAnnounce(0, "ordered", "a"));
    // Number 0 was lost with its connection after all.
    expect(core.receive("bulk", start(1))).toMatchObject([{ type: "deliver" }]);
    expect(core.receive("bulk", start(1))).toEqual([ended("bad-frame")]);
  });

  it("[C10] acknowledgements are cumulative and come after delivery", () => {
    const core = listening("a", "exactly-once");
    core.receive("bulk", encodeAnnounce(0, "exactly-once", "a"));
    for (const number of [0, 1, 2]) core.receive("bulk", start(number));
    expect(pullAll(core, "control")).toEqual([{ type: "taken", channel: 0, next: 3 }]);
    const sender = attached();
    const sent = [1, 2, 3].map((fill) => send(sender, "a", "exactly-once", bytes(1, fill)));
    pullAll(sender);
    expect(sender.receive("control", encodeTaken(0, 2))).toEqual(
      sent.slice(0, 2).map((id) => ({ type: "settled", id, outcome: "taken" })),
    );
  });

  it("[C11] what is acknowledged while it goes a second time is finished, dropped and acknowledged again", () => {
    const sender = attached();
    const id = send(sender, "a", "exactly-once", bytes(20_000));
    const first = Array.from({ length: 3 }, () => pull(sender).frame);
    const receiver = listening("a", "exactly-once");
    const delivered = first.flatMap((frame) => receiver.receive("bulk", frame));
    for (const core of [sender, receiver]) {
      core.detach();
      core.attach();
    }
    delivered.push(...Array.from({ length: 2 }, () => receiver.receive("bulk", pull(sender).frame)).flat());
    sender.receive("control", pull(receiver, "control").frame);
    delivered.push(...receiver.receive("bulk", pull(sender).frame));
    expect(delivered).toHaveLength(1);
    expect(sender.receive("control", pull(receiver, "control").frame)).toEqual([
      { type: "settled", id, outcome: "taken" },
    ]);
    sender.detach();
    sender.attach();
    expect(pullAll(sender)).toEqual([]);
  });

  it("[C12] lossy pieces come together in any order; what is missing one is given up", () => {
    const core = listening("l", "lossy");
    core.receive("control", encodeAnnounce(0, "lossy", "l"));
    const message = Uint8Array.from({ length: 2 * pieceBytes + 5 }, (_, i) => i);
    const piece = (number: number, index: number): Uint8Array =>
      encodePart(true, 0, { kind: "bytes", number }, message, index * pieceBytes).frame;
    core.receive("lossy", piece(0, 2));
    core.receive("lossy", piece(0, 0));
    expect(core.receive("lossy", piece(0, 1))).toEqual([
      { type: "deliver", name: "l", kind: "bytes", bytes: message },
    ]);
    core.receive("lossy", piece(1, 0));
    expect(core.heldBytes).toBe(message.length);
    for (let number = 40; number < 60; number++) core.receive("lossy", piece(number, 1));
    expect(core.heldBytes).toBe(16 * message.length);
    core.detach();
    expect(core.heldBytes).toBe(0);
  });

  it("[C13] a lossy message is dropped rather than queued: the oldest when there is no room, all without a connection", () => {
    const core = createPeerChannels();
    expect(core.send("l", "lossy", "bytes", bytes(1), -1)).toEqual([
      { type: "settled", id: -1, outcome: "dropped" },
    ]);
    core.attach();
    const first = Array.from({ length: waitingMessages }, () => send(core, "l", "lossy", bytes(0)));
    expect(core.send("l", "lossy", "bytes", bytes(0), -2)).toEqual([
      { type: "settled", id: first[0], outcome: "dropped" },
    ]);
    // One that is larger than all that may wait takes the place of all.
    expect(core.send("l", "lossy", "bytes", bytes(1_000_000), -3)).toHaveLength(waitingMessages);
    pull(core, "lossy");
    expect(core.detach()).toEqual([{ type: "settled", id: -3, outcome: "dropped" }]);
    core.attach();
    expect(pullAll(core, "lossy")).toEqual([]);
  });

  it("[C14] until the other page listens, 256 KiB a channel are sent, at most 64 messages, and no more", () => {
    for (const delivery of ["ordered", "exactly-once"] as const) {
      const core = attached();
      for (let i = 0; i < 2 * waitingMessages; i++) send(core, "many", delivery, bytes(0));
      for (let i = 0; i < 5; i++) send(core, "large", delivery, bytes(waitingBytes / 4 - 4096));
      const begun = (): string[] =>
        pullAll(core).flatMap((frame) => (frame.type === "start" ? types([frame]) : []));
      expect(begun().sort()).toEqual([...Array(waitingMessages).fill("start0"), ...Array(4).fill("start1")]);
      core.receive("control", encodeTaken(0, 0));
      expect(begun()).toHaveLength(waitingMessages);
      // A new connection doesn't use it up.
      core.detach();
      core.attach();
      if (delivery === "exactly-once") expect(begun().filter((it) => it === "start1")).toHaveLength(4);
      core.receive("control", encodeTaken(1, 0));
      expect(begun()).toEqual(["start1"]);
    }
  });

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

  it("[C17] a message that has begun can't be withdrawn, also not once it goes again; one that has not leaves no gap", () => {
    const core = attached();
    const [begun, waiting, last] = [1, 2, 3].map((fill) =>
      send(core, "a", "exactly-once", bytes(20_000, fill)),
    );
    pull(core);
    pull(core);
    expect(core.withdraw(begun as number)).toBe(false);
    core.detach();
    expect(core.withdraw(begun as number)).toBe(false);
    expect(core.withdraw(waiting as number)).toBe(true);
    expect(core.withdraw(waiting as number)).toBe(false);
    core.attach();
    const numbers = pullAll(core).flatMap((frame) => ("message" in frame ? frame.message.number : []));
    expect(numbers).toEqual([0, 1]);
    expect(core.end()).toMatchObject([
      { id: begun, outcome: "ended" },
      { id: last, outcome: "ended" },
    ]);
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

  it("[C23] a frame that the carrier did not take counts as never made", () => {
    const core = attached();
    send(core, "a", "ordered", bytes(1));
    expect(core.pull("bulk")?.frame).toEqual(core.pull("bulk")?.frame);
    pull(core);
    const again = core.pull("bulk");
    expect(core.pull("bulk")?.frame).toEqual(again?.frame);
    core.detach();
    core.attach();
    expect(types(pullAll(core))).toBe("announce0 start0");
  });

  it("[C2] 64 MiB come together byte for byte from 4,097 frames", () => {
    const [a, b] = [attached(), listening("a", "ordered")];
    send(a, "a", "ordered", bytes(0));
    const large = new Uint8Array(messageBytes);
    for (let i = 0; i < large.length; i += 4093) large[i] = i;
    send(a, "a", "ordered", large);
    const delivered: Effect[] = [];
    let frames = 0;
    for (let { frame } = pull(a); frame.length; { frame } = pull(a), frames++) {
      delivered.push(...b.receive("bulk", frame));
      const answer = pull(b, "control").frame;
      if (answer.length) a.receive("control", answer);
    }
    const [, whole] = delivered;
    expect(whole?.type === "deliver" && Buffer.compare(whole.bytes, large)).toBe(0);
    expect(frames).toBe(2 + 4097);
  });
});

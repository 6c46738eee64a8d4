import { describe, expect, it } from "vitest";
import { messageBytes, waitingBytes } from "./bounds.ts";
import { decodeFrame, encodeAnnounce, encodePart, encodeTaken, type Frame, pieceBytes } from "./frames.ts";
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
import { createPeerChannels, type Effect } from "./peer-channels.ts";

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

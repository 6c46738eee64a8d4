import { afterEach, describe, expect, it } from "vitest";
import type { ParlourError } from "../api.ts";
import { createChannelHub } from "./index.ts";
import { connect, peerNamed } from "./loopback.fixture.ts";
import { pair, received, standing } from "./pair.fixture.ts";

describe("channel hub", () => {
  const errors: unknown[] = [];
  globalThis.reportError = (error) => errors.push(error);
  afterEach(() => void errors.splice(0));

  it("[C3] the three data channels are negotiated by id, and open is told each time they are", async () => {
    const { ada, parts } = pair();
    const opened: string[] = [];
    ada.on("open", (peer) => opened.push(peer.name));
    const wire = connect(...parts);
    expect(wire.a.channels.map(({ label, init, binaryType }) => ({ label, ...init, binaryType }))).toEqual([
      { label: "control", negotiated: true, id: 0, binaryType: "arraybuffer" },
      {
        label: "lossy",
        negotiated: true,
        id: 1,
        ordered: false,
        maxRetransmits: 0,
        binaryType: "arraybuffer",
      },
      { label: "bulk", negotiated: true, id: 2, binaryType: "arraybuffer" },
    ]);
    expect(opened).toEqual(["Ben"]);
    wire.cut();
    connect(...parts);
    expect(opened).toEqual(["Ben", "Ben"]);
  });

  it("[C23] a browser's buffer is filled to 128 KiB and refilled at 64 KiB", async () => {
    const { ada, ben, parts } = pair();
    const wire = connect(...parts);
    const messages = received(ben.channel("c", "ordered")) as Uint8Array[];
    const channel = ada.channel("c", "ordered");
    void channel.send("first");
    await wire.settle();
    const sending = channel.send(new Uint8Array(8 * 1024 * 1024).fill(7));
    const bulk = wire.a.bulk();
    expect(bulk.bufferedAmount).toBeGreaterThanOrEqual(128 * 1024);
    while (bulk.bufferedAmount > 80 * 1024) bulk.step();
    expect(await standing(sending)).toBe("pending");
    await wire.settle();
    await sending;
    expect(bulk.highest).toBeLessThan(144 * 1024 + 1);
    expect(messages[1]?.length).toBe(8 * 1024 * 1024);
  });

  it("[C11] exactly-once messages cut off go again and arrive once", async () => {
    const { ada, ben, parts } = pair();
    const messages = received(ben.channel("c", "exactly-once"));
    const channel = ada.channel("c", "exactly-once");
    const sends = [1, 2, 3].map((n) => channel.send(n));
    const first = connect(...parts);
    await Promise.resolve();
    // All of them arrive, and no acknowledgement comes back.
    while (first.a.bulk().step());
    expect(messages).toEqual([1, 2, 3]);
    first.cut();
    await connect(...parts).settle();
    await Promise.all(sends);
    expect(messages).toEqual([1, 2, 3]);
  });

  it("[C15] a channel opened late gets what was kept, and only then is exactly-once acknowledged", async () => {
    const { ada, ben, parts } = pair();
    const wire = connect(...parts);
    const sends = [1, 2, 3].map((n) => ada.channel("once", "exactly-once").send(n));
    void ada.channel("ordered", "ordered").send("early");
    await wire.settle();
    expect(await standing(sends[0] as Promise<void>)).toBe("pending");
    const order: string[] = [];
    ben.channel("once", "exactly-once").on("message", (n) => order.push(`once ${n}`));
    ben.channel("ordered", "ordered").on("message", (n) => order.push(`ordered ${n}`));
    expect(order).toEqual([]);
    await wire.settle();
    expect(order).toEqual(["once 1", "once 2", "once 3", "ordered early"]);
    await Promise.all(sends);
  });

  it("[C16] another delivery on the other side is told to both sides", async () => {
    const { ada, ben, parts, problems } = pair();
    const wire = connect(...parts);
    const messages = received(ben.channel("c", "ordered"));
    const sending = ada.channel("c", "exactly-once").send("x");
    const caught = sending.catch((error: ParlourError) => error);
    await wire.settle();
    expect(problems).toEqual(["ben: Ada bad-request"]);
    expect(await caught).toMatchObject({
      code: "bad-request",
      peers: [{ name: "Ben" }],
      message: expect.stringContaining('"c"'),
    });
    await expect(ada.channel("c", "exactly-once").send("y")).rejects.toMatchObject({ code: "bad-request" });
    expect(messages).toEqual([]);
    // Opened after the messages came: the side that opens it hears of it then.
    void ada
      .channel("late", "lossy")
      .send("x")
      .catch(() => {});
    await wire.settle();
    ben.channel("late", "ordered");
    expect(problems).toEqual(["ben: Ada bad-request", "ben: Ada bad-request"]);
  });

  it("[C16] one page can't have a name with two deliveries", () => {
    const { ada } = pair();
    expect(ada.channel("c", "lossy")).toBe(ada.channel("c", "lossy"));
    expect(() => ada.channel("c", "ordered")).toThrow(expect.objectContaining({ code: "bad-request" }));
  });

  it("[C18] another page in the same seat starts anew", async () => {
    const { ada, parts } = pair();
    connect(...parts);
    const lost = ada.channel("c", "exactly-once").send("old");
    const again = ada.add(peerNamed("Ben"));
    await expect(lost).rejects.toMatchObject({ code: "undelivered" });
    const fresh = createChannelHub();
    const messages = received(fresh.channel("c", "exactly-once"));
    const wire = connect(again, fresh.add(peerNamed("Ada")));
    const sending = ada.channel("c", "exactly-once").send("new");
    await wire.settle();
    await sending;
    expect(messages).toEqual(["new"]);
  });

  it("[C24] a closed channel takes back what it had not begun, refuses more, and can be opened again", async () => {
    const { ada, ben, parts } = pair();
    const channel = ada.channel("c", "exactly-once");
    const sending = channel.send("x");
    channel.close();
    await expect(sending).rejects.toMatchObject({ code: "aborted" });
    await expect(channel.send("y")).rejects.toMatchObject({ code: "bad-request" });
    const wire = connect(...parts);
    const again = ada.channel("c", "exactly-once");
    const there = ben.channel("c", "exactly-once");
    const before = received(there);
    const first = again.send(1);
    await wire.settle();
    await first;
    there.close();
    const unheard = again.send(2);
    await wire.settle();
    await unheard;
    const after = received(ben.channel("c", "exactly-once"));
    void again.send(3);
    await wire.settle();
    expect([before, after]).toEqual([[1], [3]]);
  });

  it("[C26] a listener that throws keeps nothing from the others, and is reported", async () => {
    const { ada, ben, parts } = pair();
    const wire = connect(...parts);
    const channel = ben.channel("c", "exactly-once");
    channel.on("message", () => {
      throw new Error("mine");
    });
    const messages = received(channel);
    const sending = ada.channel("c", "exactly-once").send("x");
    await wire.settle();
    await sending;
    expect(messages).toEqual(["x"]);
    expect(errors).toMatchObject([{ message: "mine" }]);
  });

  it("[C20] a page that sends what is no message is cut off with a reason, and no one else", async () => {
    const { ada, ben, parts, problems } = pair();
    const wire = connect(...parts);
    const coraHub = createChannelHub();
    const cora = peerNamed("Cora");
    const other = connect(ben.add(cora), coraHub.add(peerNamed("Ben")));
    const messages = received(ben.channel("c", "ordered"));
    void ada.channel("c", "ordered").send("ok");
    const waiting = ada.channel("w", "exactly-once").send("x");
    await wire.settle();
    // The start of a message whose text is not UTF-8.
    wire.a.bulk().send(Uint8Array.from([2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0xff]));
    await Promise.all([wire.settle(), expect(waiting).rejects.toMatchObject({ code: "undelivered" })]);
    expect(problems).toEqual(["ben: Ada bad-frame", "ada: Ben bad-frame"]);
    await expect(ben.channel("c", "ordered").send("x", { to: peerNamed("Ada") })).rejects.toMatchObject({
      code: "undelivered",
    });
    void coraHub.channel("c", "ordered").send("fine");
    await other.settle();
    expect(messages).toEqual(["ok", "fine"]);
    wire.a.channels[0]?.onmessage?.({ data: "text" });
    expect(problems).toHaveLength(2);
  });

  it("[C22] names have 1 to 64 characters and there are at most 256 of them", () => {
    const hub = createChannelHub();
    for (const name of ["", "x".repeat(65)])
      expect(() => hub.channel(name, "ordered")).toThrow(expect.objectContaining({ code: "bad-request" }));
    for (let i = 0; i < 256; i++) hub.channel(`c${i}`, "ordered");
    expect(() => hub.channel("one more", "ordered")).toThrow(expect.objectContaining({ code: "too-many" }));
    expect(hub.channel("c255", "ordered").name).toBe("c255");
  });

  it("[C9] a carrier that closes while it is written to counts as lost, and nothing is sent twice", async () => {
    const { ada, ben, parts } = pair();
    const messages = received(ben.channel("c", "ordered"));
    const channel = ada.channel("c", "ordered");
    const first = connect(...parts);
    await channel.send("a");
    await first.settle();
    Object.assign(first.a.bulk(), {
      send: () => {
        throw new Error("OperationError");
      },
    });
    const sending = channel.send("b");
    expect(await standing(sending)).toBe("pending");
    await connect(...parts).settle();
    await sending;
    expect(messages).toEqual(["a", "b"]);
  });
});

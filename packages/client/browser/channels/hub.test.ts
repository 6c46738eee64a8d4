import { afterEach, describe, expect, it } from "vitest";
import type { Channel, Message, ParlourError, Peer } from "../api.ts";
import type { ChannelHub, LinkPart } from "../seams.ts";
import { createChannelHub } from "./index.ts";
import { connect, peerNamed } from "./loopback.ts";

/** Two hubs that know each other as Ada and Ben. */
function pair(): {
  ada: ChannelHub;
  ben: ChannelHub;
  parts: readonly [LinkPart, LinkPart];
  problems: string[];
} {
  const problems: string[] = [];
  const make = (who: string): ChannelHub =>
    createChannelHub({ onProblem: (peer, { code }) => problems.push(`${who}: ${peer.name} ${code}`) });
  const [ada, ben] = [make("ada"), make("ben")];
  return { ada, ben, parts: [ada.add(peerNamed("Ben")), ben.add(peerNamed("Ada"))], problems };
}
function received(channel: Channel): Message[] {
  const messages: Message[] = [];
  channel.on("message", (data) => messages.push(data));
  return messages;
}
/** How a promise stands now: never waits for it. */
async function standing(promise: Promise<unknown>): Promise<string> {
  const pending = Symbol();
  try {
    const first = await Promise.race([promise, Promise.resolve().then(() => pending)]);
    return first === pending ? "pending" : "resolved";
  } catch (error) {
    return (error as ParlourError).code;
  }
}

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

  it("[C6] text, bytes and JSON arrive as they were sent, empty ones too", async () => {
    for (const delivery of ["ordered", "lossy", "exactly-once"] as const) {
      const { ada, ben, parts, problems } = pair();
      const wire = connect(...parts);
      const messages = received(ben.channel("c", delivery));
      const sent: Message[] = [
        "",
        "héllo 👋",
        new Uint8Array(0),
        Uint8Array.from({ length: 50_000 }, (_, i) => i),
        null,
        [1, "two", { three: [false] }],
        "\uFEFFmark",
      ];
      const channel = ada.channel("c", delivery);
      for (const message of sent) {
        const sending = channel.send(message);
        await wire.settle();
        await sending;
      }
      expect(messages).toEqual(sent);
      expect(problems).toEqual([]);
    }
  });

  it("[C6] bytes are taken as they are when send is called, and arrive in a buffer of their own", async () => {
    const { ada, ben, parts } = pair();
    const messages = received(ben.channel("c", "ordered")) as Uint8Array[];
    const bytes = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
    void ada.channel("c", "ordered").send(bytes);
    bytes.fill(0);
    await connect(...parts).settle();
    expect(messages).toEqual([Uint8Array.of(2, 3)]);
    expect(messages[0]?.buffer.byteLength).toBe(2);
  });

  it("[C7] a value goes as JSON.stringify puts it, and what that can't is refused", async () => {
    const { ada, ben, parts } = pair();
    const messages = received(ben.channel("c", "ordered"));
    const channel = ada.channel("c", "ordered");
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const value of [undefined, () => 1, Symbol("a"), 1n, { big: 1n }, cycle])
      await expect(channel.send(value as Message)).rejects.toMatchObject({ code: "bad-request" });
    const wire = connect(...parts);
    for (const value of [
      { kept: [1, { a: null }], optional: undefined },
      [1, undefined],
      { when: new Date(0), size: Number.NaN },
    ])
      void channel.send(value as Message);
    await wire.settle();
    expect(messages).toStrictEqual([
      { kept: [1, { a: null }] },
      [1, null],
      { when: "1970-01-01T00:00:00.000Z", size: null },
    ]);
  });

  it("[C6] more than 64 MiB is refused", async () => {
    const channel = createChannelHub().channel("c", "ordered");
    await expect(channel.send(new Uint8Array(64 * 1024 * 1024 + 1))).rejects.toMatchObject({
      code: "too-large",
    });
  });

  it("[C10] exactly-once resolves when the other page's listeners have had it, not before", async () => {
    const { ada, ben, parts } = pair();
    const wire = connect(...parts);
    const messages = received(ben.channel("c", "exactly-once"));
    const sending = ada.channel("c", "exactly-once").send("x");
    expect(await standing(sending)).toBe("pending");
    wire.a.bulk().step();
    wire.a.bulk().step();
    expect(messages).toEqual(["x"]);
    expect(await standing(sending)).toBe("pending");
    await wire.settle();
    await sending;
  });

  it("[C8] ordered resolves when handed to the browser with room in its buffer", async () => {
    const { ada, parts } = pair();
    const wire = connect(...parts);
    const channel = ada.channel("c", "ordered");
    const small = channel.send("x");
    const large = channel.send(new Uint8Array(200_000));
    await small;
    // Nobody listens over there: what is more than it keeps waits for its word.
    const over = channel.send(new Uint8Array(100_000));
    await large;
    await wire.settle();
    expect(await standing(over)).toBe("pending");
  });

  it("[C23] a browser's buffer is filled to 1 MiB and refilled at 256 KiB", async () => {
    const { ada, ben, parts } = pair();
    const wire = connect(...parts);
    const messages = received(ben.channel("c", "ordered")) as Uint8Array[];
    const channel = ada.channel("c", "ordered");
    void channel.send("first");
    await wire.settle();
    const sending = channel.send(new Uint8Array(8 * 1024 * 1024).fill(7));
    const bulk = wire.a.bulk();
    expect(bulk.bufferedAmount).toBeGreaterThanOrEqual(1024 * 1024);
    while (bulk.bufferedAmount > 300 * 1024) bulk.step();
    expect(await standing(sending)).toBe("pending");
    await wire.settle();
    await sending;
    expect(bulk.highest).toBeLessThan(1024 * 1024 + 16 * 1024);
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

  it("[C17] abort rejects at once and takes back what had not begun", async () => {
    const { ada, ben, parts } = pair();
    const messages = received(ben.channel("c", "ordered"));
    const channel = ada.channel("c", "ordered");
    const controller = new AbortController();
    const sends = [channel.send("a"), channel.send("b", { signal: controller.signal }), channel.send("c")];
    controller.abort();
    await expect(sends[1]).rejects.toMatchObject({ code: "aborted" });
    await connect(...parts).settle();
    await Promise.all([sends[0], sends[2]]);
    expect(messages).toEqual(["a", "c"]);
    await expect(channel.send("d", { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
  });

  it("[C18] when a page is gone, what it did not get rejects with undelivered and names it", async () => {
    const { ada, parts } = pair();
    const wire = connect(...parts);
    const cora = peerNamed("Cora");
    ada.add(cora);
    const channel = ada.channel("c", "exactly-once");
    const both = channel.send("x").catch((error: ParlourError) => error);
    await wire.settle();
    ada.remove(peerNamed("Ben").id);
    expect(await standing(both)).toBe("pending");
    ada.remove(cora.id);
    expect(await both).toMatchObject({ code: "undelivered", peers: [{ name: "Ben" }, { name: "Cora" }] });
    await expect(channel.send("y", { to: cora })).rejects.toMatchObject({ code: "undelivered" });
    // A lossy message to a page that is gone is simply lost.
    await ada.channel("l", "lossy").send("z", { to: cora });
    expect(await standing(channel.send("to nobody"))).toBe("resolved");
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

  it("[C25] send goes to one, several, or everyone who is here", async () => {
    const ada = createChannelHub();
    const got: string[] = [];
    const peers = ["Ben", "Cora", "Dan"].map((name) => peerNamed(name, name === "Dan" ? "away" : "here"));
    const wires = peers.map((peer) => {
      const hub = createChannelHub();
      hub
        .channel("c", "ordered")
        .on("message", (data, from) => got.push(`${peer.name} ${data} ${from.name}`));
      return connect(ada.add(peer), hub.add(peerNamed("Ada")));
    });
    const channel = ada.channel("c", "ordered");
    const [ben, cora] = peers as [Peer, Peer];
    await Promise.all([
      channel.send(1, { to: ben }),
      channel.send(2, { to: [ben, cora, ben] }),
      channel.send(3),
    ]);
    for (const wire of wires) await wire.settle();
    expect(got.sort()).toEqual(["Ben 1 Ada", "Ben 2 Ada", "Ben 3 Ada", "Cora 2 Ada", "Cora 3 Ada"]);
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

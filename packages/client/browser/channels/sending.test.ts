import { describe, expect, it } from "vitest";
import type { Message, ParlourError, Peer } from "../api.ts";
import { createChannelHub } from "./index.ts";
import { connect, peerNamed } from "./loopback.fixture.ts";
import { pair, received, standing } from "./pair.fixture.ts";

describe("sending on a channel", () => {
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
    await wire.settle();
    await large;
    expect(await standing(over)).toBe("pending");
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
});

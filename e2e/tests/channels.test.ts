import { describe, expect, it } from "vitest";
import type { Engine, TestPage } from "../harness/browsers.ts";
import { privateLink } from "../harness/people.ts";
import { linked } from "../harness/sdk-page.ts";
import { useStage } from "../harness/stage.ts";
import { until } from "../harness/waiting.ts";

const pairs: [Engine, Engine][] = [
  ["chromium", "chromium"],
  ["firefox", "chromium"],
  ["firefox", "firefox"],
];

describe("channels", () => {
  const stage = useStage();
  const join = async (first: Engine, second: Engine): Promise<readonly [TestPage, TestPage]> => {
    const link = privateLink(stage.server, stage.roomName("channels"));
    const tabs = [
      await stage.member(first, { link, name: "Ada", media: false }),
      await stage.member(second, { link, name: "Bo", media: false }),
    ] as const;
    await linked(tabs[0], "Bo");
    await linked(tabs[1], "Ada");
    return tabs;
  };
  /** Keeps what arrives on that channel, as text. */
  const listen = (
    tab: TestPage,
    name: string,
    delivery: "ordered" | "lossy" | "exactly-once",
  ): Promise<void> =>
    tab.page.evaluate(
      (channel, how) => {
        const got: string[] = [];
        window.kept[channel] = got;
        window.room.channel(channel, { delivery: how }).on("message", (data) => {
          got.push(data instanceof Uint8Array ? `bytes ${data.join()}` : JSON.stringify(data));
        });
      },
      name,
      delivery,
    );
  const heard = (tab: TestPage, name: string): Promise<string[]> =>
    tab.page.evaluate((channel) => window.kept[channel] as string[], name);

  it.each(pairs)(
    "%s and %s: ordered keeps order and kinds, lossy repeats nothing, exactly-once delivers all",
    async (first, second) => {
      const [ada, bo] = await join(first, second);
      for (const delivery of ["ordered", "lossy", "exactly-once"] as const)
        await listen(bo, delivery, delivery);
      await ada.page.evaluate(async () => {
        const ordered = window.room.channel("ordered", { delivery: "ordered" });
        for (let i = 0; i < 300; i++) {
          const kind = i % 3;
          await ordered.send(
            kind === 0 ? `text ${i}` : kind === 1 ? Uint8Array.of(i & 255, i >> 8) : { number: i },
          );
        }
        const lossy = window.room.channel("lossy", { delivery: "lossy" });
        for (let i = 0; i < 300; i++) {
          // As cursors come: a few each frame. A burst beyond what the browser takes at once may be lost, as promised.
          if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
          await lossy.send(i);
        }
        const once = window.room.channel("exactly-once", { delivery: "exactly-once" });
        await Promise.all(Array.from({ length: 300 }, (_, i) => once.send(i)));
      });
      await until("all ordered messages", async () => (await heard(bo, "ordered")).length >= 300);
      expect(await heard(bo, "ordered")).toEqual(
        Array.from({ length: 300 }, (_, i) =>
          i % 3 === 0 ? `"text ${i}"` : i % 3 === 1 ? `bytes ${i & 255},${i >> 8}` : `{"number":${i}}`,
        ),
      );
      // `send` on this delivery resolves when the receiver has it: nothing to wait for.
      expect(await heard(bo, "exactly-once")).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
      const lossy = (await heard(bo, "lossy")).map(Number);
      expect(lossy.length).toBeGreaterThan(150);
      expect(new Set(lossy).size).toBe(lossy.length);
      expect([...ada.problems, ...bo.problems]).toEqual([]);
    },
  );

  it.each(pairs)(
    "%s and %s: 64 MiB in one message arrive as they were; one byte more is refused",
    async (first, second) => {
      const [ada, bo] = await join(first, second);
      await bo.page.evaluate(() => {
        const got: { size: number; digest: Promise<ArrayBuffer> }[] = [];
        window.kept["big"] = got;
        window.room.channel("big", { delivery: "exactly-once" }).on("message", (data) => {
          if (data instanceof Uint8Array) {
            got.push({
              size: data.length,
              digest: crypto.subtle.digest("SHA-256", data as Uint8Array<ArrayBuffer>),
            });
          }
        });
      });
      const sent = await ada.page.evaluate(async () => {
        const bytes = new Uint8Array(64 * 1024 * 1024);
        for (let at = 0; at < bytes.length; at += 65_536)
          crypto.getRandomValues(bytes.subarray(at, at + 65_536));
        const channel = window.room.channel("big", { delivery: "exactly-once" });
        await channel.send(bytes);
        const refused = await channel.send(new Uint8Array(bytes.length + 1)).then(
          () => "sent",
          (error: { code: string }) => error.code,
        );
        return { digest: [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join(), refused };
      });
      expect(sent.refused).toBe("too-large");
      const got = await bo.page.evaluate(async () =>
        Promise.all(
          (window.kept["big"] as { size: number; digest: Promise<ArrayBuffer> }[]).map(async (one) => ({
            size: one.size,
            digest: [...new Uint8Array(await one.digest)].join(),
          })),
        ),
      );
      expect(got).toEqual([{ size: 64 * 1024 * 1024, digest: sent.digest }]);
    },
  );

  it.each(pairs)(
    "%s and %s: a link lost in mid-transfer loses and repeats nothing on exactly-once",
    async (first, second) => {
      const [ada, bo] = await join(first, second);
      await bo.page.evaluate(() => {
        const got: number[] = [];
        window.kept["once"] = got;
        window.room.channel("once", { delivery: "exactly-once" }).on("message", (data) => {
          if (data instanceof Uint8Array) got.push((data[0] ?? 0) | ((data[1] ?? 0) << 8));
        });
      });
      const count = 200;
      await ada.page.evaluate((total) => {
        const channel = window.room.channel("once", { delivery: "exactly-once" });
        window.kept["sending"] = Promise.all(
          Array.from({ length: total }, (_, i) => {
            const bytes = new Uint8Array(200_000);
            bytes[0] = i & 255;
            bytes[1] = i >> 8;
            return channel.send(bytes);
          }),
        );
      }, count);
      for (const [at, tab] of [
        [20, ada],
        [80, bo],
        [140, ada],
      ] as const) {
        await until(`message ${at}`, () =>
          bo.page.evaluate((least) => (window.kept["once"] as number[]).length >= least, at),
        );
        await tab.page.evaluate(() => window.room.simulate("link-lost"));
      }
      await ada.page.evaluate(() => window.kept["sending"] as Promise<unknown>);
      expect(await bo.page.evaluate(() => window.kept["once"] as number[])).toEqual(
        Array.from({ length: count }, (_, i) => i),
      );
      // A new connection under the same peer each time: nobody was seen to leave.
      expect(await bo.page.evaluate(() => [...window.room.peers.values()].map((peer) => peer.name))).toEqual([
        "Ada",
      ]);
      expect(await bo.page.evaluate(() => window.parlourTest.connections.length)).toBeGreaterThanOrEqual(4);
    },
  );

  it("signaling lost and found again: links stay, messages pass meanwhile, the room recovers", async () => {
    const [ada, bo] = await join("chromium", "firefox");
    await listen(bo, "ordered", "ordered");
    const connections = () =>
      ada.page.evaluate(() => window.parlourTest.connections.map(({ connectionState }) => connectionState));
    const before = await connections();
    expect(before).toContain("connected");
    await ada.page.evaluate(async () => {
      window.room.simulate("signal-lost");
      await window.room.channel("ordered", { delivery: "ordered" }).send("over the link");
    });
    await until("the message", async () => (await heard(bo, "ordered")).includes('"over the link"'));
    await until("live again", () => ada.page.evaluate(() => window.room.state === "live"));
    expect(await connections()).toEqual(before);
  });

  it("what a page that leaves has not acknowledged is told as undelivered", async () => {
    const [ada, bo] = await join("chromium", "chromium");
    await listen(bo, "big", "exactly-once");
    const outcome = ada.page.evaluate(() =>
      window.room
        .channel("big", { delivery: "exactly-once" })
        .send(new Uint8Array(60 * 1024 * 1024))
        .then(
          () => "delivered",
          (error: { code: string }) => error.code,
        ),
    );
    await until("the transfer under way", () =>
      ada.page.evaluate(async () => {
        let sent = 0;
        for (const connection of window.parlourTest.connections) {
          for (const report of (await connection.getStats()).values()) {
            if (report.type === "transport") sent += report.bytesSent ?? 0;
          }
        }
        return sent > 200_000;
      }),
    );
    await bo.page.evaluate(() => window.room.leave());
    expect(await outcome).toBe("undelivered");
  });

  it("a message to one goes to that one only", async () => {
    const link = privateLink(stage.server, stage.roomName("one-of-two"));
    const tabs = [];
    for (const name of ["Ada", "Bo", "Cy"])
      tabs.push(await stage.member("chromium", { link, name, media: false }));
    const [ada, bo, cy] = tabs;
    if (!ada || !bo || !cy) throw new Error("three people");
    await linked(ada, "Bo");
    await linked(ada, "Cy");
    for (const tab of [bo, cy]) await listen(tab, "notes", "exactly-once");
    await ada.page.evaluate(async () => {
      const notes = window.room.channel("notes", { delivery: "exactly-once" });
      const to = [...window.room.peers.values()].find((peer) => peer.name === "Bo");
      if (to === undefined) throw new Error("no Bo");
      await notes.send("for Bo alone", { to });
      await notes.send("for everyone");
    });
    expect(await heard(bo, "notes")).toEqual(['"for Bo alone"', '"for everyone"']);
    expect(await heard(cy, "notes")).toEqual(['"for everyone"']);
  });
});

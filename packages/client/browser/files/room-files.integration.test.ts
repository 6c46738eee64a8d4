import { describe, expect, it } from "vitest";
import type { Giving, Offer, Room } from "../api.ts";
import { makePrivateLink } from "../link-text.ts";
import { join, next, origin, withServer } from "../room/real-server.fixture.ts";

withServer();

const noise = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};
const offered = async (room: Room): Promise<Offer> => room.files.offers[0] ?? (await next(room, "offer"))[0];
const changed = async (giving: Giving, holds: () => boolean): Promise<void> => {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const stop = giving.on("change", () => {
        stop();
        resolve();
      });
    });
  }
};

describe("room.files", () => {
  it.each(["public", "private"])(
    "[F18] in a %s room: offered, accepted, followed and there",
    async (kind) => {
      const link = kind === "private" ? makePrivateLink(origin) : `${origin}/r/files`;
      const ada = await join(link, { name: "Ada" });
      const content = noise(1_500_000);
      // Before anybody is there, and before what does it is loaded.
      const giving = ada.files.offer(new File([content], "film.bin", { lastModified: 5 }), {
        thumbnail: "data:image/png;base64,AA==",
      });
      expect(giving.state).toBe("preparing");
      const bo = await join(link, { name: "Bo" });
      const offer = await offered(bo);
      expect(offer).toMatchObject({
        name: "film.bin",
        size: 1_500_000,
        kept: 0,
        isResumed: false,
        thumbnail: "data:image/png;base64,AA==",
        files: [{ path: [], name: "film.bin", size: 1_500_000, modified: 5 }],
      });
      expect(offer.from.name).toBe("Ada");
      const taking = offer.accept();
      expect(offer.accept()).toBe(taking);
      const seen: number[] = [];
      for await (const { bytes, total } of taking) {
        expect(total).toBe(1_500_000);
        seen.push(bytes);
      }
      expect(seen.at(-1)).toBe(1_500_000);
      const { files } = await taking.done;
      const file = await files[0]?.file();
      expect([file?.name, file?.size]).toEqual(["film.bin", 1_500_000]);
      expect(Buffer.from((await file?.arrayBuffer()) ?? new ArrayBuffer(0)).equals(content)).toBe(true);
      await changed(giving, () => [...giving.takers.values()].some(({ state }) => state === "done"));
      expect(giving.isSpread).toBe(true);
      expect([...giving.takers.values()].map(({ peer, bytes }) => [peer.name, bytes])).toEqual([
        ["Bo", 1_500_000],
      ]);
      expect([bo.files.offers, bo.files.takings]).toEqual([[], [taking]]);
    },
  );

  it("[F24][F14] to one alone; declined; called off by a signal; taken back", async () => {
    const ada = await join(`${origin}/r/files`, { name: "Ada" });
    const bo = await join(`${origin}/r/files`, { name: "Bo" });
    const cy = await join(`${origin}/r/files`, { name: "Cy" });
    const peerOf = (name: string) => [...ada.peers.values()].find((peer) => peer.name === name);
    const heard: string[] = [];
    cy.on("offer", ({ name }) => heard.push(name));
    const one = ada.files.offer([new File(["a"], "one.txt")], {
      to: [peerOf("Bo")].flatMap((peer) => peer ?? []),
    });
    (await offered(bo)).decline();
    await expect(one.done).rejects.toMatchObject({ code: "declined" });

    const calling = new AbortController();
    const two = ada.files.offer(
      { name: "two.bin", path: ["folder"], size: 4, stream: () => new Blob(["four"]).stream() },
      { signal: calling.signal },
    );
    const offer = await offered(cy);
    expect(offer.files).toEqual([{ path: ["folder"], name: "two.bin", size: 4, type: "" }]);
    const { files } = await offer.accept().done;
    expect(await (await files[0]?.file())?.text()).toBe("four");
    expect(heard).toEqual(["folder"]);
    const ended = new Promise<void>((resolve) => {
      const waiting = bo.files.offers[0];
      waiting?.on("change", () => waiting.state === "ended" && resolve());
    });
    calling.abort();
    await two.done;
    expect(two.state).toBe("ended");
    await ended;
  });

  it("[F114] into streams, one file after another as it arrives; a stream that fails says so, and the rest goes on", async () => {
    const ada = await join(`${origin}/r/files`, { name: "Ada" });
    const [bo, cy] = [
      await join(`${origin}/r/files`, { name: "Bo" }),
      await join(`${origin}/r/files`, { name: "Cy" }),
    ];
    const content = noise(1_300_000);
    ada.files.offer([
      new File([content], "film.bin"),
      new File([], "empty.txt"),
      new File(["end"], "end.txt"),
    ]);

    const told: string[] = [];
    const parts = new Map<string, Uint8Array[]>();
    const offer = await offered(bo);
    const taking = offer.accept({
      into: async ({ name }, index) => {
        told.push(`${index} ${name}`);
        return new WritableStream<Uint8Array>({
          write(bytes) {
            parts.set(name, [...(parts.get(name) ?? []), bytes]);
          },
          close: () => void told.push(`${name} is whole`),
        });
      },
    });
    expect(offer.accept()).toBe(taking);
    await taking.poured;
    expect(told).toEqual([
      "0 film.bin",
      "film.bin is whole",
      "1 empty.txt",
      "empty.txt is whole",
      "2 end.txt",
      "end.txt is whole",
    ]);
    expect(Buffer.concat(parts.get("film.bin") ?? []).equals(content)).toBe(true);
    expect(Buffer.concat(parts.get("end.txt") ?? []).toString()).toBe("end");

    const failing = (await offered(cy)).accept({
      into: () =>
        new WritableStream({
          write() {
            throw new DOMException("", "QuotaExceededError");
          },
        }),
    });
    await expect(failing.poured).rejects.toMatchObject({ code: "disk-full" });
    const { files } = await failing.done;
    expect(await (await files[2]?.file())?.text()).toBe("end");
  });
});

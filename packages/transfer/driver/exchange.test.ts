import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Edge, TransferProblem } from "../core/index.ts";
import { nodeSigner } from "../node/index.ts";
import { made, noise, noted, reached, stage } from "./stage.fixture.ts";

const MiB = 1024 * 1024;

/** Something that is waited for. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe("an exchange of files", () => {
  const room = stage();
  afterEach(() => room.end());

  it("[F5][F24] an offer goes out unread, to those it is for, and what is accepted arrives byte for byte", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const cy = await room.join("cy");
    const [big, small] = [noise(3 * MiB + 5), noise(100)];
    const sources = [
      made("big.bin", big, { path: ["trip"] }),
      made("empty", new Uint8Array(), { path: ["trip"] }),
      made("..", small, { path: ["trip", ".."] }),
      made("..", small, { path: ["trip", ".."] }),
    ];
    const giving = ada.exchange.offer(Promise.resolve(sources), {
      to: ["bo"],
      thumbnail: "data:image/png;base64,AA==",
    });
    const offer = await bo.offered();
    expect(sources.map(({ reads }) => reads)).toEqual([0, 0, 0, 0]);
    expect(offer.manifest.name).toBe("trip");
    expect(offer.message.thumbnail).toBe("data:image/png;base64,AA==");
    const taking = bo.exchange.accept(offer);
    const files = await taking.done;
    await giving.done;
    expect(files.map(({ path, name, size }) => [...path, name, size])).toEqual([
      ["trip", "big.bin", 3 * MiB + 5],
      ["trip", "empty", 0],
      ["trip", "_", "_", 100],
      ["trip", "_", "_ (2)", 100],
    ]);
    const contents = await Promise.all(files.map(async (file) => readFile(await file.content())));
    expect(contents.map((content) => Buffer.compare(content, Buffer.alloc(0)))).toEqual([1, 0, 1, 1]);
    expect(contents[0]?.equals(big)).toBe(true);
    expect(contents[3]?.equals(small)).toBe(true);
    expect(await files[0]?.content()).toBe(join(bo.folder, "trip", "big.bin"));
    expect(giving.takers.get("bo")).toEqual({ state: "done", bytes: 3 * MiB + 205 });
    expect(giving.takers.has("cy")).toBe(false);
    expect(cy.offers).toEqual([]);
    expect(taking.state).toBe("done");
  });

  it("[F22] what was received, no longer passed on and discarded can be taken once more when it is offered again", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const content = noise(MiB);
    const first = ada.exchange.offer(Promise.resolve([made("film.bin", content)]), {});
    const taking = bo.exchange.accept(await bo.offered());
    await taking.done;
    taking.stopSharing();
    const [kept] = await bo.exchange.kept();
    if (!kept) throw new Error("nothing is kept");
    await bo.exchange.discard(kept);
    await first.close();
    ada.exchange.offer(Promise.resolve([made("film.bin", content)]), {});
    await expect.poll(() => bo.offers.length).toBe(2);
    const offer = await bo.offered();
    expect([offer.state, offer.kept]).toEqual(["open", 0]);
    const [file] = await bo.exchange.accept(offer).done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
  });

  it("[F18] a taker's page is reloaded: it goes on from what was written, and little comes twice", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const content = noise(12 * MiB);
    ada.exchange.offer(Promise.resolve([made("film.bin", content)]), {});
    const first = bo.exchange.accept(await bo.offered());
    await reached(first, 6 * MiB);
    first.pause();
    await noted(bo, first, 6 * MiB);
    room.kill(bo);
    const before = ada.sent;
    const again = await room.join("bo", { before: bo });
    const offer = await again.offered();
    expect(offer.isResumed).toBe(true);
    expect(offer.kept).toBeGreaterThanOrEqual(6 * MiB);
    const [file] = await again.exchange.accept(offer).done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
    expect(ada.sent - before).toBeLessThan(content.length - offer.kept + 2 * MiB);
  });

  it("[F19] a giver's page is reloaded and offers the same files: the taking goes on by itself", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const content = noise(8 * MiB);
    ada.exchange.offer(Promise.resolve([made("film.bin", content)]), {});
    const taking = bo.exchange.accept(await bo.offered());
    await reached(taking, 3 * MiB);
    taking.pause();
    room.kill(ada);
    const back = await room.join("ada", { before: ada });
    const giving = back.exchange.offer(Promise.resolve([made("film.bin", content)]), {});
    taking.resume();
    const [file] = await taking.done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
    expect(giving.manifest?.id).toBe(taking.offer.manifest.id);
    expect(back.sent).toBeLessThan(content.length);
    expect(bo.offers).toHaveLength(1);
  });

  it("[F20] a file that is another one by now is never sent as the one that was offered", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const cy = await room.join("cy");
    const content = noise(2 * MiB);
    const giving = ada.exchange.offer(Promise.resolve([made("draft.txt", content)]), {});
    await bo.exchange.accept(await bo.offered()).done;
    content[5] = (content[5] ?? 0) ^ 1;
    room.kill(bo);
    await expect(cy.exchange.accept(await cy.offered()).done).rejects.toMatchObject({ code: "file-changed" });
    await expect(giving.done).rejects.toMatchObject({ code: "file-changed" });
  });

  it("[F21] who comes later takes from those who have it, also when the giver is gone", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const content = noise(2 * MiB);
    const giving = ada.exchange.offer(Promise.resolve([made("late.bin", content)]), {});
    await bo.exchange.accept(await bo.offered()).done;
    expect(giving.isSpread).toBe(true);
    room.kill(ada);
    const cy = await room.join("cy");
    const offer = await cy.offered();
    expect([...offer.offeredBy]).toEqual(["bo"]);
    expect(offer.message.giver).toBe("ada");
    const [file] = await cy.exchange.accept(offer).done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
  });

  it("[F15] the giver leaves in the middle, and three takers complete each other", async () => {
    const ada = await room.join("ada");
    const takers = [await room.join("bo"), await room.join("cy"), await room.join("di")];
    const content = noise(6 * MiB);
    const giving = ada.exchange.offer(Promise.resolve([made("shared.bin", content)]), {});
    const takings = await Promise.all(takers.map(async (page) => page.exchange.accept(await page.offered())));
    await new Promise<void>((resolve) => {
      const stop = giving.on(() => {
        if (!giving.isSpread) return;
        stop();
        resolve();
      });
    });
    room.kill(ada);
    for (const taking of takings) {
      const [file] = await taking.done;
      expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
    }
  });

  it("[F22] what was received is known after a reload, can be passed on again, and goes when it is discarded", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const content = noise(MiB);
    ada.exchange.offer(Promise.resolve([made("kept.bin", content)]), {});
    await bo.exchange.accept(await bo.offered()).done;
    room.kill(ada);
    await bo.exchange.close();
    room.kill(bo);
    const back = await room.join("bo", { before: bo });
    const [kept] = await back.exchange.kept();
    if (!kept) throw new Error("nothing was kept");
    expect([kept.head.isWhole, kept.bytes, kept.manifest.name]).toEqual([true, MiB, "kept.bin"]);
    const cy = await room.join("cy");
    const shared = back.exchange.share(kept);
    await shared.done;
    const [file] = await cy.exchange.accept(await cy.offered()).done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
    expect(await back.exchange.kept()).toEqual([]);
    shared.stopSharing();
    await shared.closed;
    await back.exchange.discard(kept);
    expect(await back.exchange.kept()).toEqual([]);
  });

  it("[F23] nobody offers in another one's name, and what was spoiled on the way does not count", async () => {
    const [real, forger] = [nodeSigner().signer, nodeSigner().signer];
    const isKeyOf = async (key: Uint8Array, seat: string): Promise<boolean> =>
      seat === "ada" && Buffer.from(key).equals(real.key);
    const bo = await room.join("bo", { isKeyOf });
    const eve = await room.join("eve", { signer: forger });
    eve.exchange.offer(Promise.resolve([made("x", noise(10))]), {});
    while (!bo.logs.includes("files-forged-offer eve")) await new Promise((resolve) => setImmediate(resolve));
    const ada = await room.join("ada", { signer: real });
    const content = noise(2 * MiB);
    ada.exchange.offer(Promise.resolve([made("true.bin", content)]), {});
    let spoilt = 0;
    ada.spoil = (frame) => {
      if (spoilt++ === 3) frame[1000] = (frame[1000] ?? 0) ^ 1;
    };
    const offer = await bo.offered();
    expect(offer.message.giver).toBe("ada");
    expect(bo.offers.length).toBe(1);
    const [file] = await bo.exchange.accept(offer).done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
  });

  it("[F14][F16] declined, cancelled, paused and taken back: both sides know", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const content = noise(4 * MiB);
    const declined = ada.exchange.offer(Promise.resolve([made("one", content)]), { to: ["bo"] });
    bo.exchange.decline(await bo.offered());
    await expect(declined.done).rejects.toMatchObject({ code: "declined" });

    // More than can be under way when it is taken back.
    const second = ada.exchange.offer(Promise.resolve([made("two", noise(16 * MiB))]), {});
    await new Promise<void>((resolve) => {
      const look = (): void => (bo.offers.length > 1 ? resolve() : void setImmediate(look));
      look();
    });
    const taking = bo.exchange.accept(await bo.offered());
    await reached(taking, MiB);
    taking.pause();
    expect(taking.state).toBe("paused");
    taking.resume();
    await reached(taking, 2 * MiB);
    second.cancel();
    await expect(taking.done).rejects.toMatchObject({ code: "withdrawn" });
    await second.done;
    expect(taking.state).toBe("failed");
  });

  it("[F60] pieces come while their place on the disk is still being made", async () => {
    const ada = await room.join("ada");
    const begun = gate();
    const opened = gate();
    const slow = (edge: Edge<string>): Edge<string> => ({
      ...edge,
      storage: {
        async open(plan) {
          begun.open();
          await opened.passed;
          return edge.storage.open(plan);
        },
      },
    });
    const bo = await room.join("bo", { edge: slow });
    const content = noise(3 * MiB);
    ada.exchange.offer(Promise.resolve([made("a.bin", content)]), {});
    const taking = bo.exchange.accept(await bo.offered());
    await begun.passed;
    // Everything was sent, and nothing of it counts yet.
    while (ada.sent < content.length) await new Promise((resolve) => setImmediate(resolve));
    expect(taking.progress.bytes).toBe(0);
    opened.open();
    const [file] = await taking.done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
  });

  it("[F60] where there is no place on the disk the taking ends with the reason, and nothing of it is remembered", async () => {
    const ada = await room.join("ada");
    const begun = gate();
    const opened = gate();
    const none = (edge: Edge<string>): Edge<string> => ({
      ...edge,
      storage: {
        async open() {
          begun.open();
          await opened.passed;
          throw new TransferProblem("disk-full");
        },
      },
    });
    const bo = await room.join("bo", { edge: none });
    ada.exchange.offer(Promise.resolve([made("a.bin", noise(MiB))]), {});
    const offer = await bo.offered();
    const taking = bo.exchange.accept(offer);
    await begun.passed;
    while (ada.sent < MiB) await new Promise((resolve) => setImmediate(resolve));
    opened.open();
    await expect(taking.done).rejects.toMatchObject({ code: "disk-full" });
    await taking.closed;
    expect([offer.state, offer.kept]).toEqual(["open", 0]);
    expect(await bo.edge.journals.keys("taken/")).toEqual([]);
  });

  it("[F25] a full disk ends the taking with what is there; accepted again it goes on", async () => {
    const ada = await room.join("ada");
    let room_ = 3;
    const scarce = (edge: Edge<string>): Edge<string> => ({
      ...edge,
      storage: {
        async open(plan) {
          const sink = await edge.storage.open(plan);
          return {
            ...sink,
            async write(offset, bytes) {
              if (room_-- <= 0) throw new TransferProblem("disk-full");
              return sink.write(offset, bytes);
            },
          };
        },
      },
    });
    const bo = await room.join("bo", { edge: scarce });
    const content = noise(4 * MiB);
    ada.exchange.offer(Promise.resolve([made("large.bin", content)]), {});
    const offer = await bo.offered();
    const full = bo.exchange.accept(offer);
    await expect(full.done).rejects.toMatchObject({
      code: "disk-full",
      hint: expect.stringContaining("Make room"),
    });
    await full.closed;
    expect([offer.state, offer.kept]).toEqual(["open", 3 * 256 * 1024]);
    room_ = Number.POSITIVE_INFINITY;
    const [file] = await bo.exchange.accept(offer).done;
    expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
  });

  it("[F26] bytes can be read before the rest is there, and come first", async () => {
    const ada = await room.join("ada");
    const bo = await room.join("bo");
    const content = noise(8 * MiB);
    ada.exchange.offer(Promise.resolve([made("a", noise(10)), made("film.bin", content)]), {});
    const taking = bo.exchange.accept(await bo.offered());
    const tail = await taking.read(1, content.length - 1000, 1000, () => true);
    expect(Buffer.from(tail).equals(content.subarray(content.length - 1000))).toBe(true);
    expect(taking.state).toBe("taking");
    expect(taking.received(1)).toBeLessThan(content.length);
    await expect(taking.read(1, 0, content.length + 1, () => true)).rejects.toMatchObject({
      code: "unreadable",
    });
    await taking.done;
    expect(taking.received(1)).toBe(content.length);
  });

  it.each(["removed", "spoiled", "cut short"])(
    "[F18] what was %s on the disk meanwhile comes again",
    async (how) => {
      const ada = await room.join("ada");
      const bo = await room.join("bo");
      const content = noise(12 * MiB);
      ada.exchange.offer(Promise.resolve([made("film.bin", content)]), {});
      const first = bo.exchange.accept(await bo.offered());
      await reached(first, 4 * MiB);
      first.pause();
      await noted(bo, first, 4 * MiB);
      await bo.exchange.close();
      await first.closed;
      room.kill(bo);
      const staging = join(bo.folder, ".parlour", first.offer.manifest.id);
      if (how === "removed") await rm(staging, { recursive: true });
      else await writeFile(join(staging, "files", "0"), noise(how === "spoiled" ? 12 * MiB : 1000));
      const again = await room.join("bo", { before: bo });
      const [file] = await again.exchange.accept(await again.offered()).done;
      expect((await readFile((await file?.content()) ?? "")).equals(content)).toBe(true);
    },
  );
});

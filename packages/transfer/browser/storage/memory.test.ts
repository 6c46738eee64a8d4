import { describe, expect, it } from "vitest";
import { storageContract } from "../../core/storage-contract.fixture.ts";
import { memoryStorage } from "./memory.ts";

const bound = 4_000_000;
let ids = 0;
const setup = () => ({
  storage: memoryStorage(bound),
  bytesOf: async (content: unknown) => new Uint8Array(await (content as File).arrayBuffer()),
  makeId: () => `transfer-${++ids}`,
  isLasting: false,
  tooLarge: { size: bound + 1, code: "no-storage" },
});

describe("the storage in memory", () => {
  for (const [title, holds] of Object.entries(storageContract)) it(title, () => holds(setup()));

  it("[F106] bounds everything together, says the bound, and has room again when something is discarded", async () => {
    const { storage, makeId } = setup();
    const plan = (size: number) => ({ id: makeId(), size, files: [], isResumed: false });
    const first = await storage.open(plan(3_000_000));
    await expect(storage.open(plan(1_000_001))).rejects.toMatchObject({
      code: "no-storage",
      message: expect.stringContaining("only up to 3 MB in memory"),
    });
    await first.discard();
    await first.discard();
    await expect(storage.open(plan(bound))).resolves.toBeDefined();
  });
});

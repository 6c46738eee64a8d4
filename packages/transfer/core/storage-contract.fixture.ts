import type { PlacedFile, Sink, SinkPlan, Storage } from "./seams.ts";

/**
 * What a transfer relies on in a storage, as checks that run on every one of them: memory, the disk of Node, the disks of browsers.
 * Each throws when it does not hold.
 */
export interface StorageSetup<Content> {
  readonly storage: Storage<Content>;
  readonly bytesOf: (content: Content) => Promise<Uint8Array>;
  /** A new one each time: 22 characters. */
  readonly makeId: () => string;
  /** Whether what is closed can be opened again. Default true. */
  readonly isLasting?: boolean;
  /** A size that there is no room for, where that is known. */
  readonly tooLarge?: { readonly size: number; readonly code: string };
}
export type StorageContract = Readonly<Record<string, (setup: StorageSetup<unknown>) => Promise<void>>>;

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
function same(actual: unknown, expected: unknown, what: string): void {
  const [has, wants] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(has === wants, `${what}: expected ${wants}, was ${has}`);
}
async function rejects(code: string, operation: Promise<unknown>, what: string): Promise<void> {
  const outcome = await operation.then(
    () => "resolved",
    (problem: { code?: string; name?: string }) => problem.code ?? problem.name,
  );
  same(outcome, code, what);
}

/** Bytes that tell where they belong. */
export function patterned(length: number, from = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) {
    const place = from + index;
    bytes[index] = (place ^ (place >> 7) ^ (place >> 15)) & 255;
  }
  return bytes;
}
function equal(actual: Uint8Array, expected: Uint8Array, what: string): void {
  same(actual.length, expected.length, `${what}, length`);
  const other = expected.findIndex((byte, index) => actual[index] !== byte);
  check(other === -1, `${what}: differs from byte ${other} on`);
}

/** A plan of files of these sizes, named after them. */
function planOf(id: string, sizes: readonly number[], isResumed = false): SinkPlan {
  let offset = 0;
  const files = sizes.map((size, index): PlacedFile => {
    const file = {
      path: index === 0 ? [] : ["a folder", "inner"],
      name: `file ${index}.txt`,
      size,
      type: index === 0 ? "text/plain" : "",
      modified: Date.UTC(2026, 10, 20, 12, index),
      offset,
    };
    offset += size;
    return file;
  });
  return { id, size: offset, files, isResumed };
}

async function discarded<T>(sink: Sink<T>, use: (sink: Sink<T>) => Promise<void>): Promise<void> {
  try {
    await use(sink);
  } finally {
    await sink.discard();
  }
}

export const storageContract: StorageContract = {
  "[F101] what was written is read back at any place, also before it is flushed": async ({
    storage,
    makeId,
  }) => {
    const sink = await storage.open(planOf(makeId(), [3_000_000]));
    await discarded(sink, async () => {
      const [late, early] = [patterned(500_000, 2_000_000), patterned(1_000_000)];
      await Promise.all([sink.write(2_000_000, late), sink.write(0, early)]);
      equal(await sink.read(2_100_000, 300_000), patterned(300_000, 2_100_000), "the late part");
      await sink.flush();
      equal(await sink.read(0, 1_000_000), patterned(1_000_000), "the early part");
      equal(early, patterned(1_000_000), "what was given to write");
      same((await sink.read(2_000_000, 0)).length, 0, "nothing");
    });
  },

  "[F102] a finished transfer gives each file with its own bytes, and is read on": async ({
    storage,
    bytesOf,
    makeId,
  }) => {
    const plan = planOf(makeId(), [70_001, 0, 1, 200_000]);
    const sink = await storage.open(plan);
    await discarded(sink, async () => {
      await sink.write(100_000, patterned(plan.size - 100_000, 100_000));
      await sink.write(0, patterned(100_000), true);
      await sink.flush();
      const received = await sink.finish();
      same(
        received.map(({ path, name, size, type }) => [path, name, size, type]),
        plan.files.map(({ path, name, size, type }) => [path, name, size, type]),
        "what was received",
      );
      for (const [index, file] of received.entries()) {
        const { offset = 0, size = 0 } = plan.files[index] ?? {};
        equal(await bytesOf(await file.content()), patterned(size, offset), file.name);
      }
      equal(await sink.read(69_990, 100), patterned(100, 69_990), "read after the finish");
    });
  },

  "[F102] a transfer of nothing but empty files is finished": async ({ storage, bytesOf, makeId }) => {
    const sink = await storage.open(planOf(makeId(), [0, 0]));
    await discarded(sink, async () => {
      const received = await sink.finish();
      same(received.length, 2, "files");
      for (const file of received) same((await bytesOf(await file.content())).length, 0, file.name);
    });
  },

  "[F103] what was closed is there when it is opened again": async ({
    storage,
    bytesOf,
    makeId,
    isLasting = true,
  }) => {
    const id = makeId();
    const sink = await storage.open(planOf(id, [400_000]));
    await sink.write(100_000, patterned(200_000, 100_000));
    await sink.flush();
    await sink.close();
    const again = storage.open(planOf(id, [400_000], true));
    if (!isLasting) {
      await rejects("no-storage", again, "opened again");
      return sink.discard();
    }
    await discarded(await again, async (resumed) => {
      equal(await resumed.read(100_000, 200_000), patterned(200_000, 100_000), "what was written before");
      await resumed.write(0, patterned(100_000));
      await resumed.write(300_000, patterned(100_000, 300_000));
      await resumed.finish();
      const [file] = await resumed.finish();
      equal(await bytesOf(await file?.content()), patterned(400_000), "the whole");
    });
  },

  "[F104] what was discarded is gone, and its name is free": async ({ storage, makeId }) => {
    const id = makeId();
    const sink = await storage.open(planOf(id, [1_000]));
    await sink.write(0, patterned(1_000));
    await sink.discard();
    await rejects("no-storage", storage.open(planOf(id, [1_000], true)), "opened as if it were there");
    await discarded(await storage.open(planOf(id, [2_000])), async (again) => {
      await again.write(1_000, patterned(1_000));
      equal(await again.read(0, 1_000), new Uint8Array(1_000), "what nobody wrote");
    });
  },

  "[F105] what there is no room for is refused when it is opened, and nothing stays behind": async ({
    storage,
    makeId,
    tooLarge,
  }) => {
    if (tooLarge === undefined) return;
    const id = makeId();
    await rejects(tooLarge.code, storage.open(planOf(id, [tooLarge.size])), "opened");
    await discarded(await storage.open(planOf(id, [1_000])), async (small) => {
      await small.write(0, patterned(1_000));
      equal(await small.read(0, 1_000), patterned(1_000), "a small one in its place");
    });
  },
};

/** Runs all checks, one after another: the titles of those that failed, with the reason. */
export async function runStorageContract(
  setup: StorageSetup<unknown>,
): Promise<Readonly<Record<string, string>>> {
  const problems: Record<string, string> = {};
  for (const [title, holds] of Object.entries(storageContract)) {
    await holds(setup).catch((problem: unknown) => {
      problems[title] = String(problem);
    });
  }
  return problems;
}

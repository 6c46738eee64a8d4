import { describe, expect, it } from "vitest";
import { type Given, GivenBefore } from "./given-before.ts";

/** What a browser remembers, across pages. */
function memory() {
  let kept: readonly Given[] = [];
  return {
    load: async () => kept,
    save: async (given: readonly Given[]) => {
      kept = given;
    },
    get names() {
      return kept.map(({ name }) => name);
    },
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const names = (before: GivenBefore) => before.list.value.map(({ name }) => name);
const handle = (name: string) => ({ kind: "file", name }) as FileSystemHandle;
const file = (name: string) => new File(["x"], name);

describe("what was given before a reload", () => {
  it("[W88] is listed by the next page until it is on offer again", async () => {
    const kept = memory();
    const first = new GivenBefore(kept, () => 1_000);
    await first.remember({ id: "1", name: "a", size: 1 }, [handle("a")]);
    await first.remember({ id: "2", name: "b", size: 2, to: "bo" }, [file("b")]);
    expect(names(first)).toEqual([]);
    const next = new GivenBefore(kept, () => 2_000);
    await settled();
    expect(names(next)).toEqual(["a", "b"]);
    expect(next.list.value.map(({ handles, to }) => [handles.length, to])).toEqual([
      [1, undefined],
      [0, "bo"],
    ]);
    await next.remember({ id: "3", name: "a", size: 1 }, [handle("a")]);
    expect(names(next)).toEqual(["b"]);
    // A reload of that page finds both again.
    expect(kept.names).toEqual(["b", "a"]);
  });

  it("[W88] is forgotten when it is taken back, when the room is left, and after a day", async () => {
    const kept = memory();
    const page = new GivenBefore(kept, () => 0);
    await page.remember({ id: "1", name: "a", size: 1 }, [file("a")]);
    await page.remember({ id: "2", name: "b", size: 1 }, [file("b")]);
    await page.forget("1");
    expect(kept.names).toEqual(["b"]);
    const late = new GivenBefore(kept, () => 25 * 3_600_000);
    await settled();
    expect(names(late)).toEqual([]);
    await page.forgetAll();
    expect(kept.names).toEqual([]);
  });

  it("[W88] does without a memory, and never offers half of what it was", async () => {
    const broken = { load: () => Promise.reject(new Error()), save: () => Promise.reject(new Error()) };
    const page = new GivenBefore(broken, () => 0);
    await page.remember({ id: "1", name: "a", size: 1 }, [file("a")]);
    expect(names(page)).toEqual([]);
    const kept = memory();
    await new GivenBefore(kept, () => 0).remember({ id: "1", name: "2 files", size: 1 }, [
      handle("a"),
      file("b"),
    ]);
    expect((await kept.load())[0]?.handles).toEqual([]);
  });
});

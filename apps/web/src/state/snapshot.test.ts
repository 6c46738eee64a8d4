import { describe, expect, it } from "vitest";
import { snapshotName } from "./snapshot.ts";

describe("a saved picture", () => {
  const at = new Date(2026, 10, 5, 9, 8, 7);
  it("[W55] is named after the person and the time, fit for every file system", () => {
    expect(snapshotName("Ada Lovelace", at)).toBe("Ada-Lovelace-2026-11-05-09-08-07.png");
    expect(snapshotName("../../Bo: \\ <x>", at)).toBe("Bo-x-2026-11-05-09-08-07.png");
    expect(snapshotName("Zoë 李", at)).toBe("Zoë-李-2026-11-05-09-08-07.png");
    expect(snapshotName("🙂", at)).toBe("picture-2026-11-05-09-08-07.png");
    expect(snapshotName("x".repeat(200), at).length).toBeLessThan(70);
  });
});

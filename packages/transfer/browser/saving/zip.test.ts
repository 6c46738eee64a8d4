import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";
import { zipOf } from "./zip.ts";

const entry = (path: string, text: string, modified?: number) => {
  const bytes = new TextEncoder().encode(text);
  return {
    path,
    content: new Blob([bytes]),
    crc32: crc32(bytes),
    ...(modified === undefined ? {} : { modified }),
  };
};

/** What `unzip`, which nobody here wrote, says and gives. */
function unzip(...args: string[]): string {
  try {
    return execFileSync("unzip", args, { encoding: "utf8" });
  } catch (problem) {
    if ((problem as { code?: string }).code === "ENOENT")
      throw new Error("no unzip found; on Debian: apt-get install unzip");
    throw problem;
  }
}

describe("a zip file of Blobs", () => {
  const folder = mkdtempSync(join(tmpdir(), "parlour-zip-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = async (name: string, blob: Blob) => {
    const path = join(folder, name);
    writeFileSync(path, new Uint8Array(await blob.arrayBuffer()));
    return path;
  };

  it("is taken apart by another program, folders and names in all letters included", async () => {
    const modified = new Date(2026, 10, 20, 13, 30, 22).getTime();
    const path = await write(
      "tree.zip",
      zipOf([
        entry("tree/a.txt", "first", modified),
        entry("tree/grün/ñ 漢字.txt", "second"),
        entry("empty", ""),
      ]),
    );
    expect(unzip("-t", path)).toContain("No errors detected");
    unzip("-q", path, "-d", join(folder, "out"));
    expect(readFileSync(join(folder, "out", "tree", "a.txt"), "utf8")).toBe("first");
    expect(readFileSync(join(folder, "out", "tree", "grün", "ñ 漢字.txt"), "utf8")).toBe("second");
    expect(readFileSync(join(folder, "out", "empty"), "utf8")).toBe("");
    expect(unzip("-Z", "-T", path)).toContain("20261120.133022 tree/a.txt");
  });

  it("holds more files than the old form counts", async () => {
    const one = entry("one", "x");
    const many = Array.from({ length: 66_000 }, (_, index) => ({ ...one, path: `${index}` }));
    const path = await write("many.zip", zipOf(many));
    expect(unzip("-Z", "-h", path)).toContain("number of entries: 66000");
    expect(unzip("-p", path, "65999")).toBe("x");
  });

  it("is a proper zip file when nothing is in it", async () => {
    const path = await write("none.zip", zipOf([]));
    expect(readFileSync(path).length).toBe(22);
  });
});

import { describe, expect, it } from "vitest";
import { createLog } from "./log.ts";

function written(level: Parameters<typeof createLog>[0], write: (log: ReturnType<typeof createLog>) => void) {
  const lines: string[] = [];
  write(
    createLog(
      level,
      (line) => lines.push(line),
      () => 7,
    ),
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  it("writes one JSON line each, with level, time, fields and words", () => {
    expect(written("info", (log) => log.info({ room: "a" }, "a line\nor two"))).toEqual([
      { level: 30, time: 7, room: "a", msg: "a line\nor two" },
    ]);
  });

  it("leaves out what is below its level", () => {
    const all = (log: ReturnType<typeof createLog>) => {
      log.debug({}, "d");
      log.info({}, "i");
      log.warn({}, "w");
      log.error({}, "e");
    };
    expect(written("warn", all).map(({ msg }) => msg)).toEqual(["w", "e"]);
    expect(written("debug", all)).toHaveLength(4);
    expect(written("silent", all)).toEqual([]);
  });

  it("[H9] writes errors without their stack, unless debugging", () => {
    const error = Object.assign(new Error("no"), { code: "ENO" });
    expect(written("info", (log) => log.error({ error }, "x"))[0]).toMatchObject({
      error: { type: "Error", message: "no", code: "ENO" },
    });
    expect(JSON.stringify(written("info", (log) => log.error({ error }, "x")))).not.toContain("log.test");
    expect(JSON.stringify(written("debug", (log) => log.error({ error }, "x")))).toContain("log.test");
  });
});

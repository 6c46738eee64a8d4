import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runSeeds } from "@parlour/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RoomInput, type RoomState, room } from "../../../core/index.ts";
import { person } from "../sample.ts";
import { databaseName } from "./database.ts";
import { sqliteStores } from "./index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-kill-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A server's stores in a process of their own: fills them, says `ready`, and never closes anything. */
const victim = `
  const [stores, sample] = await Promise.all(process.argv.slice(2).map((url) => import(url)));
  const { rooms, log } = stores.sqliteStores({ folder: process.argv[1] });
  for (let n = 0; n < 20; n++) {
    await rooms.update("room-" + n, () => ({ state: sample.roomWith("room-" + n, n), result: undefined }));
    await log.append("room-1", sample.saying("ada", "message-" + n));
  }
  process.stdout.write("ready");
  setInterval(() => {}, 1_000_000);
`;

it("[R67][R68][R69] a killed server's folder is free at once, with all that it had promised to keep", async () => {
  const at = (path: string): string => new URL(path, import.meta.url).href;
  const hooks = at("../../../../../scripts/typescript/register.mjs");
  const child = spawn(
    process.execPath,
    ["--import", hooks, "--input-type=module", "-e", victim, folder, at("./index.ts"), at("../sample.ts")],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const [said] = await once(child.stdout, "data");
    expect(String(said)).toBe("ready");
    expect(() => sqliteStores({ folder })).toThrow(expect.objectContaining({ code: "in-use" }));
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const stores = sqliteStores({ folder });
  expect(await stores.rooms.count()).toBe(20);
  const seats = (await stores.rooms.read("room-19"))?.seats ?? [];
  expect(seats).toHaveLength(19);
  expect(seats.every((seat) => seat.presence === "silent")).toBe(true);
  expect((await stores.log.after("room-1", undefined, 100)).map((entry) => entry.seq)).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
  await stores.close();
});

it("[R67] whatever happened before the kill, the next server finds the same seats", async () => {
  const walks: (() => Promise<void>)[] = [];
  runSeeds({ seeds: 25, env: process.env }, (random, seed) => {
    walks.push(async () => {
      const home = join(folder, `seed-${seed}`);
      const stores = sqliteStores({ folder: home, now: () => 0 });
      let now = 1000;
      for (let n = 0; n < 60; n++) {
        now += random.int(0, 9000);
        const who = random.int(0, 6);
        const seat = (await stores.rooms.read("tea"))?.seats.find((one) => one.id === `person-${who}`);
        const connection = seat?.presence === "here" ? seat.connection : "nobody's";
        const input: RoomInput = random.pick<RoomInput>([
          { ...person(who), connection: `c${n}`, epoch: `e${n}`, hostTokenOk: random.chance(0.1) },
          { ...person(who), connection: `c${n}`, claim: { id: `person-${who}`, roomMade: 1000 } },
          { type: "drop", connection, why: random.pick(["page", "silent"]) },
          { type: "leave", connection },
          { type: "expire" },
        ]);
        await stores.rooms.update("tea", (before) => ({
          state: stepped(before, input, now),
          result: undefined,
        }));
      }
      const copy = join(home, "after-kill");
      mkdirSync(copy);
      for (const name of readdirSync(home)) {
        if (name.startsWith(databaseName)) copyFileSync(join(home, name), join(copy, name));
      }
      const next = sqliteStores({ folder: copy, now: () => 7 });
      try {
        expect(booted(await next.rooms.read("tea")), `seed ${seed}`).toEqual(
          booted(await stores.rooms.read("tea")),
        );
      } finally {
        await next.close();
        await stores.close();
      }
    });
  });
  for (const walk of walks) await walk();
  expect(walks.length).toBeGreaterThan(0);
});

function stepped(before: RoomState | undefined, input: RoomInput, now: number): RoomState | undefined {
  const made =
    before ??
    room(
      undefined,
      { type: "create", name: "tea", how: "join", visibility: "public", capacity: 5, stay: false },
      now,
    ).state;
  return room(made, input, now).state;
}

/** As it is after a restart. */
function booted(state: RoomState | undefined): RoomState | undefined {
  return room(state, { type: "boot" }, 99).state;
}

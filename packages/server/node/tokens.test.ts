import * as crypto from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "@parlour/protocol";
import { runSeeds } from "@parlour/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hashPasscode, verifyPasscode } from "./passcodes.ts";
import { loadSecrets, SecretsError, secretsName } from "./secrets.ts";
import { createTokens, isHostToken, makeHostToken } from "./tokens.ts";

vi.mock("node:crypto", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:crypto")>();
  return { ...real, timingSafeEqual: vi.fn(real.timingSafeEqual) };
});
const compared = vi.mocked(crypto.timingSafeEqual);

const key = Buffer.alloc(32, 7);
const tokens = createTokens(key);
const seat = { room: "tea", id: "abcdefghijklmnopqrstuv", name: "Ada 2", roomMade: 1234 };
const now = 1_700_000_000_000;

beforeEach(() => {
  compared.mockClear();
});

describe("resume tokens", () => {
  it("[R70] say which seat of which room they prove, with or without a name", () => {
    expect(tokens.verify(tokens.issue(seat, now), "tea", now)).toEqual({
      id: seat.id,
      name: "Ada 2",
      roomMade: 1234,
    });
    const nameless = tokens.issue({ room: "club", id: seat.id, roomMade: 1 }, now);
    expect(tokens.verify(nameless, "club", now)).toEqual({ id: seat.id, roomMade: 1 });
  });

  it("[R70] hold on any server with the same key, and on no other", () => {
    const token = tokens.issue(seat, now);
    expect(createTokens(Buffer.from(key)).verify(token, "tea", now)?.id).toBe(seat.id);
    expect(createTokens(Buffer.alloc(32, 8)).verify(token, "tea", now)).toBeUndefined();
    expect(() => createTokens(Buffer.alloc(16))).toThrow("32 bytes");
  });

  it("[R70] prove nothing in another room", () => {
    expect(tokens.verify(tokens.issue(seat, now), "teas", now)).toBeUndefined();
  });

  it("[R71] end after their time", () => {
    const token = tokens.issue(seat, now);
    expect(tokens.verify(token, "tea", now + limits.tokenMs - 1)?.id).toBe(seat.id);
    expect(tokens.verify(token, "tea", now + limits.tokenMs)).toBeUndefined();
  });

  it("[R71] don't hold when any one character is another", () => {
    const token = tokens.issue(seat, now);
    for (let i = 0; i < token.length; i++) {
      for (const other of ["A", "B", "1", "2", "."]) {
        if (token[i] === other) continue;
        const altered = token.slice(0, i) + other + token.slice(i + 1);
        expect(tokens.verify(altered, "tea", now), altered).toBeUndefined();
      }
    }
  });

  it("[R71] don't hold with another payload under the old proof, nor with parts missing or more", () => {
    const [version, , mac] = tokens.issue(seat, now).split(".");
    const forged = Buffer.from(
      JSON.stringify({ r: "tea", i: "victimvictimvictimvict", m: 1, e: now + 1e9 }),
    ).toString("base64url");
    const own = tokens.issue(seat, now);
    for (const token of [
      `${version}.${forged}.${mac}`,
      `${version}.${forged}.`,
      `${version}.${forged}`,
      `${own}.`,
      `${own}.x`,
      `${own}=`,
      ` ${own}`,
      own.slice(0, -1),
    ]) {
      expect(tokens.verify(token, "tea", now), token).toBeUndefined();
    }
  });

  it("[R71] that are garbage never throw", () => {
    const alphabet = 'abcXYZ019-_..=+/ \0\n{"}é🦦\ud800';
    const runs = runSeeds({ seeds: 2000, env: process.env }, (random) => {
      const real = [...tokens.issue(seat, now)];
      const text = random.chance(0.5)
        ? Array.from({ length: random.int(0, 80) }, () => random.pick([...alphabet])).join("")
        : random.shuffle(real).slice(0, random.int(1, real.length)).join("");
      expect(tokens.verify(text, "tea", now)).toBeUndefined();
      expect(isHostToken(text, text)).toBe(false);
    });
    expect(runs).toBeGreaterThan(0);
    expect(tokens.verify("1.".repeat(1_000_000), "tea", now)).toBeUndefined();
  });

  it("[R71] are compared in constant time", () => {
    const token = tokens.issue(seat, now);
    tokens.verify(`${token.slice(0, -2)}AA`, "tea", now);
    expect(compared).toHaveBeenCalledTimes(1);
    tokens.verify(token, "tea", now);
    expect(compared).toHaveBeenCalledTimes(2);
  });

  it("[R70] fit into a hello with the longest names there can be", () => {
    const longest = { ...seat, room: "a".repeat(64), name: "🦦".repeat(limits.nameCharacters) };
    const token = tokens.issue(longest, now);
    expect(token.length).toBeLessThanOrEqual(limits.tokenCharacters);
    expect(tokens.verify(token, longest.room, now)?.name).toBe(longest.name);
  });
});

describe("host tokens", () => {
  it("[R72] are long, never the same, and kept as a hash only", () => {
    const made = Array.from({ length: 100 }, makeHostToken);
    expect(new Set(made.map(({ token }) => token)).size).toBe(100);
    for (const { token, hash } of made) {
      expect(Buffer.from(token, "base64url")).toHaveLength(32);
      expect(hash).not.toContain(token);
      expect(isHostToken(token, hash)).toBe(true);
    }
  });

  it("[R72] are compared in constant time, and others don't pass", () => {
    const { hash } = makeHostToken();
    expect(isHostToken(makeHostToken().token, hash)).toBe(false);
    expect(compared).toHaveBeenCalledTimes(1);
    expect(isHostToken("", hash)).toBe(false);
    expect(isHostToken(hash, hash)).toBe(false);
    expect(isHostToken("x", "")).toBe(false);
  });
});

describe("passcodes", () => {
  it("[R73] open with themselves alone, however their accents were typed", async () => {
    const hash = await hashPasscode("café 7");
    expect(await verifyPasscode("café 7".normalize("NFD"), hash)).toBe(true);
    expect(compared).toHaveBeenCalledTimes(1);
    expect(await verifyPasscode("cafe 7", hash)).toBe(false);
    expect(await verifyPasscode("", hash)).toBe(false);
  });

  it("[R73] are salted and never kept as they are", async () => {
    const [one, two] = await Promise.all([hashPasscode("tulip"), hashPasscode("tulip")]);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toContain("tulip");
  });

  it("[R73] match no unreadable record, and none that would cost too much; nothing throws", async () => {
    const good = await hashPasscode("tulip");
    const parts = good.split("$");
    for (const record of [
      "",
      "tulip",
      "$$$$$",
      good.replace("scrypt", "md5"),
      `${good}$more`,
      [...parts.slice(0, 5), "AAAA"].join("$"),
      good.replace("$16384$", "$16383$"),
      good.replace("$16384$", "$1073741824$"),
      good.replace("$16384$", "$NaN$"),
      good.replace("$8$", "$-8$"),
    ]) {
      expect(await verifyPasscode("tulip", record), record).toBe(false);
    }
  });
});

describe("the secrets file", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "parlour-secrets-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("[R74] is made at first start for its owner alone, and read from then on", () => {
    const data = join(folder, "deep", "data");
    const first = loadSecrets(data);
    expect(first.tokenKey).toHaveLength(32);
    expect(Buffer.from(first.turnSecret, "base64url")).toHaveLength(32);
    expect(first.turnSecret).not.toBe(first.tokenKey.toString("base64url"));
    expect(statSync(join(data, secretsName)).mode & 0o777).toBe(0o600);
    expect(statSync(data).mode & 0o777).toBe(0o700);
    expect(readdirSync(data)).toEqual([secretsName]);
    expect(loadSecrets(data)).toEqual(first);
  });

  it("[R74] is another in every installation", () => {
    expect(loadSecrets(join(folder, "a"))).not.toEqual(loadSecrets(join(folder, "b")));
  });

  it("[R74] is closed to others again when it was open to them", () => {
    const first = loadSecrets(folder);
    chmodSync(join(folder, secretsName), 0o644);
    expect(loadSecrets(folder)).toEqual(first);
    expect(statSync(join(folder, secretsName)).mode & 0o777).toBe(0o600);
  });

  it("[R74] is never replaced when it is damaged, and its contents are not repeated", () => {
    const path = join(folder, secretsName);
    for (const text of ["", "{", "null", "[]", '{"version":2}', '{"version":1,"tokenKey":"hunter2"}']) {
      writeFileSync(path, text);
      let thrown: unknown;
      try {
        loadSecrets(folder);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(SecretsError);
      expect(String(thrown)).toContain(path);
      expect(String(thrown)).not.toContain("hunter2");
      expect((thrown as SecretsError).hint).not.toBe("");
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });

  it("[R74] says so when the folder can't be one", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => loadSecrets(join(folder, "file"))).toThrow(SecretsError);
  });
});

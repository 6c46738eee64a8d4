import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createAuthority, issue } from "../../packages/server/node/tls/authority.ts";
import type { Engine } from "../harness/browsers.ts";
import { freshFolder } from "../harness/scratch.ts";

const call = promisify(execFile);

/** An authority of the lab's own, the server's certificate from it, and what makes a browser trust it. */
export interface Trust {
  /** The authority's certificate, a file in PEM, for programs that have to be told. */
  readonly ca: string;
  /** Files in PEM, for `--tls files`. */
  readonly cert: string;
  readonly key: string;
  /** A fresh profile that trusts the authority; for Chromium also its home folder, where it looks for that. */
  profile(engine: Engine): string;
}

/** Browsers ask nobody whether to trust a relay's certificate: unknown authorities fail in silence. So they have to know it beforehand. */
export async function makeTrust(name: string): Promise<Trust> {
  const folder = freshFolder("trust");
  const now = Date.now();
  const authority = createAuthority("the lab", [name], now);
  const pair = issue(authority, { names: [name], addresses: [] }, now);
  const file = (called: string, text: string): string => {
    const path = join(folder, called);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const ca = file("ca.pem", authority.cert);
  const cert = file("cert.pem", pair.cert);
  const key = file("key.pem", pair.key);
  return { ca, cert, key, profile: await profilesThatTrust(ca) };
}

/** Makes fresh profiles that trust this authority, a file in PEM; for Chromium also its home folder, where it looks for that. */
export async function profilesThatTrust(ca: string): Promise<(engine: Engine) => string> {
  const database = join(freshFolder("trust"), "nssdb");
  mkdirSync(database);
  await certutil("-N", "-d", `sql:${database}`, "--empty-password");
  await certutil("-A", "-d", `sql:${database}`, "-n", "lab", "-t", "C,,", "-i", ca);
  return (engine) => {
    const profile = freshFolder(engine);
    const place = engine === "firefox" ? profile : join(profile, ".pki", "nssdb");
    cpSync(database, place, { recursive: true });
    return profile;
  };
}

async function certutil(...words: readonly string[]): Promise<void> {
  try {
    await call("certutil", words, { timeout: 20_000 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      throw new Error("certutil is missing; on Debian: apt-get install libnss3-tools");
    throw error;
  }
}

import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAuthority, issue } from "./authority.ts";
import type { CertificatePair, CertificateSource } from "./certificate.ts";
import { openFiles } from "./files.ts";
import { handshake, portOf, serve } from "./handshake.fixture.ts";

const authority = createAuthority("test", ["localhost"], Date.now());
const newPair = () => issue(authority, { names: ["localhost"], addresses: ["127.0.0.1"] }, Date.now());

let folder = "";
let source: CertificateSource | undefined;
let notable: string[] = [];
let whenChanged: (pair: CertificatePair) => void = () => {};

const paths = () => ({ cert: join(folder, "cert.pem"), key: join(folder, "key.pem") });

/** As those who renew do: new files, then renamed over the old ones. */
function put({ cert, key }: { cert?: string; key?: string }) {
  for (const [path, text] of [
    [paths().cert, cert],
    [paths().key, key],
  ] as const)
    if (text !== undefined) {
      writeFileSync(`${path}.next`, text);
      renameSync(`${path}.next`, path);
    }
}

async function open() {
  source = await openFiles(paths(), {
    changed: (pair) => whenChanged(pair),
    notable: (sentence) => notable.push(sentence),
  });
  return source;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-files-"));
  notable = [];
  whenChanged = () => {};
});
afterEach(() => {
  source?.close();
  rmSync(folder, { recursive: true });
});

describe("a certificate from files", () => {
  it("[H16] is read again when the files change, and new connections get it", async () => {
    const [first, second] = [newPair(), newPair()];
    put(first);
    const { pair } = await open();
    const server = await serve(pair);
    const before = await handshake(portOf(server), { ca: authority.cert });
    const changed = new Promise<CertificatePair>((done) => {
      whenChanged = done;
    });
    put(second);
    const next = await changed;
    expect(next).toEqual(second);
    server.setSecureContext(next);
    const after = await handshake(portOf(server), { ca: authority.cert });
    expect([before.verdict, after.verdict]).toEqual(["trusted", "trusted"]);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    server.close();
  });

  it("[H16] is not reported as new when the files were only touched", async () => {
    const first = newPair();
    put(first);
    const opened = await open();
    let changes = 0;
    whenChanged = () => changes++;
    put(first);
    await opened.check();
    expect(changes).toBe(0);
  });

  it("[H17] that does not fit its key leaves the old pair in use and says why once", async () => {
    const first = newPair();
    put(first);
    const opened = await open();
    put({ cert: newPair().cert });
    await opened.check();
    await opened.check();
    expect(opened.pair).toEqual(first);
    expect(notable).toHaveLength(1);
    expect(notable[0]).toMatch(
      /^The new certificate is not used, the old one stays: .*cert\.pem and .*key\.pem/,
    );
  });

  it("[H17] that vanished leaves the old pair in use, and a good one is taken afterwards", async () => {
    const [first, second] = [newPair(), newPair()];
    put(first);
    const opened = await open();
    rmSync(paths().key);
    await opened.check();
    expect(opened.pair).toEqual(first);
    expect(notable[0]).toMatch(/key\.pem \(--key\) can't be read: ENOENT/);
    put(second);
    await opened.check();
    expect(opened.pair).toEqual(second);
  });

  it("[H18] that can't be used at the start is refused with its name and flag", async () => {
    put({ key: newPair().key });
    await expect(open()).rejects.toThrow(/cert\.pem \(--cert\) can't be read: ENOENT/);
    put({ cert: "not a certificate" });
    await expect(open()).rejects.toThrow(/no certificate with its key in PEM form/);
  });

  it("that has expired is used, with a word to the host", async () => {
    put(issue(authority, { names: ["localhost"], addresses: [] }, Date.now() - 400 * 86_400_000));
    await open();
    expect(notable).toEqual([expect.stringMatching(/^The certificate expired on \d{4}-\d\d-\d\d/)]);
  });
});

import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { NetworkInterfaceInfo } from "node:os";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { authorityMs, certificateMs } from "./authority.ts";
import { CertificateError, type CertificateSource } from "./certificate.ts";
import { handshake, portOf, serve } from "./handshake.fixture.ts";
import { openSelfSigned, renewBeforeMs } from "./self-signed.ts";

let folder = "";
let open: CertificateSource[] = [];
const heard = { changed: 0, notable: [] as string[] };
const machine = { name: "laptop", addresses: ["192.168.1.5"], time: Date.now() };

function start() {
  const source = openSelfSigned(
    join(folder, "tls"),
    { changed: () => heard.changed++, notable: (sentence) => heard.notable.push(sentence) },
    {
      hostname: () => machine.name,
      interfaces: () => ({ eth0: machine.addresses.map((address) => ({ address }) as NetworkInterfaceInfo) }),
      now: () => machine.time,
    },
  );
  open.push(source);
  return source;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "parlour-tls-"));
  Object.assign(heard, { changed: 0, notable: [] });
  Object.assign(machine, { name: "laptop", addresses: ["192.168.1.5"], time: Date.now() });
});
afterEach(() => {
  for (const source of open) source.close();
  open = [];
  rmSync(folder, { recursive: true });
});

describe("a certificate of the server's own making", () => {
  it("[H10] has one authority, kept over restarts, and the same certificate while that fits", () => {
    const [first, second] = [start(), start()];
    expect(second.authority).toBe(first.authority);
    expect(second.pair).toEqual(first.pair);
  });

  it("[H10] is readable by its owner alone", () => {
    start();
    const files = readdirSync(join(folder, "tls"));
    expect(files.sort()).toEqual(["authority.json", "server.json"]);
    for (const file of files) expect(statSync(join(folder, "tls", file)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "tls")).mode & 0o777).toBe(0o700);
  });

  it("[H13] is renewed at the start when the machine has a new address", () => {
    const first = start();
    machine.addresses = ["192.168.1.5", "10.9.8.7"];
    const second = start();
    expect(new X509Certificate(second.pair.cert).checkIP("10.9.8.7")).toBe("10.9.8.7");
    expect(second.authority).toBe(first.authority);
  });

  it("[H13] is renewed while the server runs, and clients see the new one", async () => {
    const source = start();
    const server = await serve(source.pair);
    const before = await handshake(portOf(server), { ca: source.authority });
    await source.check();
    expect(heard.changed).toBe(0);
    machine.addresses = ["2001:db8::77"];
    await source.check();
    expect(heard.changed).toBe(1);
    server.setSecureContext(source.pair);
    const after = await handshake(portOf(server), { ca: source.authority });
    expect(after.verdict).toBe("trusted");
    expect(after.fingerprint).not.toBe(before.fingerprint);
    server.close();
  });

  it("[H13] is renewed when less than thirty days of it are left, not before", async () => {
    const source = start();
    const { cert } = source.pair;
    machine.time += certificateMs - renewBeforeMs - 60_000;
    await source.check();
    expect(source.pair.cert).toBe(cert);
    machine.time += 120_000;
    await source.check();
    expect(source.pair.cert).not.toBe(cert);
  });

  it("keeps its addresses when the machine is renamed, and leaves the new name out", () => {
    start();
    machine.name = "renamed";
    const certificate = new X509Certificate(start().pair.cert);
    expect(certificate.checkHost("renamed.local")).toBe("renamed.local");
    expect(certificate.checkHost("renamed")).toBeUndefined();
    expect(certificate.checkIP("192.168.1.5")).toBe("192.168.1.5");
  });

  it("[H14] stops the start when its authority can't be read, and touches nothing", () => {
    start();
    const file = join(folder, "tls", "authority.json");
    writeFileSync(file, "{");
    expect(start).toThrow(CertificateError);
    expect(start).toThrow(/authority\.json can't be read .* delete it/);
    expect(existsSync(file)).toBe(true);
  });

  it("[H14] says so when the authority is replaced because it grew old", () => {
    const first = start();
    machine.time += authorityMs;
    const second = start();
    expect(second.authority).not.toBe(first.authority);
    expect(heard.notable).toEqual([expect.stringMatching(/every device has to trust the new one/)]);
  });

  it("makes a certificate anew when that file is broken", () => {
    const first = start();
    writeFileSync(join(folder, "tls", "server.json"), "nonsense");
    const second = start();
    expect(second.authority).toBe(first.authority);
    expect(second.pair.cert).toContain("BEGIN CERTIFICATE");
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { makeCertificate, privateKeyOf } from "./certificate.ts";
import { DtlsServer } from "./server.ts";

/* OpenSSL's client (Debian: openssl) at our server, over UDP. */

const ours = makeCertificate(Date.now());
const theirs = makeCertificate(Date.now());
const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0).reverse()) one();
});

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n")}\n-----END ${label}-----\n`;

/** What openssl says the keys are, and what we say. */
async function handshake(options: readonly string[], isLost: () => boolean) {
  const folder = mkdtempSync(join(tmpdir(), "parlour-dtls-"));
  undo.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "cert.pem"), pem("CERTIFICATE", theirs.der));
  writeFileSync(join(folder, "key.pem"), pem("PRIVATE KEY", theirs.privateKey));
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let client: { readonly address: string; readonly port: number } | undefined;
  const server = new DtlsServer({
    certificate: ours.der,
    privateKey: privateKeyOf(ours),
    fingerprints: [theirs.fingerprint],
    now: performance.now(),
    send(datagram) {
      if (client !== undefined && !isLost()) socket.send(datagram, client.port, client.address);
    },
  });
  socket.on("message", (datagram, from) => {
    client = from;
    if (!isLost()) server.receive(datagram, performance.now());
  });
  const ticking = setInterval(() => server.tick(performance.now()), 20);
  const openssl: ChildProcess = spawn(
    "openssl",
    [
      ...["s_client", "-dtls1_2", "-connect", `127.0.0.1:${socket.address().port}`],
      ...["-cert", join(folder, "cert.pem"), "-key", join(folder, "key.pem")],
      ...["-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", "60", ...options],
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  undo.push(() => {
    openssl.kill("SIGKILL");
    clearInterval(ticking);
    socket.close();
  });
  let said = "";
  openssl.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  openssl.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await expect.poll(() => server.state.kind, { timeout: 15_000 }).toBe("connected");
  await expect.poll(() => said, { timeout: 15_000 }).toMatch(/Keying material: [0-9A-F]{120}/);
  return { said, server, openssl };
}

it.each([
  ["X25519:P-256", "SRTP_AEAD_AES_128_GCM", "AEAD_AES_128_GCM"],
  ["P-256", "SRTP_AES128_CM_SHA1_80", "AES128_CM_HMAC_SHA1_80"],
])("[X42] OpenSSL by %s and %s derives the same keys", async (group, profile, name) => {
  const { said, server } = await handshake(["-groups", group, "-use_srtp", profile], () => false);
  if (server.state.kind !== "connected") throw new Error(server.state.kind);
  const { keys } = server.state;
  const { keyBytes, saltBytes } = keys.profile;
  expect(keys.profile.name).toBe(name);
  const material = Buffer.concat([keys.theirs.key, keys.ours.key, keys.theirs.salt, keys.ours.salt]);
  const exported = /Keying material: ([0-9A-F]+)/.exec(said)?.[1]?.slice(0, 4 * (keyBytes + saltBytes));
  expect(exported).toBe(material.toString("hex").toUpperCase());
  expect(said).toContain("Extended master secret: yes");
});

it("[X42] OpenSSL gets through where a third of all datagrams is lost", async () => {
  let seed = 3;
  const isLost = (): boolean => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed < 0x5555_5555;
  };
  const { server } = await handshake(
    ["-use_srtp", "SRTP_AEAD_AES_128_GCM", "-groups", "X25519:P-256"],
    isLost,
  );
  expect(server.state.kind).toBe("connected");
});

it("[X42] OpenSSL's goodbye ends the connection", async () => {
  const { server, openssl } = await handshake(["-use_srtp", "SRTP_AEAD_AES_128_GCM"], () => false);
  openssl.stdin?.end("Q\n");
  await expect.poll(() => server.state, { timeout: 10_000 }).toEqual({ kind: "ended", why: "closed" });
});

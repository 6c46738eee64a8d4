import { createPrivateKey } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { DtlsClient, HashAlgorithm, SignatureAlgorithm } from "werift";
import { fingerprintOf, makeCertificate, privateKeyOf } from "./certificate.ts";
import { fragments, Reassembly } from "./handshake.ts";
import { DtlsServer } from "./server.ts";

const ours = makeCertificate(Date.UTC(2026, 0, 1));
const theirs = makeCertificate(Date.UTC(2026, 0, 1));
const clients: DtlsClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n")}\n-----END ${label}-----\n`;

interface Way {
  /** What becomes of a datagram on its way; the number counts those of that side. */
  readonly toServer?: (datagram: Buffer, count: number) => readonly Buffer[];
  readonly fingerprints?: readonly string[];
  readonly clientKey?: Uint8Array;
}

/** A client by werift at our server, without a network. */
function connect({ toServer = (datagram) => [datagram], fingerprints, clientKey }: Way = {}) {
  const sent: Buffer[] = [];
  let count = 0;
  const closed = { promise: Promise.resolve(), resolve: () => {} };
  closed.promise = new Promise((resolve) => {
    closed.resolve = resolve;
  });
  const transport = {
    type: "udp",
    onData: (_data: Buffer) => {},
    closed: false,
    send: async (data: Buffer) => {
      for (const datagram of toServer(Buffer.from(data), count++)) server.receive(datagram, 0);
    },
    close: async () => {},
  };
  const server = new DtlsServer({
    certificate: ours.der,
    privateKey: privateKeyOf(ours),
    fingerprints: fingerprints ?? [theirs.fingerprint],
    now: 0,
    send(datagram) {
      sent.push(Buffer.from(datagram));
      setImmediate(() => transport.onData(Buffer.from(datagram)));
    },
  });
  const client = new DtlsClient({
    transport: transport as unknown as ConstructorParameters<typeof DtlsClient>[0]["transport"],
    cert: pem("CERTIFICATE", theirs.der),
    key: pem("PRIVATE KEY", clientKey ?? theirs.privateKey),
    signatureHash: { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 },
    srtpProfiles: [7, 1],
    extendedMasterSecret: true,
  });
  clients.push(client);
  const connected = new Promise<void>((resolve) => client.onConnect.once(() => resolve()));
  client.onClose.once(() => closed.resolve());
  void client.connect().catch(() => {});
  return { server, client, connected, closed: closed.promise, sent };
}

describe("a handshake", () => {
  it("[X42] gives both sides the same keys, and the first profile in common", async () => {
    const { server, client, connected } = connect();
    await connected;
    const { state } = server;
    if (state.kind !== "connected") throw new Error(state.kind);
    expect(state.keys.profile.name).toBe("AES128_CM_HMAC_SHA1_80");
    const keys = client.extractSessionKeys(16, 14);
    expect(Buffer.from(state.keys.theirs.key)).toEqual(keys.localKey);
    expect(Buffer.from(state.keys.theirs.salt)).toEqual(keys.localSalt);
    expect(Buffer.from(state.keys.ours.key)).toEqual(keys.remoteKey);
    expect(Buffer.from(state.keys.ours.salt)).toEqual(keys.remoteSalt);
    expect(fingerprintOf(client.remoteCertificate ?? Buffer.alloc(0), "sha-256")).toBe(ours.fingerprint);
  });

  it("[X43] with another certificate than the announced one ends", async () => {
    const stranger = makeCertificate(0);
    const { server } = connect({ fingerprints: [stranger.fingerprint] });
    await expect.poll(() => server.state, { timeout: 10_000 }).toEqual({ kind: "ended", why: "stranger" });
  });

  it("[X43] with the right certificate and not its key ends", async () => {
    const other = createPrivateKey({
      key: Buffer.from(makeCertificate(0).privateKey),
      format: "der",
      type: "pkcs8",
    }).export({ type: "pkcs8", format: "der" });
    const { server } = connect({ clientKey: other });
    await expect.poll(() => server.state, { timeout: 10_000 }).toEqual({ kind: "ended", why: "stranger" });
  });

  it("[X42] whose every datagram comes twice ends well", async () => {
    const { server, connected } = connect({ toServer: (datagram) => [datagram, datagram] });
    await connected;
    expect(server.state.kind).toBe("connected");
  });

  it("[X42] that stops half way is said again a bounded number of times, and then given up", async () => {
    const { server, sent } = connect({ toServer: (datagram, count) => (count === 0 ? [datagram] : []) });
    await expect.poll(() => server.state.kind, { timeout: 10_000 }).toBe("greeted");
    let now = 0;
    while (server.nextAt < Number.POSITIVE_INFINITY) {
      now = server.nextAt;
      server.tick(now);
    }
    expect(server.state).toEqual({ kind: "ended", why: "timeout" });
    expect(now).toBe(20_000);
    expect(sent.length).toBeGreaterThan(4);
    expect(sent.length).toBeLessThan(16);
  });

  it("[X42] closing is said to the other side", async () => {
    const { server, connected, closed } = connect();
    await connected;
    server.close();
    await closed;
    expect(server.state).toEqual({ kind: "ended", why: "closed" });
  });
});

it("[X44] nothing that comes in clear changes a connection that is up", async () => {
  const hello: Buffer[] = [];
  const { server, connected, sent } = connect({
    toServer(datagram) {
      hello.push(datagram);
      return [datagram];
    },
  });
  await connected;
  const { state } = server;
  const before = sent.length;
  for (const datagram of hello) server.receive(datagram.subarray(0, 200), 0);
  server.receive(Buffer.from("15fefd00000000000000990002 0228".replace(" ", ""), "hex"), 0);
  server.receive(Buffer.from("15fefd00010000000000990002 0100".replace(" ", ""), "hex"), 0);
  expect(server.state).toBe(state);
  expect(sent.length).toBe(before);
});

it("[X44] whatever comes instead of a handshake, it ends or waits, and says little", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 300; round++) {
    let bytesOut = 0;
    const server = new DtlsServer({
      certificate: ours.der,
      privateKey: privateKeyOf(ours),
      fingerprints: [theirs.fingerprint],
      now: 0,
      send: (datagram) => {
        bytesOut += datagram.length;
      },
    });
    for (let i = 0; i < 20; i++) {
      const body = Buffer.from(Array.from({ length: random(300) }, () => random(256)));
      const types = [1, 11, 16, 15, 20, random(256)];
      const type = types[random(6)] ?? 0;
      for (const piece of fragments({ type, sequence: random(6), body })) {
        const record = Buffer.alloc(13);
        record[0] = random(8) === 0 ? random(256) : 22;
        record.writeUInt16BE(0xfefd, 1);
        record[4] = random(8) === 0 ? 1 : 0;
        record.writeUInt16BE(piece.length, 11);
        server.receive(Buffer.concat([record, piece]), 0);
      }
    }
    expect(["waiting", "ended"]).toContain(server.state.kind);
    expect(bytesOut).toBeLessThan(100);
  }
});

it("[X42] messages are put together from pieces in any order, and only so many are kept", () => {
  const body = Buffer.from(Array.from({ length: 3000 }, (_, i) => i & 255));
  const pieces = fragments({ type: 1, sequence: 0, body });
  expect(pieces.length).toBe(3);
  const reassembly = new Reassembly();
  for (const piece of pieces.toReversed().slice(0, -1)) expect(reassembly.take(piece).messages).toEqual([]);
  const last = reassembly.take(pieces[0] ?? Buffer.alloc(0));
  expect(last.messages.map(({ body }) => Buffer.from(body))).toEqual([body]);
  expect(reassembly.take(pieces[0] ?? Buffer.alloc(0)).isRepeated).toBe(true);
  const [far] = fragments({ type: 1, sequence: 99, body: Buffer.alloc(0) });
  expect(reassembly.take(far ?? Buffer.alloc(0))).toEqual({ messages: [], isRepeated: false });
});

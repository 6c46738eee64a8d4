import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { selfSigned } from "../certificate.fixture.ts";
import { makeCredentials } from "../credentials.ts";
import { secret } from "../real-client.fixture.ts";
import { closeLater, local, make } from "../running.fixture.ts";
import { formatHost, TurnClient, type TurnClientOptions } from "./index.ts";

const host = "127.0.0.1";
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

async function open(options: Partial<TurnClientOptions> & { port: number }): Promise<TurnClient> {
  const client = await TurnClient.connect({
    transport: "udp",
    host,
    timeoutMs: 5_000,
    ...makeCredentials(secret, "tea/ada/", 300, Date.now()),
    ...options,
  });
  closeLater(() => client.close());
  return client;
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: { code?: string }) => error.code,
  );

describe("a client of the relay", () => {
  it.each(["udp", "tcp", "tls"] as const)(
    "passes data between two allocations over %s",
    async (transport) => {
      const server = make();
      const { port } =
        transport === "udp"
          ? await server.listenUdp(local)
          : transport === "tcp"
            ? await server.listenTcp(local)
            : await server.listenTls({ ...local, ...selfSigned() });
      const both = [
        await open({ transport, port, mustTrust: false }),
        await open({ transport, port, mustTrust: false }),
      ] as const;
      expect(formatHost((await both[0].binding()).bytes)).toBe(host);
      const [one, other] = [await both[0].allocate(), await both[1].allocate()];
      await both[0].permit(other.relayed);
      await both[1].permit(one.relayed);
      both[0].send(other.relayed, Buffer.from("there"));
      const heard = await both[1].receive();
      expect([text(heard.bytes), heard.from.port]).toEqual(["there", one.relayed.port]);
      both[1].send(one.relayed, Buffer.from("and back"));
      expect(text((await both[0].receive()).bytes)).toBe("and back");
      both[0].close();
      while (server.stats().allocations > 1) await new Promise((done) => setImmediate(done));
    },
  );

  it("says what the server refuses", async () => {
    const server = make();
    const { port } = await server.listenUdp(local);
    expect(await code((await open({ port, credential: "wrong" })).allocate())).toBe("stun-401");
    expect(await code((await open({ port, username: undefined })).allocate())).toBe("stun-401");
    const old = makeCredentials(secret, "tea/ada/", 300, Date.now() - 3_600_000);
    expect(await code((await open({ port, ...old })).allocate())).toBe("stun-401");
  });

  it("asks again over UDP when a packet is lost", async () => {
    const server = make();
    const { port } = await server.listenUdp(local);
    // Loses the first packet of each client.
    const middle = createSocket("udp4");
    await new Promise<void>((done) => middle.bind(0, host, done));
    let client: number | undefined;
    middle.on("message", (bytes, from) => {
      if (from.port === port) middle.send(bytes, client ?? 0, host);
      else if (client === undefined) client = from.port;
      else middle.send(bytes, port, host);
    });
    closeLater(() => middle.close());
    expect((await (await open({ port: middle.address().port })).binding()).family).toBe(4);
  });

  it("says when nobody answers, and when nobody is there", async () => {
    const silent = createSocket("udp4");
    await new Promise<void>((done) => silent.bind(0, host, done));
    const { port } = silent.address();
    expect(await code((await open({ port, timeoutMs: 50 })).binding())).toBe("timeout");
    await new Promise<void>((done) => silent.close(() => done()));
    expect(await code((await open({ port })).binding())).toBe("ECONNREFUSED");
    expect(await code(open({ port: 1, transport: "tcp" }))).toBe("ECONNREFUSED");
  });

  it("says when what answers is no relay, or not to be trusted", async () => {
    const other = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((done) => other.listen(0, host, done));
    closeLater(() => other.close());
    const { port } = other.address() as { port: number };
    const client = await open({ port, transport: "tcp" });
    expect(["not-stun", "closed", "ECONNRESET", "EPIPE"]).toContain(await code(client.binding()));
    const server = make();
    const listener = await server.listenTls({ ...local, ...selfSigned() });
    expect(await code(open({ port: listener.port, transport: "tls" }))).toMatch(/SELF_SIGNED|VERIFY|ALTNAME/);
  });
});

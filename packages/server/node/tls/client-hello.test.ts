import { once } from "node:events";
import { createServer } from "node:net";
import { connect } from "node:tls";
import { beforeAll, describe, expect, it } from "vitest";
import { readClientHello } from "./client-hello.ts";
import { listening, portOf } from "./handshake.fixture.ts";

/** What Node's own client says first. */
async function helloOf(options: { servername?: string; ALPNProtocols?: string[] }): Promise<Buffer> {
  const server = await listening(createServer());
  const taken = once(server, "connection");
  const client = connect({ port: portOf(server), host: "127.0.0.1", ...options });
  client.on("error", () => {});
  const [socket] = await taken;
  const [bytes] = await once(socket, "data");
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

let bytes: Buffer;
beforeAll(async () => {
  bytes = await helloOf({ servername: "Meet.example.org", ALPNProtocols: ["acme-tls/1", "h2"] });
});
const said = { kind: "hello", serverName: "meet.example.org", protocols: ["acme-tls/1", "h2"] };

describe("a client's first words in TLS", () => {
  it("[H31] name the server and the protocols", async () => {
    expect(readClientHello(bytes)).toEqual(said);
    expect(readClientHello(await helloOf({}))).toEqual({
      kind: "hello",
      serverName: undefined,
      protocols: [],
    });
  });

  it("[H31] are read from any number of pieces and records", () => {
    for (let end = 0; end < bytes.length; end++)
      expect(readClientHello(bytes.subarray(0, end))).toEqual({ kind: "unfinished" });
    const contents = bytes.subarray(5);
    const record = (part: Buffer) => Buffer.from([22, 3, 1, part.length >> 8, part.length & 255, ...part]);
    for (const at of [1, 3, 4, 70, contents.length - 1]) {
      const two = Buffer.concat([record(contents.subarray(0, at)), record(contents.subarray(at))]);
      expect(readClientHello(two)).toEqual(said);
    }
  });

  it("[H31] are nothing when they are something else, or break off inside", () => {
    expect(readClientHello(Buffer.from("GET / HTTP/1.1\r\n\r\n"))).toEqual({ kind: "other" });
    expect(readClientHello(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]))).toEqual({ kind: "other" });
    expect(readClientHello(Buffer.from([22, 3, 1, 0, 4, 1, 255, 0, 0]))).toEqual({ kind: "other" });
    for (let at = 43; at < bytes.length; at++) {
      const broken = Buffer.from(bytes);
      broken[at] = 255;
      expect(["hello", "other"]).toContain(readClientHello(broken).kind);
    }
  });
});

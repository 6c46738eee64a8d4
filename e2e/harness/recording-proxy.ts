import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What crossed between pages and server, byte by byte. */
export interface RecordingProxy {
  /** The server's address as seen through the proxy. */
  readonly url: string;
  /** Everything both ways so far, WebSocket frames of the client unmasked (RFC 6455, section 5.3). */
  recorded(): Buffer;
  /** Where the needle occurs in what was recorded, as text or in the usual encodings of it. */
  search(needle: string): string[];
  close(): Promise<void>;
}

export interface ProxyOptions {
  readonly port: number;
  /** Added to the first request of each connection, as a reverse proxy in front of the server would. */
  readonly forwardedFor?: string;
}

interface Conversation {
  readonly up: Buffer[];
  readonly down: Buffer[];
}

export async function startRecordingProxy(options: ProxyOptions): Promise<RecordingProxy> {
  const conversations: Conversation[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(options.port, "127.0.0.1");
    const conversation: Conversation = { up: [], down: [] };
    conversations.push(conversation);
    let head: Buffer | undefined = options.forwardedFor === undefined ? undefined : Buffer.alloc(0);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.once("close", () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
      socket.on("error", () => socket.destroy());
    }
    client.on("data", (chunk: Buffer) => {
      conversation.up.push(chunk);
      if (head === undefined) {
        upstream.write(chunk);
        return;
      }
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n");
      if (end < 0) return;
      upstream.write(head.subarray(0, end + 2));
      upstream.write(`X-Forwarded-For: ${options.forwardedFor}\r\n`);
      upstream.write(head.subarray(end + 2));
      head = undefined;
    });
    upstream.on("data", (chunk: Buffer) => {
      conversation.down.push(chunk);
      client.write(chunk);
    });
    client.on("end", () => upstream.end());
    upstream.on("end", () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  const recorded = (): Buffer =>
    Buffer.concat(
      conversations.flatMap(({ up, down }) => {
        const reply = Buffer.concat(down);
        if (/sec-websocket-extensions:[^\r\n]*deflate/i.test(reply.subarray(0, 2048).toString("latin1"))) {
          throw new Error("the recorded WebSocket is compressed: a search would find nothing");
        }
        return [unmasked(Buffer.concat(up)), Buffer.from("\n"), reply, Buffer.from("\n")];
      }),
    );

  return {
    url: `http://localhost:${port}`,
    recorded,
    search(needle) {
      const bytes = recorded();
      return encodingsOf(needle).flatMap(([encoding, form]) => (bytes.includes(form) ? [encoding] : []));
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** The forms in which a text could hide in a record: as it is, UTF-16, base64 (all three alignments), hex, percent-encoded. */
export function encodingsOf(needle: string): [string, Buffer][] {
  const forms: [string, Buffer][] = [
    ["text", Buffer.from(needle)],
    ["utf-16", Buffer.from(needle, "utf16le")],
    ["hex", Buffer.from(Buffer.from(needle).toString("hex"))],
    ["percent", Buffer.from(encodeURIComponent(needle))],
  ];
  for (let shift = 0; shift < 3; shift++) {
    const padded = Buffer.concat([Buffer.alloc(shift), Buffer.from(needle)]).toString("base64url");
    // The first characters depend on what stands before, the last on what comes after.
    const inner = padded.slice(shift === 0 ? 0 : shift + 1, -2);
    if (inner.length >= 8) {
      forms.push([`base64url+${shift}`, Buffer.from(inner)]);
      forms.push([`base64+${shift}`, Buffer.from(inner.replaceAll("-", "+").replaceAll("_", "/"))]);
    }
  }
  return forms;
}

/** A client's side of a connection with the masks of its WebSocket frames taken off; HTTP passes as it is. */
export function unmasked(bytes: Buffer): Buffer {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0 || !/upgrade: websocket/i.test(bytes.subarray(0, end).toString("latin1"))) return bytes;
  const parts: Buffer[] = [bytes.subarray(0, end + 4)];
  let at = end + 4;
  while (at + 2 <= bytes.length) {
    const second = bytes[at + 1] ?? 0;
    let length = second & 0x7f;
    let header = 2;
    if (length === 126) {
      if (at + 4 > bytes.length) break;
      length = bytes.readUInt16BE(at + 2);
      header = 4;
    } else if (length === 127) {
      if (at + 10 > bytes.length) break;
      length = Number(bytes.readBigUInt64BE(at + 2));
      header = 10;
    }
    const isMasked = (second & 0x80) !== 0;
    const start = at + header + (isMasked ? 4 : 0);
    const payload = Buffer.from(bytes.subarray(start, start + length));
    if (isMasked) {
      const mask = bytes.subarray(at + header, at + header + 4);
      for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
    }
    parts.push(payload, Buffer.from("\n"));
    at = start + length;
  }
  return Buffer.concat(parts);
}

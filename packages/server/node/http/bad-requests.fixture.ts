import type { Random } from "@parlour/testkit";

const methods = ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW"];
const paths = [
  ...[
    "/api/rooms",
    "/api/rooms/tea",
    "/api/rooms/%",
    "/api/rooms/../..",
    "/healthz",
    "/metrics",
    "/v1",
    "/v2",
  ],
  ...[
    "/%00",
    "/..%2f..%2fetc/passwd",
    "/assets/../../../etc/passwd",
    "//evil.example/",
    "/r/<script>",
    "/?".padEnd(3_000, "a"),
  ],
];
const bodies = [
  "{",
  "[]",
  "null",
  '{"name":7}',
  '{"name":"UPPER CASE"}',
  '{"capacity":-1}',
  '{"__proto__":{"name":"x"},"a":1}',
];
const upgrades = [
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Protocol: parlour.v1",
  "Sec-WebSocket-Version: 7\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: parlour.v1",
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: parlour.v9",
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ,,",
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: https://evil.example",
];

/** The bytes of one request that asks for nothing anybody should get, to be written to a socket of its own. */
export function badRequest(random: Random, address: string): Uint8Array {
  const head = `Host: 127.0.0.1\r\nConnection: close\r\nX-Forwarded-For: ${address}\r\n`;
  const make = random.pick<() => string | Uint8Array>([
    () => random.bytes(random.int(1, 2_000)),
    () => `${Buffer.from(random.bytes(20)).toString("hex")}\r\n\r\n`,
    () => `GET / HTTP/9.9\r\n${head}\r\n`,
    () => `GET /healthz HTTP/1.1\r\nHost: a b; c\r\nConnection: close\r\nX-Forwarded-For: ${address}\r\n\r\n`,
    () => `GET /healthz HTTP/1.1\r\n${head}X: ${"y".repeat(random.int(20_000, 60_000))}\r\n\r\n`,
    () => `${random.pick(methods)} ${random.pick(paths)} HTTP/1.1\r\n${head}\r\n`,
    () => {
      const body = random.pick(bodies);
      const type = random.pick(["application/json", "text/plain", "", "application/json; charset=\u00ff"]);
      return `POST /api/rooms HTTP/1.1\r\n${head}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    },
    () =>
      `POST /api/rooms HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{`,
    () =>
      `POST /api/rooms HTTP/1.1\r\n${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    () =>
      `POST /api/rooms HTTP/1.1\r\n${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    () =>
      `DELETE /api/rooms/tea HTTP/1.1\r\n${head}Authorization: Bearer ${"z".repeat(random.int(1, 2_000))}\r\n\r\n`,
    () =>
      `GET ${random.pick(["/v1", "/v1/", "/other"])} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: ${address}\r\n` +
      `Connection: Upgrade\r\nUpgrade: ${random.pick(["websocket", "h2c", ""])}\r\n${random.pick(upgrades)}\r\n\r\n`,
  ]);
  const made = make();
  return typeof made === "string" ? Buffer.from(made, "latin1") : made;
}

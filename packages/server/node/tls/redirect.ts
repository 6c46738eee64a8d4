/** Plain HTTP is sent to the same address over HTTPS. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** Host headers as browsers write them: a name or address, perhaps a port. */
const plainHost = /^([\w.-]+|\[[\da-fA-F:.]+\])(:\d+)?$/;

const headers = {
  "cache-control": "no-store",
  "content-type": "text/plain; charset=utf-8",
  connection: "close",
};

/**
 * 308 keeps method and body. It must not be stored: the same address may serve plain HTTP another day.
 *
 * @param securePort where HTTPS is, when that is another port than the one that was asked
 */
export function redirect(request: IncomingMessage, response: ServerResponse, securePort?: number): void {
  const [, name, port = ""] = plainHost.exec(request.headers.host ?? "") ?? [];
  const path = request.url ?? "/";
  if (name === undefined || !path.startsWith("/")) {
    response
      .writeHead(400, headers)
      .end("This server speaks HTTPS: open the same address with https:// in front.\n");
    return;
  }
  const secure = securePort === undefined ? port : securePort === 443 ? "" : `:${securePort}`;
  response
    .writeHead(308, { ...headers, location: `https://${name}${secure}${path}` })
    .end("This server speaks HTTPS: the same address with https:// in front leads here.\n");
}

/**
 * The port of plain HTTP beside one of HTTPS: sends everything there, but for what a certificate authority looks for. It does not
 * listen yet.
 *
 * @param answer what a path has to say over plain HTTP, if anything
 */
export function createPlainPort(
  securePort: () => number,
  answer: (path: string) => string | undefined,
): Server {
  return createServer({ keepAliveTimeout: 1, requestTimeout: 10_000 }, (request, response) => {
    const found = answer((request.url ?? "").split("?")[0] ?? "");
    if (found === undefined) return redirect(request, response, securePort());
    response.writeHead(200, { ...headers, "content-type": "application/octet-stream" }).end(found);
  });
}

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = fileURLToPath(new URL("../pages/", import.meta.url));
/** The contenders' own browser builds, unmodified. */
const libraries: Readonly<Record<string, string>> = {
  "peerjs.js": `${root}node_modules/peerjs/dist/peerjs.min.js`,
  "simple-peer.js": `${root}node_modules/simple-peer/simplepeer.min.js`,
};

/** Serves the benches' pages: `/<contender>.html` loads the contender's library and its page script. */
export async function startPageServer(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
    const html = /^([a-z-]+)\.html$/.exec(path);
    const script = /^(lib\/)?([a-z-]+\.js)$/.exec(path);
    try {
      if (html?.[1] !== undefined) {
        const library =
          libraries[`${html[1]}.js`] === undefined ? "" : `<script src="/lib/${html[1]}.js"></script>`;
        response.setHeader("content-type", "text/html; charset=utf-8");
        response.end(
          `<!doctype html><title>loading</title><link rel="icon" href="data:,"><body>${library}<script type="module" src="/${html[1]}.js"></script>`,
        );
      } else if (script?.[2] !== undefined) {
        const file = script[1] === undefined ? `${pages}${script[2]}` : (libraries[script[2]] ?? "");
        const text = readFileSync(file);
        response.setHeader("content-type", "text/javascript; charset=utf-8");
        response.end(text);
      } else {
        response.writeHead(404).end();
      }
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

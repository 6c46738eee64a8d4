// A Node HTTP server with pages of its own, and Parlour for everything that has to do with rooms.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { createParlourServer } from "@parlour/server";

const parlour = await createParlourServer({
  // Where /sdk/parlour.js comes from. Without `data`, rooms and messages last as long as this process.
  webRoot: fileURLToPath(new URL("../../apps/web/dist", import.meta.url)),
});

const pages = {
  "/": ["index.html", "text/html"],
  "/chat.js": ["chat.js", "text/javascript"],
  "/chat.css": ["chat.css", "text/css"],
  "/site.css": ["../../site/site.css", "text/css"],
};

const server = createServer(async (request, response) => {
  const page = pages[request.url];
  if (page !== undefined) {
    const [file, type] = page;
    response.setHeader("content-type", `${type}; charset=utf-8`);
    response.end(await readFile(new URL(`page/${file}`, import.meta.url)));
  } else if (!(await parlour.handle(request, response))) {
    response.writeHead(404).end();
  }
});
server.on("upgrade", (request, socket, head) => {
  if (!parlour.upgrade(request, socket, head)) socket.destroy();
});
server.listen(Number(process.env.PORT ?? 3001), () => {
  console.log(`Group chat is ready at http://localhost:${server.address().port}`);
});

// Told before we go, pages come back by themselves once we are there again.
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await parlour.close();
    server.close();
    server.closeAllConnections();
  });
}

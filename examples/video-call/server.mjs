// Serves one page for the root and for every room; Parlour answers the rest.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { createParlourServer } from "@parlour/server";

const parlour = await createParlourServer({
  webRoot: fileURLToPath(new URL("../../apps/web/dist", import.meta.url)),
});

const server = createServer(async (request, response) => {
  const path = request.url.split("?")[0];
  const [file, type] =
    path === "/call.js"
      ? ["call.js", "text/javascript"]
      : path === "/" || path.startsWith("/r/")
        ? ["index.html", "text/html"]
        : [];
  if (file !== undefined) {
    response.setHeader("content-type", `${type}; charset=utf-8`);
    // The link holds the room's key: no other site shall hear of it.
    response.setHeader("referrer-policy", "no-referrer");
    response.end(await readFile(new URL(`page/${file}`, import.meta.url)));
  } else if (!(await parlour.handle(request, response))) {
    response.writeHead(404).end();
  }
});
server.on("upgrade", (request, socket, head) => {
  if (!parlour.upgrade(request, socket, head)) socket.destroy();
});
server.listen(Number(process.env.PORT ?? 3002), () => {
  console.log(`Video call is ready at http://localhost:${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    await parlour.close();
    server.close();
    server.closeAllConnections();
  });
}

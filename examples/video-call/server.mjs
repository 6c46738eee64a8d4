// Serves one page for the root and for every room; Parlour answers the rest.
import { fileURLToPath } from "node:url";
import { createParlourServer } from "@parlour/server";
import { startSite } from "../site/site.mjs";

const parlour = await createParlourServer({
  // Where /sdk/parlour.js comes from.
  webRoot: fileURLToPath(new URL("../../apps/web/dist", import.meta.url)),
});

startSite("Video call", {
  folder: new URL("page/", import.meta.url),
  port: 3002,
  more: { "/names.js": new URL("../site/names.js", import.meta.url) },
  route: (path) => (path === "/new" || path.startsWith("/r/") ? "/" : undefined),
  parlour,
});

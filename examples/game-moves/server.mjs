// One page, and Parlour for the room. No move of the game comes here.
import { fileURLToPath } from "node:url";
import { createParlourServer } from "@parlour/server";
import { startSite } from "../site/site.mjs";

const parlour = await createParlourServer({
  webRoot: fileURLToPath(new URL("../../apps/web/dist", import.meta.url)),
});

startSite("Four in a row", {
  folder: new URL("page/", import.meta.url),
  port: 3010,
  more: { "/names.js": new URL("../site/names.js", import.meta.url) },
  route: (path) => (path.startsWith("/r/") ? "/" : undefined),
  parlour,
});

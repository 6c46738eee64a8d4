// One page, and Parlour for the room. Pictures never come here.
import { fileURLToPath } from "node:url";
import { createParlourServer } from "@parlour/server";
import { startSite } from "../site/site.mjs";

const parlour = await createParlourServer({
  // Where /sdk/parlour.js comes from.
  webRoot: fileURLToPath(new URL("../../apps/web/dist", import.meta.url)),
});

startSite("Cat pictures", {
  folder: new URL("page/", import.meta.url),
  port: 3007,
  route: (path) => (path.startsWith("/r/") ? "/" : undefined),
  parlour,
});

// One page, and Parlour for the room. Nothing of the game comes here: the pages choose a referee among themselves.
import { fileURLToPath } from "node:url";
import { createParlourServer } from "@parlour/server";
import { startSite } from "../site/site.mjs";

const parlour = await createParlourServer({
  webRoot: fileURLToPath(new URL("../../apps/web/dist", import.meta.url)),
});

startSite("Air hockey", {
  folder: new URL("page/", import.meta.url),
  port: 3011,
  more: {
    "/names.js": new URL("../site/names.js", import.meta.url),
    // Plain functions without imports: a page can load them as they are.
    "/election.js": new URL("../../packages/protocol/dist/election.js", import.meta.url),
  },
  route: (path) => (path.startsWith("/r/") ? "/" : undefined),
  parlour,
});

// Nothing but files: a camera needs no server, only a page from https: or localhost.
import { startSite } from "../site/site.mjs";

startSite("Snapshot", { folder: new URL("page/", import.meta.url), port: 3008 });

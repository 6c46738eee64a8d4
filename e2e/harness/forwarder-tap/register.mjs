// Loaded into a server before anything else: its forwarder's rooms write down every packet that they handle. See tap.ts.
import { register } from "node:module";

register(new URL("../other-room/hooks.mjs", import.meta.url), {
  data: new URL("./tapped-room.mjs", import.meta.url).href,
});

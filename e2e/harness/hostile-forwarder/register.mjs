// Loaded into a server before anything else: its forwarder's rooms meddle with what they pass on. See hostile.ts.
import { register } from "node:module";

register(new URL("../other-room/hooks.mjs", import.meta.url), {
  data: new URL("./hostile-room.mjs", import.meta.url).href,
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshFolder, removeFolder } from "../scratch.ts";
import { startServer, type TestServer } from "../server.ts";

/** What the forwarder does to every packet that it passes on, between taking SRTP off and putting it on. */
export type Meddling =
  | "none"
  /** One bit of the ciphertext is another. */
  | "alter"
  /** A frame of long ago takes the place of each. */
  | "repeat"
  /** A frame of somebody else does. */
  | "mix";

/** A real server whose forwarder meddles. */
export interface HostileServer {
  readonly server: TestServer;
  meddle(how: Meddling): void;
  close(): Promise<void>;
}

export async function startHostile(): Promise<HostileServer> {
  const folder = freshFolder("hostile");
  const file = join(folder, "meddling");
  writeFileSync(file, "none");
  const register = new URL("./register.mjs", import.meta.url).href;
  const launcher = ["env", `FORWARDER_MEDDLING=${file}`, `NODE_OPTIONS=--import=${register}`];
  const server = await startServer([], { launcher, port: 0 });
  return {
    server,
    meddle: (how) => writeFileSync(file, how),
    async close() {
      await server.close();
      removeFolder(folder);
    },
  };
}

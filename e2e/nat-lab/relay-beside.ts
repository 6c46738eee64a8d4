import { startServer, type TestServer } from "../harness/server.ts";
import type { World } from "./world.ts";

/** What the lab's server and the relay beside it both know. */
const secret = "the same long random text";

/** Flags of a server that has no relay of its own and hands out somebody else's. The host is the lab's server, whose port 3478 is free then. */
export const relayElsewhere = (url: string): readonly string[] => [
  "--turn",
  "external",
  "--turn-secret",
  secret,
  "--turn-url",
  url,
];

/**
 * Somebody else's: STUN and a relay over UDP and TCP at port 3478 of the lab's server, which has to be told so before (`relayElsewhere`).
 * `knownSecret`: another one than the lab's server makes credentials with, as after it was changed on one side alone.
 */
export const startRelayBeside = ({ server }: World, knownSecret = secret): Promise<TestServer> =>
  startServer(["--turn-port", "3478", "--turn-secret", knownSecret], {
    launcher: server.namespace.launcher,
    port: 8080,
  });

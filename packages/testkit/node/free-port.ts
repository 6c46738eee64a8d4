import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Below what systems give out by themselves (from 32768 on Linux): nobody takes it while its server is down for a moment. */
const [lowest, highest] = [12_000, 31_999];

const binds = (open: (done: (isFree: boolean) => void) => { close(then: () => void): unknown }) =>
  new Promise<boolean>((resolve) => {
    const socket = open((isFree) => (isFree ? socket.close(() => resolve(true)) : resolve(false)));
  });

/** A port that is free for TCP and for UDP, and stays so: one that is asked for with 0 may be another program's the next time. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    const isFree =
      (await binds((done) =>
        createServer()
          .once("error", () => done(false))
          .listen(port, () => done(true)),
      )) &&
      (await binds((done) => {
        const socket = createSocket("udp6");
        socket.once("error", () => done(false)).bind(port, () => done(true));
        return socket;
      }));
    if (isFree) return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest} in 50 tries`);
}

// Runs in a namespace of the lab: `node port-bridge.mjs SOCKET PORT`. Firefox is driven over a port of its own loopback, where nobody
// outside of its namespace gets to; a socket in the file system leads there, since files know no namespaces. Ends with its standard input.
import { connect, createServer } from "node:net";

const [, , path, port] = process.argv;
const server = createServer((outer) => {
  const inner = connect(Number(port), "127.0.0.1");
  outer.pipe(inner).pipe(outer);
  outer.on("error", () => inner.destroy());
  inner.on("error", () => outer.destroy());
});
server.listen(path, () => process.stdout.write("ready\n"));
process.stdin.resume().on("end", () => process.exit(0));

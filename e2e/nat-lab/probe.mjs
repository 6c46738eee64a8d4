// Runs in a namespace of the lab: sends and receives single UDP packets as it is told, one JSON text per line. Ends with its standard input.
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";

const sockets = new Map();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { socket, bind, send } = JSON.parse(line);
    if (bind !== undefined) {
      const made = createSocket("udp4");
      sockets.set(socket, made);
      made.on("message", (data, { address, port }) =>
        say({ socket, text: data.toString(), from: `${address}:${port}` }),
      );
      made.bind(bind.port, bind.address, () => say({ socket, bound: made.address().port }));
    } else sockets.get(socket).send(send.text, send.port, send.address);
  })
  .on("close", () => process.exit(0));

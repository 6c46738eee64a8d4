import { openSync, writeSync } from "node:fs";

const file = openSync(process.env.FORWARDER_TAP, "a");
const kinds = ["in", "out", "said"];

/** One byte for the kind, four for the length, and what it was. */
function note(kind, ...parts) {
  const head = Buffer.alloc(5);
  head[0] = kinds.indexOf(kind);
  head.writeUInt32BE(
    parts.reduce((sum, { length }) => sum + length, 0),
    1,
  );
  writeSync(file, Buffer.concat([head, ...parts]));
}

/** A room that writes down what comes, decrypted, what leaves, before it is encrypted, and all else that it is told. */
export const wrap = (createRoom) => (setup) => {
  const { output } = setup;
  const room = createRoom({
    ...setup,
    output: {
      rtp(to, header, payload) {
        note("out", header, payload);
        output.rtp(to, header, payload);
      },
      rtcp(to, packet) {
        note("out", packet);
        output.rtcp(to, packet);
      },
      tell(peer, message) {
        note("said", Buffer.from(JSON.stringify(message)));
        output.tell(peer, message);
      },
    },
  });
  return {
    get nextAt() {
      return room.nextAt;
    },
    get statistics() {
      return room.statistics;
    },
    take(input, now) {
      if ("packet" in input) note("in", input.packet);
      else if (input.type !== "tick") note("said", Buffer.from(JSON.stringify(input)));
      room.take(input, now);
    },
  };
};

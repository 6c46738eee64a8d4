import type { fakeWorld } from "@parlour/testkit";
import "../rest.fixture.ts";
import type { LinkPart, LinkSetup } from "../seams.ts";

/** Two pages with fake connections, for what is tested of a whole link. */
/** Lets promises that are under way come to their end. */
export const flush = () => new Promise((resolve) => setImmediate(resolve));
export const plain = {
  seal: async (bytes: Uint8Array) => bytes.slice(),
  open: async (bytes: Uint8Array) => bytes.slice(),
};
export const epochs = ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"] as const;

/** As channels and media do: a channel by id, and two slots of the offering side. */
const part = (): LinkPart => ({
  attach(connection, role) {
    connection.createDataChannel("control", { negotiated: true, id: 0 });
    if (role === "answerer") return;
    connection.addTransceiver("audio");
    connection.addTransceiver("video");
  },
  beforeAnswer(connection) {
    for (const transceiver of connection.getTransceivers()) transceiver.direction = "sendrecv";
  },
  describe: (connection) => connection.getTransceivers().map(({ mid }) => mid),
  detach() {},
});

export function setup(side: 0 | 1, world: ReturnType<typeof fakeWorld>, send: LinkSetup["send"]): LinkSetup {
  return {
    isPolite: side === 0,
    makesFirstOffer: side === 1,
    iceServers: [],
    rtc: {},
    sealer: plain,
    pages: { own: epochs[side], other: epochs[1 - side] as string },
    parts: { part: part() },
    send,
    createConnection: () => world.connection() as unknown as RTCPeerConnection,
  };
}

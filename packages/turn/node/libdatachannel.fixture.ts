import { PeerConnection } from "node-datachannel";

/*
 * One connection of libdatachannel, in a process that was forked for it and is told what to do. Connections of one process share locks
 * with its JavaScript: one that is made while another closes may never return.
 */

export type ToLibdatachannel =
  | {
      readonly is: "start";
      readonly hostname: string;
      readonly port: number;
      readonly username: string;
      readonly password: string;
      /** What it says once its channel is open. */
      readonly word: string;
    }
  | { readonly is: "offer" }
  | { readonly is: "answer" | "accept"; readonly sdp: string };
export interface FromLibdatachannel {
  readonly is: "described" | "heard" | "failed";
  /** A description with all candidates, what the other side said, or the states that its connection had. */
  readonly text: string;
}

const tell = (message: FromLibdatachannel): void => {
  process.send?.(message);
};

function start({ hostname, port, username, password, word }: ToLibdatachannel & { is: "start" }) {
  const connection = new PeerConnection("peer", {
    iceServers: [{ hostname, port, username, password, relayType: "TurnUdp" }],
    iceTransportPolicy: "relay",
    disableAutoNegotiation: true,
  });
  connection.onGatheringStateChange((state) => {
    if (state === "complete") tell({ is: "described", text: connection.localDescription()?.sdp ?? "" });
  });
  const states: string[] = [];
  connection.onStateChange((state) => {
    states.push(state);
    if (state === "failed") tell({ is: "failed", text: states.join(", ") });
  });
  connection.onIceStateChange((state) => void states.push(`ICE ${state}`));
  const channel = connection.createDataChannel("words", { negotiated: true, id: 1 });
  channel.onOpen(() => channel.sendMessage(word));
  channel.onMessage((data) => tell({ is: "heard", text: data.toString() }));
  return connection;
}

let connection: PeerConnection | undefined;
process.on("message", (message: ToLibdatachannel) => {
  if (message.is === "start") connection = start(message);
  else if (message.is === "offer") connection?.setLocalDescription("offer");
  else if (message.is === "accept") connection?.setRemoteDescription(message.sdp, "answer");
  else {
    connection?.setRemoteDescription(message.sdp, "offer");
    connection?.setLocalDescription("answer");
  }
});

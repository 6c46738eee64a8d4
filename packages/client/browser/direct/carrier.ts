import { descriptionOf, type Side, sideOf } from "../../core/direct/index.ts";
import { deferred } from "../events.ts";

/** The connection over which two pages introduce each other: one data channel, nothing else. It lasts as long as the room. */
export interface Carrier {
  /** Makes the offer, and resolves with what the other side has to know. */
  offer(): Promise<Side>;
  /** Takes the answer to it. */
  meet(other: Side): Promise<void>;
  /** Takes their offer, and resolves with what they have to know. */
  answer(other: Side): Promise<Side>;
  /** Resolves when the channel is open. */
  readonly opened: Promise<void>;
  /** False when it can't be sent any more. */
  send(data: string | Uint8Array<ArrayBuffer>): boolean;
  onData: (data: string | Uint8Array<ArrayBuffer>) => void;
  /** Whether anything gets through now. */
  onConnected: (isConnected: boolean) => void;
  /** The other side closed it, or its page is gone. */
  onClosed: () => void;
  /** Once what was sent is on its way. */
  close(): void;
}

/** Addresses of the machine are there within a moment; a STUN server that does not answer must not hold up the text. */
const gatherMs = 3_000;
/** What was sent last gets this long to leave. */
const farewellMs = 1_000;

export function openCarrier(configuration: RTCConfiguration): Carrier {
  const connection = new RTCPeerConnection(configuration);
  const channel = connection.createDataChannel("parlour", { negotiated: true, id: 0 });
  channel.binaryType = "arraybuffer";
  const opened = deferred<void>();
  let isClosing = false;

  const carrier: Carrier = {
    async offer() {
      await connection.setLocalDescription();
      return gathered(connection);
    },
    async meet(other) {
      await connection.setRemoteDescription({ type: "answer", sdp: descriptionOf(other, "answer") });
    },
    async answer(other) {
      await connection.setRemoteDescription({ type: "offer", sdp: descriptionOf(other, "offer") });
      await connection.setLocalDescription();
      return gathered(connection);
    },
    opened: opened.promise,
    send(data) {
      if (channel.readyState !== "open") return false;
      try {
        channel.send(data as string);
        return true;
      } catch {
        // Its buffer is full: the other page is not reached. What matters is said again.
        return false;
      }
    },
    onData: () => {},
    onConnected: () => {},
    onClosed: () => {},
    close() {
      if (isClosing) return;
      isClosing = true;
      if (channel.readyState !== "open") return connection.close();
      channel.close();
      setTimeout(() => connection.close(), farewellMs);
    },
  };
  channel.onopen = () => opened.resolve();
  channel.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
    carrier.onData(typeof data === "string" ? data : new Uint8Array(data));
  channel.onclose = () => {
    if (!isClosing) carrier.onClosed();
  };
  connection.onconnectionstatechange = () => {
    if (!isClosing) carrier.onConnected(connection.connectionState === "connected");
  };
  return carrier;
}

/** The whole of this side, once the browser knows its addresses. */
async function gathered(connection: RTCPeerConnection): Promise<Side> {
  if (connection.iceGatheringState !== "complete") {
    const done = deferred<void>();
    const timer = setTimeout(done.resolve, gatherMs);
    connection.onicegatheringstatechange = () => {
      if (connection.iceGatheringState === "complete") done.resolve();
    };
    await done.promise;
    clearTimeout(timer);
  }
  const side = sideOf(connection.localDescription?.sdp ?? "");
  if (side === undefined) throw new Error("The browser described no data channel.");
  return side;
}

/** Bytes of media and of messages that went either way over a connection; what keeps it alive does not count. */
export async function trafficOf(connection: RTCPeerConnection): Promise<number> {
  let sum = 0;
  try {
    for (const found of (await connection.getStats()).values()) {
      const { type, label, bytesSent = 0, bytesReceived = 0 } = found;
      const isMessages = type === "data-channel" && label !== "pulse";
      if (isMessages || type === "inbound-rtp" || type === "outbound-rtp") sum += bytesSent + bytesReceived;
    }
  } catch {
    // It is being taken down: nothing goes.
  }
  return sum;
}

/**
 * One RTCPeerConnection and its channel, by hand.
 *
 * @param {object} options
 * @param {boolean} options.isCaller who makes channel and offer
 * @param {(signal: object) => void} options.send to the other page, by whatever carrier
 * @param {(what: "channel" | "connection") => void} options.onEnd what the other side closed
 */
export function createLink({ isCaller, send, step, onMessage, onChange, onEnd }) {
  // Host candidates alone: enough in one network. Beyond it, name STUN and TURN servers of yours here.
  const connection = new RTCPeerConnection({ iceServers: [] });
  let channel;
  /** Candidates that came before the description they belong to. Adding them sooner would be refused. */
  let held = [];
  let isOver = false;

  const use = (opened) => {
    channel = opened;
    channel.addEventListener("open", () => {
      step("channel: open");
      onChange();
    });
    channel.addEventListener("message", ({ data }) => onMessage(String(data)));
    channel.addEventListener("close", () => {
      step("channel: closed");
      if (channel === opened) channel = undefined;
      onChange();
      // A connection that is closed closes its channels, too: it is told apart by what carried them (DTLS, RFC 8831, section 6.2).
      setTimeout(() => {
        if (!isOver && !opened.isClosedHere) onEnd(isCarried() ? "channel" : "connection");
      }, 200);
    });
  };
  const isCarried = () =>
    connection.sctp?.transport.state === "connected" && connection.connectionState === "connected";

  connection.addEventListener("datachannel", (event) => {
    step("channel from the other side");
    use(event.channel);
  });
  connection.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate !== null) send({ candidate });
  });
  connection.addEventListener("connectionstatechange", () => {
    step(`connection: ${connection.connectionState}`);
    onChange();
    if (connection.connectionState === "failed" && !isOver) onEnd("connection");
  });
  connection.addEventListener("signalingstatechange", () => step(`signaling: ${connection.signalingState}`));
  connection.addEventListener("icegatheringstatechange", () =>
    step(`gathering: ${connection.iceGatheringState}`),
  );

  async function describe(description) {
    await connection.setRemoteDescription(description);
    step(`remote description set (${description.type})`);
    for (const candidate of held) await connection.addIceCandidate(candidate);
    if (held.length > 0) step(`${held.length} candidates that had waited added`);
    held = [];
    if (description.type === "offer") await offerOrAnswer();
  }
  async function offerOrAnswer() {
    await connection.setLocalDescription();
    step(`local description set and sent (${connection.localDescription.type})`);
    send({ description: connection.localDescription });
  }

  // Signals are taken one after the other: each step is waited for before the next.
  let before = Promise.resolve();
  const link = {
    get isChannelOpen() {
      return channel?.readyState === "open";
    },
    get isConnected() {
      return connection.connectionState === "connected";
    },
    take({ description, candidate }) {
      const next = before.then(async () => {
        if (description) await describe(description);
        else if (connection.remoteDescription === null) held.push(candidate);
        else await connection.addIceCandidate(candidate);
      });
      before = next.catch(() => {});
      return next;
    },
    write: (text) => channel.send(text),
    /** A connection that has had a channel opens another without a new offer. */
    openChannel: () => use(connection.createDataChannel("chat")),
    closeChannel() {
      if (channel !== undefined) channel.isClosedHere = true;
      channel?.close();
    },
    close() {
      isOver = true;
      connection.close();
    },
  };

  step("connection made");
  if (isCaller) {
    link.openChannel();
    step("channel made");
    offerOrAnswer();
  }
  return link;
}

/**
 * The handshake, the same on both sides. Gives a function that takes what the other side says, one signal after the other; candidates
 * can't come too early, since each signal is waited for and the description is sent first.
 */
export function takeSignals(connection, send, { beforeAnswer } = {}) {
  connection.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate !== null) send({ candidate });
  });
  const describe = async () => {
    await connection.setLocalDescription();
    send({ description: connection.localDescription });
  };
  let before = Promise.resolve();
  const take = ({ description, candidate }) => {
    before = before
      .then(async () => {
        if (description === undefined) return connection.addIceCandidate(candidate);
        await connection.setRemoteDescription(description);
        if (description.type === "offer") {
          beforeAnswer?.();
          await describe();
        }
      })
      // Signals of a connection that was closed meanwhile.
      .catch(() => {});
  };
  take.offer = describe;
  return take;
}

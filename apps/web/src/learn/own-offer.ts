const meetingMs = 5_000;

/** Resolves when this side has an offer of its own out, or makes none. */
export function ownOffer(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (connection.signalingState !== "stable") finish();
    };
    const finish = (): void => {
      clearTimeout(timer);
      connection.removeEventListener("signalingstatechange", look);
      resolve();
    };
    const timer = setTimeout(finish, meetingMs);
    connection.addEventListener("signalingstatechange", look);
    look();
  });
}

/**
 * Makes connections, the first of them ahead of time: a browser needs some milliseconds for it, which pass while the server is
 * still asked for a seat.
 */
export function connectionMaker(rtc: RTCConfiguration) {
  const make = (configuration: RTCConfiguration) =>
    new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration });
  let spare: RTCPeerConnection | undefined;
  try {
    spare = make(rtc);
  } catch {
    // Whoever needs one hears why there is none.
  }
  const close = (): void => {
    spare?.close();
    spare = undefined;
  };
  return {
    create(configuration: RTCConfiguration): RTCPeerConnection {
      const ready = spare;
      try {
        ready?.setConfiguration(configuration);
        spare = undefined;
      } catch {
        // Another certificate, say: that can't be changed any more (WebRTC 1.0, section 4.4.1.6).
        close();
        return make(configuration);
      }
      return ready ?? make(configuration);
    },
    /** The one that nobody took. */
    close,
  };
}

/**
 * Makes connections, the first of them ahead of time, with what its offer will have: a browser needs some milliseconds for each
 * of these, which pass while the server is still asked for a seat.
 */
export function connectionMaker(rtc: RTCConfiguration, prepare: (connection: RTCPeerConnection) => void) {
  const make = (configuration: RTCConfiguration) =>
    new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration });
  let spare: RTCPeerConnection | undefined;
  try {
    spare = make(rtc);
    prepare(spare);
  } catch {
    // Whoever needs one hears why there is none.
  }
  const close = (): void => {
    spare?.close();
    spare = undefined;
  };
  return {
    /** `isOffering`: what was prepared is what this one needs. */
    create(configuration: RTCConfiguration, isOffering: boolean): RTCPeerConnection {
      const ready = isOffering ? spare : undefined;
      try {
        ready?.setConfiguration(configuration);
      } catch {
        // Another certificate, say: that can't be changed any more (WebRTC 1.0, section 4.4.1.6).
        close();
        return make(configuration);
      }
      if (!ready) return make(configuration);
      spare = undefined;
      return ready;
    },
    /** The one that nobody took. */
    close,
  };
}

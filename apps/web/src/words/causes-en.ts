import type { DiagnosisCode } from "@parlour/client";

/** Why a connection does not work, and what to try; the second sentence where it lies with the other person. */
export type Causes = Readonly<Record<DiagnosisCode, readonly [here: string, there?: string]>>;

export const causes: Causes = {
  "wrong-fingerprint": [
    "Somebody else answered in their place, so the connection was ended. Compare codes, and join again.",
  ],
  "bad-signals": ["Their page behaves strangely. Reload both pages."],
  "signals-refused": ["Their page takes nothing in any more. Reload both pages."],
  "connection-refused": [
    "This browser makes no connections. Close other calls, and see whether an extension switches WebRTC off.",
  ],
  offline: ["You have no network. The call comes back by itself."],
  "no-signaling": ["The server can't be reached. The call comes back by itself."],
  silent: [
    "Nothing is heard of this page. The call comes back by itself.",
    "Nothing is heard of them. They come back when their network does.",
  ],
  "dtls-failed": ["The connection can't be encrypted: a firewall may be in the way. Try another network."],
  "no-candidate": [
    "Your browser has no address to be reached at. See whether an extension switches WebRTC off.",
    "Their browser has no address to be reached at.",
  ],
  "no-common-family": ["One of you has IPv4 alone, the other IPv6. The server's relay would join you."],
  "relay-unauthorised": ["The relay refused you. Reload the page; if that does not help, tell the host."],
  "udp-blocked": ["Your network lets no calls through: it blocks UDP. Try another network."],
  "no-relay-candidate": [
    "The relay can't be reached from your network. Try another one.",
    "The relay can't be reached from their network.",
  ],
  "only-private-addresses": [
    "You can be reached within your own network alone. The server's relay would help.",
    "They can be reached within their own network alone. The server's relay would help.",
  ],
  "local-only": [
    "Your browser hides its address. Allow the camera or the microphone once, and reload.",
    "Their browser hides its address. The server's relay would help.",
  ],
  "one-way": ["What they send arrives, but nothing gets back to them. Try another network."],
  "no-route": ["No way was found between your networks. Try another one."],
  slow: ["The connection takes longer than it should."],
  "no-common-codec": ["Your browsers know no common format for sound or picture. Update them."],
  "relayed-over-tcp": ["Your network blocks UDP, so the call may stutter. Another network may do better."],
};

import type { Cause, DiagnosisCode } from "../../core/link/diagnosis.ts";

type Sentence = readonly [here: string, hint: string, there?: string];

/** What each code means, for people, and what to try. Where it lies with the other side the sentence is another. */
const sentences: Readonly<Record<DiagnosisCode, Sentence>> = {
  "wrong-fingerprint": ["The connection was not with the right person.", "Compare codes, and join again."],
  "bad-signals": ["Their page sent what no such page sends.", "Ask them to reload their page."],
  "signals-refused": ["Their page takes nothing in any more.", "Ask them to reload their page."],
  "connection-refused": [
    "This browser makes no connections.",
    "Close other calls, and see whether an extension or a policy switches WebRTC off.",
  ],
  offline: ["This device has no network.", "Look at your network; the call comes back by itself."],
  "no-signaling": [
    "This page does not reach the server.",
    "Look at your network; the call comes back by itself.",
  ],
  silent: [
    "Nothing is heard of this page.",
    "Wait a moment; the call comes back by itself.",
    "Nothing is heard of them.",
  ],
  "dtls-failed": [
    "There is a way to them, but no agreement on keys.",
    "A firewall may be changing what passes. Try another network.",
  ],
  "no-candidate": [
    "This browser gives no address to be reached at.",
    "Look at your network, and see whether an extension or a policy switches WebRTC off.",
    "Their browser gives no address to be reached at.",
  ],
  "no-common-family": [
    "One of you has IPv4 alone, the other IPv6 alone.",
    "The host of this server can switch its relay on.",
  ],
  "relay-unauthorised": [
    "The relay refused this page.",
    "Reload the page. If that does not help, tell the host: the relay's secret or a clock is wrong.",
  ],
  "udp-blocked": [
    "Your network blocks UDP, and no relay was reached over TCP.",
    "Try another network, or ask the host to open the relay on port 443.",
  ],
  "no-relay-candidate": [
    "The relay was not reached from here.",
    "Try another network, or ask the host to check the relay (parlour doctor).",
    "They do not reach the relay.",
  ],
  "only-private-addresses": [
    "Your address is good in your own network alone.",
    "The host of this server can switch its relay on.",
    "Their address is good in their own network alone.",
  ],
  "local-only": [
    "This browser gives a name of the local network alone.",
    "Allow camera or microphone once. The host of this server can switch its relay on.",
    "Their browser gives a name of the local network alone.",
  ],
  "one-way": [
    "What they send arrives, but nothing gets back to them.",
    "Try another network, or ask the host to check the relay (parlour doctor).",
  ],
  "no-route": [
    "No way was found between the two networks.",
    "Try another network, or ask the host to check the relay (parlour doctor).",
  ],
  slow: ["The connection takes longer than it should.", "Wait a moment, or try another network."],
  "no-common-codec": ["The two browsers know no common format.", "Use another browser, or update it."],
  "relayed-over-tcp": [
    "Your network blocks UDP, so the call goes over TCP and may stutter.",
    "Another network may do better.",
  ],
};

/** The sentence and the hint of a cause, in English. */
export function sentenceOf({ code, side }: Cause): { readonly sentence: string; readonly hint: string } {
  const [here, hint, there = here] = sentences[code];
  return { sentence: side === "there" ? there : here, hint };
}

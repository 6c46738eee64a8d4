import { termHref, type termIds } from "../../learn/terms.ts";
import { told } from "../../words/inspector/words.ts";

type Term = (typeof termIds)[number] & keyof ReturnType<typeof told>["terms"];

const passing: readonly Term[] = ["signaling"];
const floor: readonly Term[] = ["glare", "perfect-negotiation"];

/** What the glossary has to say about each kind of step. */
export const termsOfStep: Readonly<Record<string, readonly Term[]>> = {
  connection: ["ice", "stun", "turn"],
  setting: ["description"],
  "local-offer": ["offer", "sdp", "bundle"],
  "local-answer": ["answer", "sdp", "direction"],
  "remote-offer": ["offer", "description"],
  "remote-answer": ["answer", "description"],
  "offer-sent": passing,
  "offer-received": passing,
  "answer-sent": passing,
  "answer-received": passing,
  "candidates-sent": ["trickle", "signaling"],
  "candidates-received": ["trickle", "signaling"],
  gathering: ["candidate", "stun"],
  "found-host": ["host"],
  "found-srflx": ["srflx", "nat", "stun"],
  "found-prflx": ["prflx"],
  "found-relay": ["relay", "turn"],
  taken: ["candidate", "pair"],
  checks: ["check", "nat"],
  pair: ["pair"],
  dtls: ["dtls", "fingerprint"],
  sctp: ["sctp"],
  channels: ["data-channel"],
  tracks: ["transceiver"],
  flowing: ["srtp"],
  unheard: ["consent"],
  restart: ["restart", "ufrag"],
  "ask-sent": floor,
  "ask-received": floor,
  "go-sent": floor,
  "go-received": floor,
};

/** Links into the glossary. In a tab of their own: following one must not end a call. */
export function Terms({ ids }: { readonly ids: readonly Term[] }) {
  const { glossary, terms } = told();
  if (ids.length === 0) return null;
  return (
    <span class="sources soft small">
      {glossary}{" "}
      {ids.map((id, index) => (
        <span key={id}>
          {index > 0 && ", "}
          <a href={termHref(id)} target="_blank" rel="noopener">
            {terms[id]}
          </a>
        </span>
      ))}
    </span>
  );
}

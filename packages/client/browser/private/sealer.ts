import type { Epoch, PeerId } from "@parlour/protocol";
import type { Sealer } from "../seams.ts";
import { fromBase64url } from "./bytes.ts";
import type { Card } from "./card.ts";
import type { Identity } from "./identity.ts";
import { joined, utf8 } from "./joined.ts";
import { openBytes, type RoomSecret, sealBytes, sealingKey } from "./secret.ts";

interface End {
  readonly id: PeerId;
  readonly epoch: Epoch;
}

/**
 * Seals what two pages of a private room send each other. There is one key per direction, so that nothing can be sent
 * back to its sender; both epochs are bound, so that nothing from an earlier page of either seat opens.
 */
export function pairSealer(
  secret: RoomSecret,
  identity: Identity,
  own: End,
  other: End & { readonly card: Card },
): Sealer {
  const { room } = secret;
  const material = (async () => {
    const key = fromBase64url(other.card.agree) as Uint8Array<ArrayBuffer>;
    const theirs = await crypto.subtle.importKey("raw", key, { name: "X25519" }, false, []);
    const agreement = { name: "X25519", public: theirs };
    const shared = await crypto.subtle.deriveBits(agreement, identity.keys.agree.privateKey, 256);
    return joined(new Uint8Array(shared), secret.secret);
  })();
  const direction = (from: End, to: End) => {
    const key = material.then((bytes) => sealingKey(bytes, room, `parlour v1 signal${from.id}${to.id}`));
    // Whoever uses the key hears of its failure; a sealer that is never used fails for nobody.
    key.catch(() => {});
    const place = utf8(`signal\n${[room, from.id, to.id, from.epoch, to.epoch].join("\n")}\n`);
    return { key, bind: (binding: Uint8Array) => joined(place, binding) };
  };
  const out = direction(own, other);
  const back = direction(other, own);
  return {
    seal: async (plain, binding) => sealBytes(await out.key, new Uint8Array(plain), out.bind(binding)),
    async open(sealed, binding) {
      try {
        return await openBytes(await back.key, sealed, back.bind(binding));
      } catch {
        // A key that is no point to agree with (RFC 7748, section 6.1): its owner can't be spoken to.
        return undefined;
      }
    },
  };
}

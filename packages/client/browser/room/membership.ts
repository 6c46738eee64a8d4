import type { PeerId, RosterEntry } from "@parlour/protocol";
import { hasOnlyFingerprint } from "../../core/link/fingerprint.ts";
import {
  type Card,
  type Certificates,
  type Identity,
  type IdentityStore,
  makeCard,
  openCard,
  openIdentity,
  pairSealer,
  type RoomSecret,
  verificationCode,
} from "../private/index.ts";
import type { PageAddress, Sealer } from "../seams.ts";

/** This page's part in a private room: the link's secret, and keys of its own. */
export interface Membership {
  readonly identity: Identity;
  /** As it stands in the card. */
  readonly name: string;
  /** False: new keys, so a token from before is of no use. */
  readonly isKept: boolean;
  /** What `hello` says of them. */
  readonly introduction: { readonly id: PeerId; readonly key: string; readonly card: string };
  /** Undefined when that seat's card is missing, altered, or not its own. */
  open(entry: Pick<RosterEntry, "id" | "card">): Promise<Card | undefined>;
  sealer(own: PageAddress, other: PageAddress, card: Card): Sealer;
  code(id: PeerId, card: Card): Promise<string>;
  /** Whether a description is of a connection of the seat with that card. */
  isTheirs(card: Card): (sdp: string) => boolean;
}

export async function openMembership(
  secret: RoomSecret,
  name: string,
  place: string,
  store: IdentityStore | undefined,
  certificates: Certificates,
): Promise<Membership> {
  const { identity, isKept } = await openIdentity(place, store, certificates, Date.now());
  const opened = new Map<string, Promise<Card | undefined>>();
  return {
    identity,
    name,
    isKept,
    introduction: { id: identity.id, key: secret.check, card: await makeCard(secret, identity, name) },
    open({ id, card = "" }) {
      const key = id + card;
      const open = opened.get(key) ?? openCard(secret, id, card);
      // Cards come again with every change of their seat; the bound is far above what a room holds.
      if (opened.size > 1_000) opened.clear();
      opened.set(key, open);
      return open;
    },
    sealer: (own, other, card) => pairSealer(secret, identity, own, { ...other, card }),
    isTheirs:
      ({ fingerprint }) =>
      (sdp) =>
        hasOnlyFingerprint(sdp, fingerprint),
    code: (id, card) => verificationCode(secret.room, identity, { ...card, id }),
  };
}

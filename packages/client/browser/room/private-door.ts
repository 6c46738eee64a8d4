/** The way into private rooms, in a module of its own: who joins none does not load it. */
import { cleanName } from "@parlour/protocol";
import { browserCertificates, type Certificates, indexedDbStore, roomSecret } from "../private/index.ts";
import { type Membership, openMembership } from "./membership.ts";

export { privateSide } from "./private-side.ts";

/** Gives memberships of the room: the first, and another one if its seat turns out to be another page's. */
export async function privateDoor(setup: {
  readonly room: string;
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly name: string;
  /** Nothing outlives the page otherwise. */
  readonly isRemembered: boolean;
  readonly certificates: Certificates | undefined;
}): Promise<(place: string) => Promise<Membership>> {
  const secret = await roomSecret(setup.room, setup.secret);
  const store = setup.isRemembered && globalThis.indexedDB ? indexedDbStore(Date.now) : undefined;
  return (place) =>
    openMembership(
      secret,
      cleanName(setup.name) || "Guest",
      place,
      store,
      setup.certificates ?? browserCertificates,
    );
}

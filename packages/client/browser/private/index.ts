/** What only private rooms need: it is loaded with the first of them (see `room/private-door.ts`). */
export { type Card, makeCard, openCard } from "./card.ts";
export { browserCertificates } from "./certificates.ts";
export { type Certificates, type Identity, type IdentityStore, openIdentity } from "./identity.ts";
export { indexedDbStore } from "./identity-store.ts";
export { isGenuine, isMessage, signMessage } from "./message.ts";
export { pairSealer } from "./sealer.ts";
export { type RoomSecret, roomSecret } from "./secret.ts";
export { verificationCode } from "./verification.ts";

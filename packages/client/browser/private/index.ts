export { fromBase64url, randomText, toBase64url } from "./bytes.ts";
export { type Card, makeCard, openCard } from "./card.ts";
export { browserCertificates } from "./certificates.ts";
export { type Certificates, type Identity, type IdentityStore, openIdentity } from "./identity.ts";
export { indexedDbStore } from "./identity-store.ts";
export { isGenuine, isMessage, signMessage } from "./message.ts";
export { pairSealer, plainSealer } from "./sealer.ts";
export { type RoomSecret, roomSecret, secretBytes } from "./secret.ts";
export { verificationCode } from "./verification.ts";

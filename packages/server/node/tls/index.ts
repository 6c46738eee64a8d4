/** HTTPS: certificates of the server's own making or from files, and one port that tells TLS from plain HTTP. */
export {
  type AcmeOptions,
  type AcmeSource,
  type AcmeStatus,
  openAcme,
  standardDirectory,
} from "./acme/acme.ts";
export type { ChallengeKind } from "./acme/order.ts";
export {
  CertificateError,
  type CertificatePair,
  type CertificateSource,
  type SourceEvents,
} from "./certificate.ts";
export { openFiles } from "./files.ts";
export { createFront, sharePort, type TakeStun } from "./front.ts";
export { createPlainPort } from "./redirect.ts";
export { openSelfSigned } from "./self-signed.ts";

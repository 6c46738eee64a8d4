export type { TrustProxy } from "./address/address.ts";
export type { CameBy, Forwarder, IceVisitor } from "./hub/setup.ts";
export { loadSecrets, type Secrets, SecretsError } from "./secrets.ts";
export type { Logger } from "./server/log.ts";
export type { ParlourOptions } from "./server/options.ts";
export { createParlourServer, type ParlourServer, type ServerStatus } from "./server/parlour-server.ts";
export * from "./stores/index.ts";

/** Runs transfers on the edges it is given. */
export {
  createExchange,
  type Exchange,
  type KeptEntry,
  type OfferEntry,
  type PortInput,
} from "./exchange.ts";
export type { Giving, TakerState } from "./giving.ts";
export type { Port, World } from "./port.ts";
export type { Taking, TakingState } from "./taking.ts";

import type { limits, Rate, rates } from "@parlour/protocol";

/** The protocol's limits, as this server keeps them. */
export type Limits = { readonly [Name in keyof typeof limits]: number };
/** The protocol's rates, as this server keeps them. */
export type Rates = { readonly [Name in keyof typeof rates]: Rate };

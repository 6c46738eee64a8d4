/** What was seen of a server, in sentences for its host. */
export type * from "./facts.ts";
export type { Check, Finding, FindingState } from "./finding.ts";
export { findingLines, findings, isFine, summary, verdict } from "./report.ts";

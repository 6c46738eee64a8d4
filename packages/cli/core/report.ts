/** From facts to findings, and from findings to lines. */
import type { Facts } from "./facts.ts";
import type { Finding, FindingState } from "./finding.ts";
import { certificateFindings, nameFindings, portFindings } from "./reaching.ts";
import { relayFindings, stunFindings } from "./relaying.ts";
import { pageFindings, socketFindings } from "./serving.ts";

/** What is to be said of a server, in the order in which a visitor meets it. */
export function findings(facts: Facts): readonly Finding[] {
  return [
    nameFindings,
    portFindings,
    certificateFindings,
    pageFindings,
    socketFindings,
    stunFindings,
    relayFindings,
  ].flatMap((make) => make(facts));
}

const marks: Record<FindingState, string> = { works: "✓", degraded: "~", fails: "✗", unknown: "~" };

/** One finding as text: what it is, and below it what to do. */
export function findingLines({ state, text, hint }: Finding): readonly string[] {
  return [`${marks[state]} ${text}`, ...(hint === undefined ? [] : [`    ${hint}`])];
}

/** True when nothing fails: what is degraded or can't be told is no failure. */
export const isFine = (all: readonly Finding[]): boolean => all.every(({ state }) => state !== "fails");

/** The last line of a report. */
export function verdict(all: readonly Finding[]): string {
  const count = (wanted: FindingState) => all.filter(({ state }) => state === wanted).length;
  const fails = count("fails");
  const less = count("degraded") + count("unknown");
  if (fails > 0) return `${fails} of ${all.length} checks failed.`;
  return less > 0 ? `It works; ${less} of ${all.length} could be better.` : "Everything works.";
}

const nouns: readonly (readonly [Finding["check"], string])[] = [
  ["page", "page"],
  ["websocket", "WebSocket"],
  ["stun", "STUN"],
];
const ways: readonly (readonly [Finding["check"], string])[] = [
  ["relay-udp", "UDP"],
  ["relay-tcp", "TCP"],
  ["relay-tls", "TLS"],
];

/** A report in few lines, for the start of a server: what works in one line, then what does not. */
export function summary(url: string, all: readonly Finding[]): readonly string[] {
  const isWorking = ([check]: readonly [Finding["check"], string]) =>
    all.some((finding) => finding.check === check && finding.state === "works");
  const over = ways.filter(isWorking).map(([, name]) => name);
  const working = [
    ...nouns.filter(isWorking).map(([, name]) => name),
    ...(over.length === 0 ? [] : [`relay over ${over.join(", ")}`]),
  ];
  const others = all.filter(({ state }) => state !== "works");
  const first =
    working.length === 0 ? `Self-test at ${url}:` : `Self-test at ${url}: ${working.join(", ")} work.`;
  return [first, ...others.flatMap(findingLines).map((line) => `  ${line}`)];
}

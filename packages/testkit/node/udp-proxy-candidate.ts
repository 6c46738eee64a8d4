/** Where a UDP candidate can be reached. */
export interface CandidateAddress {
  readonly address: string;
  readonly port: number;
}

/** `foundation component transport priority address port typ …` (RFC 8839, section 5.1). */
const grammar = /^((?:a=)?candidate:\S+ \d+ )(\S+)( \d+ )(\S+) (\d+)( typ \S+.*)$/i;

/** The address of a candidate line; undefined for what a UDP proxy can't carry: TCP, IPv6, no candidate at all. */
export function addressOfCandidate(candidate: string): CandidateAddress | undefined {
  const [, , transport, , address, port] = grammar.exec(candidate.trim()) ?? [];
  if (transport?.toLowerCase() !== "udp" || address === undefined || address.includes(":")) return undefined;
  return { address, port: Number(port) };
}

/** The same candidate at another address. */
export function readdressCandidate(candidate: string, { address, port }: CandidateAddress): string {
  return candidate.trim().replace(grammar, `$1$2$3${address} ${port}$6`);
}

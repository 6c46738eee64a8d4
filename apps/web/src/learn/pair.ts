/** The pair of candidates that a connection uses, as its statistics tell it. */
export interface PairInUse {
  readonly local: string;
  readonly remote: string;
  readonly protocol: string;
  /** Address and port of each end, as far as the browser tells. */
  readonly ends: string;
}

type Report = Readonly<Record<string, unknown>>;

const text = (report: Report | undefined, name: string): string => {
  const value = report?.[name];
  return value === undefined || value === null || value === "" ? "?" : String(value);
};

/** Reads it from what `getStats` gave. Undefined while there is none. */
export function pairInUse(all: ReadonlyMap<string, Report>): PairInUse | undefined {
  const reports = [...all.values()];
  const transport = reports.find(({ type }) => type === "transport");
  const named = transport?.["selectedCandidatePairId"];
  // Firefox marks the pair itself.
  const pair =
    typeof named === "string"
      ? all.get(named)
      : reports.find(({ type, selected }) => type === "candidate-pair" && selected === true);
  if (pair === undefined) return undefined;
  const local = all.get(String(pair["localCandidateId"]));
  const remote = all.get(String(pair["remoteCandidateId"]));
  const end = (one: Report | undefined) => `${text(one, "address")}:${text(one, "port")}`;
  return {
    local: text(local, "candidateType"),
    remote: text(remote, "candidateType"),
    protocol: text(local, "protocol"),
    ends: `${end(local)} – ${end(remote)}`,
  };
}

/** What a connection reports: once connected, one pair of direct candidates in use. */
export function fakeStatistics(
  isConnected: boolean,
  roundTripMs: number,
): Map<string, Record<string, unknown>> {
  const stats = new Map<string, Record<string, unknown>>();
  if (isConnected) {
    stats.set("T", { type: "transport", selectedCandidatePairId: "P" });
    stats.set("P", {
      type: "candidate-pair",
      localCandidateId: "L",
      remoteCandidateId: "R",
      currentRoundTripTime: roundTripMs / 1000,
    });
    stats.set("L", { type: "local-candidate", candidateType: "host" });
    stats.set("R", { type: "remote-candidate", candidateType: "host" });
  }
  return stats;
}

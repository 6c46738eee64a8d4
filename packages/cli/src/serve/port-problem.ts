const why: Record<string, string> = {
  EADDRINUSE: "is taken by another program",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "is not to be had at this address",
};

/** Why a port can't be had, in words, from Node's code: "UDP port 3478 … is taken by another program". */
export function portProblem(code: string): string {
  return why[code] ?? `can't be opened (${code})`;
}

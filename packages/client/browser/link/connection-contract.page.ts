import { connectionContract, runConnectionContract } from "./connection-contract.ts";

/** Runs the contract on this browser's own connections: the number of checks, and the problems found. */
export async function parlourConnectionContract(): Promise<{
  readonly checks: number;
  readonly problems: Readonly<Record<string, string>>;
}> {
  const problems = await runConnectionContract({
    createConnection: (configuration) => new RTCPeerConnection(configuration),
    settle: () => new Promise((resolve) => setTimeout(resolve, 100)),
  });
  return { checks: Object.keys(connectionContract).length, problems };
}

// A test in a browser bundles this file as its entry, and calls it from outside.
Object.assign(globalThis, { parlourConnectionContract });

import { connectionContract, runConnectionContract } from "./connection-contract.ts";

/**
 * The page side of the contract: `await parlourConnectionContract()` gives the number of checks and the problems found.
 * Bundled by the tests in browsers, never shipped.
 */
Object.assign(globalThis, {
  parlourConnectionContract: async () => ({
    checks: Object.keys(connectionContract).length,
    problems: await runConnectionContract({
      createConnection: () => new RTCPeerConnection(),
      settle: () => new Promise((resolve) => setTimeout(resolve, 100)),
    }),
  }),
});

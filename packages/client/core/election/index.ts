/** One page of several, chosen by the pages themselves. The server's planner ranks and keeps by the same code, so it stands with the protocol. */
export * from "@parlour/protocol/election";

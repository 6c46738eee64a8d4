/** UDP sockets for servers that read and send many packets, in threads that share a port. */
export { isPossible, loadOwnProgram, type OwnProgram } from "./batched/kernel.ts";
export type { Remains, Sharing } from "./batched/sockets.ts";
export { localAddresses } from "./local-addresses.ts";
export type { ClientPath, Intake } from "./path.ts";
export { primitives } from "./primitives.ts";
export { Exchange, exchangeMemory, type Passed } from "./threads/exchange.ts";
export { fastSockets } from "./threads/fast-sockets.ts";
export { plainSockets } from "./threads/plain-sockets.ts";
export type { ThreadLoop, ThreadSockets } from "./threads/sockets.ts";
export { canSharePorts } from "./udp.ts";
export { type OpenUdp, UdpEverywhere } from "./udp-everywhere.ts";

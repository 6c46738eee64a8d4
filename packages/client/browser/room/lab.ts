import type { Room } from "../api.ts";
import type { SessionDriver } from "../session/index.ts";
import type { Own, RoomPeers } from "./peers.ts";

/** Faults on demand. */
export function simulate(
  fault: Parameters<Room["simulate"]>[0],
  peers: RoomPeers,
  own: Own,
  session: SessionDriver,
): void {
  if (fault === "relay-only") own.rtc = { ...own.rtc, iceTransportPolicy: "relay" };
  if (fault === "signal-lost") session.put({ type: "lost" });
  else for (const { driver } of peers.linked()) driver.rebuild(fault);
}

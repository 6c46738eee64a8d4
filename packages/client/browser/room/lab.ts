import type { Room, RoomInspection } from "../api.ts";
import type { SessionDriver } from "../session/index.ts";
import type { Own, RoomPeers } from "./peers.ts";

/** Event log and statistics, as data. */
export async function inspect(
  peers: RoomPeers,
  events: RoomInspection["events"],
  { counts }: SessionDriver,
): Promise<RoomInspection> {
  const links = peers.linked().map(async ({ driver, peer }) => {
    const report = await driver.connection?.getStats().catch(() => undefined);
    return { peer: peer.id, state: driver.state, stats: [...(report?.values() ?? [])] };
  });
  return { at: Date.now(), events: [...events], links: await Promise.all(links), signaling: { ...counts } };
}

/** Faults on demand. */
export function simulate(
  fault: Parameters<Room["simulate"]>[0],
  peers: RoomPeers,
  own: Own,
  session: SessionDriver,
): void {
  if (fault === "relay-only") own.rtc = { ...own.rtc, iceTransportPolicy: "relay" };
  if (fault === "signal-lost") session.drop();
  else for (const { driver } of peers.linked()) driver.rebuild(fault);
}

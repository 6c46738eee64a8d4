/** Looks at a server as its visitors meet it, step by step, and stops where they would. */
import type { Facts, Target } from "@parlour/cli/checks";
import { version } from "../version.ts";
import { certificateOf, namesOf, tryPort } from "./reach.ts";
import { tryIce } from "./relay.ts";
import type { Looking } from "./trust.ts";
import { visit } from "./visit.ts";
import { healthOf, pageOf } from "./web.ts";

/** Each step waits this long at most. */
export const standardTimeoutMs = 5_000;

/** Gathers what can be seen. Never throws: what does not work is in the facts. */
export async function look(target: Target, seenFrom: Facts["seenFrom"], looking: Looking): Promise<Facts> {
  const names = target.isAddress ? undefined : await namesOf(target.host);
  const addresses = names === undefined ? [target.host] : "addresses" in names ? names.addresses : [];
  const doors = await Promise.all(
    addresses.map(async (address) => ({ address, tried: await tryPort(address, target.port, looking) })),
  );
  const found = {
    target,
    seenFrom,
    ownVersion: version(),
    at: Date.now(),
    ...(names === undefined ? {} : { names }),
    doors,
  };
  if (!doors.some(({ tried }) => tried.ok)) return found;
  const certificate = target.isSecure ? await certificateOf(target, looking) : undefined;
  const secured = { ...found, ...(certificate === undefined ? {} : { certificate }) };
  if (certificate !== undefined && "code" in certificate) return secured;
  const [health, page] = await Promise.all([healthOf(target, looking), pageOf(target, looking)]);
  const served = { ...secured, health, page };
  // Somebody else's server is not asked for a room.
  if ("code" in health || health.version === undefined) return served;
  const visited = await visit(target, looking);
  try {
    if (visited.facts.state !== "welcome") return { ...served, socket: visited.facts };
    return { ...served, socket: visited.facts, ...(await tryIce(visited.iceServers, looking)) };
  } finally {
    visited.leave();
  }
}

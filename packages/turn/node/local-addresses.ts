import { networkInterfaces } from "node:os";

/** Every address of this machine, as text that a socket can be bound to: with its zone where it needs one (RFC 4007). */
export function localAddresses(): readonly string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, all]) =>
    (all ?? []).map(({ address, family, scopeid }) =>
      family === "IPv6" && scopeid !== 0 && !address.includes("%") ? `${address}%${name}` : address,
    ),
  );
}

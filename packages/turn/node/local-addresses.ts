import { networkInterfaces } from "node:os";

/** Zones go by number on Windows and by name elsewhere. */
const zone = (name: string, id: number): string => (process.platform === "win32" ? String(id) : name);

/** Every address of this machine, as text that a socket can be bound to: with its zone where it needs one (RFC 4007). */
export function localAddresses(): readonly string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, all]) =>
    (all ?? []).map(({ address, family, scopeid }) =>
      family === "IPv6" && scopeid !== 0 && !address.includes("%")
        ? `${address}%${zone(name, scopeid)}`
        : address,
    ),
  );
}

import { insideAddress, type Place, place, type RelayMode } from "../../core/index.ts";

/** Relayed addresses by family and port, as threads name them to each other. At most one of each is remembered. */
export function insidePlaces(mode: RelayMode): (family: 4 | 6, port: number) => Place {
  const addresses = mode.kind === "closed" ? [insideAddress] : mode.addresses;
  const known = new Map<number, Place>();
  return (family, port) => {
    const key = family * 65_536 + port;
    let found = known.get(key);
    if (found === undefined) {
      const bytes = addresses.find(({ length }) => length === (family === 4 ? 4 : 16)) ?? insideAddress;
      found = place({ family, bytes, port });
      known.set(key, found);
    }
    return found;
  };
}

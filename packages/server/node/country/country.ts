import { createRequire } from "node:module";
import { BlockList, isIP } from "node:net";
import type { CountryResponse, Reader } from "maxmind";

// Special-purpose ranges (RFC 6890 and the IANA registries it began) are nobody's country. The database does not leave all of them
// out: it has an answer for 192.168.1.1.
const special = new BlockList();
for (const [address, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  special.addSubnet(address, prefix, "ipv4");
}
for (const [address, prefix] of [
  ["::", 96],
  ["100::", 64],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  special.addSubnet(address, prefix, "ipv6");
}

/** Says in which country an address is. */
export interface CountryFinder {
  /** ISO 3166-1 alpha-2, or undefined for private, unknown and malformed addresses. */
  find(address: string): Promise<string | undefined>;
}

/**
 * Looks countries up in the database that comes inside an npm package: nobody is asked. The file (8 MB) is read at the first question,
 * so that a server with private rooms only never holds it.
 */
export function countryFinder(): CountryFinder {
  let reader: Promise<Reader<CountryResponse>> | undefined;
  const load = async (): Promise<Reader<CountryResponse>> => {
    const { open } = await import("maxmind");
    const file = createRequire(import.meta.url).resolve(
      "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb",
    );
    return open<CountryResponse>(file, { cache: { max: 1000 } });
  };
  return {
    async find(address) {
      const family = isIP(address);
      if (family === 0 || special.check(address, family === 4 ? "ipv4" : "ipv6")) return undefined;
      reader ??= load();
      const found: unknown = (await reader).get(address);
      return codeIn(found);
    },
  };
}

/** The database's flat form has `country_code`, MaxMind's own has `country.iso_code`. */
function codeIn(found: unknown): string | undefined {
  if (typeof found !== "object" || found === null) return undefined;
  const record = found as { country_code?: unknown; country?: { iso_code?: unknown } };
  const code = record.country_code ?? record.country?.iso_code;
  return typeof code === "string" && /^[A-Z]{2}$/.test(code) && code !== "ZZ" ? code : undefined;
}

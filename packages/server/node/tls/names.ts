/** Which names and addresses the server's own certificate is for. */
import type { NetworkInterfaceInfo } from "node:os";

/** What a certificate is valid for, both lists sorted. */
export interface SubjectNames {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/** Letters, digits, hyphens in labels of 1 to 63 (RFC 1123, section 2.1): anything else has no place in a DNS name. */
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The machine's own names: `localhost`, its host name, and that name as mDNS has it (RFC 6762). */
export function machineNames(machine: string): readonly string[] {
  const name = machine.toLowerCase().replace(/\.$/, "");
  const short = name.split(".")[0] ?? "";
  const all = ["localhost", name, `${short}.local`].filter((each) => hostName.test(each));
  return [...new Set(all)].sort();
}

/** Every address of this machine, those of the machine itself included; zones of link-local addresses left out. */
export function machineAddresses(
  interfaces: NodeJS.Dict<readonly NetworkInterfaceInfo[]>,
): readonly string[] {
  const found = Object.values(interfaces).flatMap((each) =>
    (each ?? []).map(({ address }) => address.split("%")[0]),
  );
  const all = ["127.0.0.1", "::1", ...found].filter((address) => address !== undefined);
  return [...new Set(all)].sort();
}

/** Whether a name lies within what a name-constrained authority may speak for (RFC 5280, section 4.2.1.10). */
export function isWithin(name: string, permitted: readonly string[]): boolean {
  return permitted.some((each) => name === each || name.endsWith(`.${each}`));
}

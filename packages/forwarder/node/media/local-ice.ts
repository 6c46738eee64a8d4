import { randomBytes } from "node:crypto";
import type { IceCredentials } from "../../core/ice/lite.ts";
import type { Reach } from "../engine-api.ts";

/** RFC 8445, section 5.3 asks for 24 bits of the name and 128 of the password at least. */
const ufragBytes = 6;
const passwordBytes = 18;

/** A new name and password for one side of a connection; the name begins with `prefix`. */
export const newCredentials = (prefix: string): IceCredentials => ({
  ufrag: prefix + randomBytes(ufragBytes).toString("base64").replaceAll("=", ""),
  password: randomBytes(passwordBytes).toString("base64").replaceAll("=", ""),
});

/** Where a page finds the engine: at the server's addresses, and inside the relay where there is one. */
export function candidatesOf({ addresses, inside }: Reach, port: number) {
  const direct = addresses.map((address) => ({ address, port }));
  return inside === undefined ? direct : [...direct, inside];
}

import { readFileSync } from "node:fs";

/** The version in this package's package.json, which lies one folder up from sources and build alike. */
export function version(): string {
  const file = new URL("../package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}

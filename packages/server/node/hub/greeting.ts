import type { RosterEntry } from "@parlour/protocol";

let names: Intl.DisplayNames | undefined;

/** The English name of a country, or its code when there is none. */
function countryName(code: string): string {
  names ??= new Intl.DisplayNames(["en"], { type: "region" });
  return names.of(code) ?? code;
}

/** A sentence or three for who enters a public room: where, as whom, and who else is here. */
export function greeting(
  room: { readonly name: string; readonly title?: string },
  you: RosterEntry,
  others: readonly RosterEntry[],
): string {
  const from = you.country === undefined ? "" : ` from ${countryName(you.country)}`;
  const people =
    others.length === 0 ? "You are the first one here." : `${others.length + 1} people are here.`;
  const host = you.role === "host" ? " You are the host." : "";
  return `Welcome to ${room.title ?? room.name}. You are ${you.name ?? "here"}${from}. ${people}${host}`;
}

import type { PeerId } from "@parlour/protocol";
import type { Seat } from "./seat.ts";

/**
 * The same seats with exactly one host: `chosen` when it is given, else who is host now, else the one who has been
 * in the room longest and is here, else the longest of all. No seats, no host.
 */
export function withHost(seats: readonly Seat[], chosen: PeerId | undefined): readonly Seat[] {
  const host =
    seats.find((seat) => seat.id === chosen) ??
    seats.find((seat) => seat.role === "host") ??
    seats.find((seat) => seat.presence === "here") ??
    seats[0];
  if (host === undefined) return seats;
  return seats.map((seat) => {
    const role = seat.id === host.id ? "host" : "member";
    return seat.role === role ? seat : { ...seat, role };
  });
}

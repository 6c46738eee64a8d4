import type { PeerId, RosterEntry } from "@parlour/protocol";
import { fakeClock } from "@parlour/testkit";
import { type PostOffice, type PostSetup, postOffice } from "./post-office.ts";

/** Lets promises that are under way come to their end. */
export const flush = () => new Promise((resolve) => setImmediate(resolve));
export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (data: Uint8Array) => new TextDecoder().decode(data);

export const entryOf = (number: number, epoch = `${number}`.repeat(16)): RosterEntry => ({
  id: `peer-${number}`,
  number,
  epoch,
  role: "member",
  presence: "here",
});
type Seats = Map<PeerId, { entry: RosterEntry; card: undefined }>;

/** Two pages whose server loses what is under way when it is cut. */
export function twoPages(
  clock = fakeClock(),
  carry?: (to: number, payload: Uint8Array, deliver: (payload: Uint8Array) => void) => void,
) {
  const log: string[] = [];
  const entries = [entryOf(1), entryOf(2)] as [RosterEntry, RosterEntry];
  const seats = entries.map(
    (_, i): Seats =>
      new Map([[entries[1 - i]?.id ?? "", { entry: entries[1 - i] as RosterEntry, card: undefined }]]),
  ) as [Seats, Seats];
  const offices: PostOffice[] = [];
  const sent: { to: number; payload: Uint8Array }[] = [];
  for (const i of [0, 1]) {
    const setup: PostSetup = {
      own: { me: entries[i] as RosterEntry, membership: undefined },
      seats: seats[i] as Seats,
      timekeeper: clock,
      log: (event) => log.push(event),
      signal(number, payload) {
        const to = number - 1;
        sent.push({ to, payload });
        const deliver = (what: Uint8Array) => offices[to]?.receive(entries[1 - to]?.id ?? "", what);
        if (carry) carry(to, payload, deliver);
        else clock.after(5, () => deliver(payload.slice()));
        return true;
      },
    };
    offices.push(postOffice(setup));
  }
  return { clock, log, entries, seats, sent, offices: offices as [PostOffice, PostOffice] };
}

import type { TestPage } from "./browsers.ts";
import { until } from "./waiting.ts";

/** Whose link brings that peer's picture to this page, and whether anything comes by it; of a crowd's room with that number. */
export interface Comes {
  readonly via: string;
  readonly frames: number;
  readonly packets: number;
}
export function comes({ page }: TestPage, peer: string, crowded?: number): Promise<Comes | undefined> {
  return page.evaluate(
    async (name, number) => {
      const room =
        number === undefined ? window.room : (window.kept["rooms"] as (typeof window.room)[])[number];
      const peers = [...(room?.peers.values() ?? [])];
      const stream = peers.find((each) => each.name === name)?.media.get("camera")?.stream;
      const found = { via: "nobody", frames: 0, packets: 0 };
      for (const track of stream?.getTracks() ?? [])
        for (const { name: by, link } of peers)
          for (const receiver of link.connection?.getReceivers() ?? []) {
            if (receiver.track !== track) continue;
            found.via = by;
            for (const said of (await receiver.getStats()).values()) {
              if (said.type !== "inbound-rtp") continue;
              if (track.kind === "video") found.frames = said.framesDecoded ?? 0;
              else found.packets = said.packetsReceived ?? 0;
            }
          }
      return found;
    },
    peer,
    crowded,
  );
}
/** That peer's picture comes by this one's link now, and goes on; with `isHeard` its sound as well. */
export async function comesBy(
  tab: TestPage,
  peer: string,
  via: string,
  crowded?: number,
  isHeard = false,
): Promise<void> {
  await until(
    `${peer}'s picture by way of ${via}`,
    async () => (await comes(tab, peer, crowded))?.via === via,
  );
  const before = await comes(tab, peer, crowded);
  let now = before;
  await until(`${peer}'s picture and sound to go on by way of ${via}`, async () => {
    now = await comes(tab, peer, crowded);
    const isSeen = (now?.frames ?? 0) > (before?.frames ?? 0) + 3;
    return now?.via === via && isSeen && (!isHeard || now.packets > (before?.packets ?? 0));
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${JSON.stringify({ tab: tab.engine, before, now })}`);
  });
}
/** How media go as that page was told, and whose pages pass on, by name. */
export const plan = ({ page }: TestPage) =>
  page.evaluate(() => {
    const { topology, passers = {}, peers, self } = window.room;
    const nameOf = (id: string): string => (id === self.id ? self.name : (peers.get(id)?.name ?? "?"));
    return { topology, passers: Object.keys(passers).map(nameOf) };
  });
export const passedOnBy = (tab: TestPage, name: string): Promise<unknown> =>
  until(`${name} to pass on`, async () => (await plan(tab)).passers.includes(name));

import type { FromForwarder, PeerId } from "@parlour/protocol";
import type { RoomStatistics } from "../../core/seams.ts";

/** What a page hears of itself; undefined: it has no connection. */
export function inspectedOf(
  { receivers }: RoomStatistics,
  page: PeerId,
  n: number,
): Extract<FromForwarder, { readonly type: "inspected" }> | undefined {
  const found = receivers.find(({ peer }) => peer === page);
  if (found === undefined) return undefined;
  const { peer: _, pictures, ...receiver } = found;
  const places = pictures.map(({ mid, layer, layers, height }) => [mid, { layer, layers, height }]);
  return { type: "inspected", n, ...receiver, places: Object.fromEntries(places) };
}

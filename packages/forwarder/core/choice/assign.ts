/**
 * Which thing is in which place: what is there and still wanted stays where it is, the others take free places in their order.
 * Nothing moves from one place to another, as that would cost a picture.
 */
export function assignPlaces<Place, Thing>(
  places: readonly Place[],
  before: (place: Place) => Thing | undefined,
  wanted: readonly Thing[],
  fits: (place: Place, thing: Thing) => boolean,
): Map<Place, Thing | undefined> {
  const result = new Map<Place, Thing | undefined>();
  const open = new Set(wanted);
  for (const place of places) {
    const thing = before(place);
    const stays = thing !== undefined && open.has(thing) && fits(place, thing);
    result.set(place, stays ? thing : undefined);
    if (stays) open.delete(thing);
  }
  for (const thing of open) {
    const free = places.find((place) => result.get(place) === undefined && fits(place, thing));
    if (free !== undefined) result.set(free, thing);
  }
  return result;
}

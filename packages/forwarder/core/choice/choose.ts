import type { Connection } from "../connection.ts";
import type { Place } from "../downstream/place.ts";
import type { Page } from "../page.ts";
import type { Publication } from "../publication.ts";
import type { RoomMessage } from "../seams.ts";
import { assignPlaces } from "./assign.ts";
import { chooseLayers, type WantedPicture } from "./layers.ts";
import { loudest } from "./speakers.ts";

/** A layer that did not fit is not tried again for this long, whatever the figures say. */
const lowerForMs = 3_000;

/** Everything that pages publish, for the choices of one round. */
export interface Published {
  readonly sounds: readonly Publication[];
  /** By `peer/source`. */
  readonly pictures: ReadonlyMap<string, Publication>;
}

/** Puts sources in places; the message to the page when something changed there. Nothing new flows before it was told. */
export function choosePlaces(
  page: Page,
  connection: Connection,
  published: Published,
  isNew: boolean,
): RoomMessage | undefined {
  const places = [...connection.places.values()];
  if (places.length === 0 && !isNew) return undefined;
  const pictures: Publication[] = [];
  for (const { peer, source, height } of page.wants) {
    const publication = published.pictures.get(`${peer}/${source}`);
    if (publication !== undefined && height > 0 && peer !== page.peer) pictures.push(publication);
  }
  const forPictures = places.filter((place) => place.kind === "video");
  const forSound = places.filter((place) => place.kind === "audio");
  const heard = new Set(forSound.map((place) => place.assigned));
  const sounds = published.sounds.filter((publication) => publication.peer !== page.peer);
  const audible = sounds.length <= forSound.length ? sounds : sounds.filter((one) => one.sending === "on");
  const loud = loudest(audible, forSound.length, (publication) => heard.has(publication));
  const changedPictures = assign(forPictures, pictures.slice(0, forPictures.length));
  const changedSound = assign(forSound, loud);
  if (!changedPictures && !changedSound && !isNew) return undefined;
  const told: Record<string, { peer: string; source: string; kind: "audio" | "video" } | null> = {};
  for (const { mid, kind, assigned } of places)
    told[mid] = assigned === undefined ? null : { peer: assigned.peer, source: assigned.source, kind };
  return { type: "places", places: told };
}

function assign(places: readonly Place[], wanted: readonly Publication[]): boolean {
  const assigned = assignPlaces(places, (place) => place.assigned, wanted, fits);
  let isChanged = false;
  for (const [place, publication] of assigned) {
    if (place.assigned === publication) continue;
    place.assign(publication);
    isChanged = true;
  }
  return isChanged;
}

function fits(place: Place, publication: Publication): boolean {
  return publication.line.codecs.some((codec) => place.payloadTypeFor(codec) !== undefined);
}

/** Turns places to the streams that serve best. Returns whether more would be of use than fits. */
export function chooseStreams(page: Page, connection: Connection, now: number): boolean {
  let forSound = 0;
  const byPublication = new Map<Publication, Place>();
  for (const place of connection.places.values()) {
    const publication = place.assigned;
    if (publication === undefined) continue;
    if (place.kind === "video") byPublication.set(publication, place);
    else {
      const stream = publication.sending === "on" ? publication.layers[0] : undefined;
      if (stream === undefined) place.stop();
      else if (place.current !== stream) place.waitFor(stream, now);
      forSound += stream?.bits ?? 0;
    }
  }
  const wanted: WantedPicture[] = [];
  const places: Place[] = [];
  for (const { peer, source, height } of page.wants)
    for (const [publication, place] of byPublication)
      if (publication.peer === peer && publication.source === source) {
        byPublication.delete(publication);
        places.push(place);
        wanted.push({
          layers: publication.sending === "on" ? publication.layerFacts(now) : [],
          height,
          current: publication.layers.findIndex((stream) => stream !== undefined && stream === place.current),
        });
      }
  const { chosen, isShort } = chooseLayers(wanted, connection.downlink.bits - forSound);
  for (const [index, place] of places.entries())
    turn(place, wanted[index]?.current ?? -1, chosen[index] ?? -1, {
      isShort,
      isAsked: page.wantsChanged,
      now,
    });
  page.wantsChanged = false;
  return isShort;
}

function turn(
  place: Place,
  current: number,
  chosen: number,
  { isShort, isAsked, now }: { isShort: boolean; isAsked: boolean; now: number },
): void {
  const publication = place.assigned;
  const stream = publication?.layers[chosen];
  if (publication?.sending !== "on") place.stop();
  else if (stream === undefined) {
    // Nothing comes of it: what flowed last may go on. Or nothing fits.
    if (publication.layerFacts(now).some((layer) => layer.isFlowing)) place.stop();
    else place.stay();
  } else if (stream === place.current) place.stay();
  else if (chosen > current && current >= 0 && !isAsked && now - place.loweredAt < lowerForMs) place.stay();
  else {
    if (chosen < current && isShort) place.loweredAt = now;
    place.waitFor(stream, now);
  }
}

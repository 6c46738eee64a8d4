import type { PeerId } from "@parlour/protocol";
import type { Connection } from "./connection.ts";
import type { Sending } from "./seams.ts";

export interface WantedSource {
  readonly peer: PeerId;
  readonly source: string;
  readonly height: number;
}

/** One page of the room: what it said, which outlives its connections. */
export interface Page {
  readonly peer: PeerId;
  connection: Connection | undefined;
  sources: ReadonlyMap<string, { readonly audio: Sending; readonly video: Sending }>;
  /** Most important first. */
  wants: readonly WantedSource[];
  wantsChanged: boolean;
  /** What it was told last, to say nothing twice. */
  toldTracks: string;
  toldSpeakers: string;
  isToldPlaces: boolean;
}

export function newPage(peer: PeerId): Page {
  return {
    peer,
    connection: undefined,
    sources: new Map(),
    wants: [],
    wantsChanged: false,
    toldTracks: "",
    toldSpeakers: "",
    isToldPlaces: false,
  };
}

/** It may have missed what was said: everything is said anew. */
export function forgetTold(page: Page): void {
  page.toldTracks = "";
  page.toldSpeakers = "";
  page.isToldPlaces = false;
}

import type { Giving, Offer, OfferedFile, Taker, Taking } from "@parlour/client";
import { words } from "../../words/words.ts";
import { leftText, shareText, sizeText, speedText } from "./figures.ts";
import { type Outcome, problemText } from "./files.ts";

/** A transfer as a card shows it. */
export interface CardView {
  readonly name: string;
  /** Size, number of files, who: one line. */
  readonly facts: string;
  /** How it stands: one line or two. */
  readonly status: string;
  /** Undefined where there is nothing to go on with. */
  readonly bar: { readonly bytes: number; readonly total: number; readonly isMoving: boolean } | undefined;
  readonly isBad: boolean;
}

/** The files of a transfer that are listed one by one, at most. */
export const filesListed = 200;

const joined = (parts: readonly (string | undefined)[], by = " · "): string =>
  parts.filter((part) => part !== undefined && part !== "").join(by);

/** What there is to say of an offer. */
export function offerView(offer: Offer): CardView {
  const { files } = words;
  return {
    name: offer.name,
    facts: joined([sizeText(offer.size), countOf(offer.files), files.from(offer.from.name)]),
    status: offer.kept > 0 ? files.kept(sizeText(offer.kept)) : "",
    bar: undefined,
    isBad: false,
  };
}

export function takingView(taking: Taking, outcome: Outcome | undefined): CardView {
  const { files } = words;
  const facts = joined([sizeText(taking.size), countOf(taking.files), files.from(taking.from.name)]);
  const { bytes, bytesPerSecond, secondsLeft, peers } = taking.progress;
  const sofar = files.progress(sizeText(bytes), sizeText(taking.size));
  const view = (status: string, isMoving: boolean | undefined, isBad = false): CardView => ({
    name: taking.name,
    facts,
    status,
    bar: isMoving === undefined ? undefined : { bytes, total: taking.size, isMoving },
    isBad,
  });
  switch (taking.state) {
    case "starting":
      return view(files.starting, true);
    case "taking": {
      const moving = [
        bytesPerSecond > 0 ? speedText(bytesPerSecond) : undefined,
        leftText(secondsLeft),
        peers > 1 ? files.fromMany(peers) : undefined,
      ];
      return view(joined([sofar, ...moving]), true);
    }
    case "paused":
      return view(joined([files.paused, sofar]), false);
    case "waiting":
      return view(joined([sofar, files.waitingFor(taking.from.name)]), false);
    case "finishing":
      return view(files.finishing, true);
    case "done":
      return view(joined([files.received, files.sharing], ". "), undefined);
    case "failed":
      return view(problemText(outcome?.state === "failed" ? { code: outcome.code } : {}), false, true);
    case "cancelled":
      return view(files.cancelled, undefined);
  }
}

/** @param audience the name of the one to whom alone it is offered */
export function givingView(
  giving: Giving,
  audience: string | undefined,
): CardView & { readonly takers: readonly TakerView[] } {
  const { files } = words;
  const { bytesPerSecond } = giving.progress;
  const takers = [...giving.takers.values()].map((taker) => takerView(taker, giving.size));
  const isMoving = [...giving.takers.values()].some(({ state }) => state === "taking");
  const view = (status: string): CardView & { readonly takers: readonly TakerView[] } => ({
    name: giving.name,
    facts: joined([sizeText(giving.size), countOf(giving.files)]),
    status,
    bar: undefined,
    isBad: false,
    takers,
  });
  switch (giving.state) {
    case "preparing":
      return view(files.preparing);
    case "paused":
      return view(files.paused);
    case "ended":
      return view(files.given);
    case "offered":
      if (giving.isSpread && takers.length > 0) return view(files.spread);
      return view(
        joined([
          audience === undefined ? files.offeredToAll : files.offeredTo(audience),
          isMoving && bytesPerSecond > 0 ? speedText(bytesPerSecond) : undefined,
        ]),
      );
  }
}

export interface TakerView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}
function takerView({ peer, state, bytes }: Taker, total: number): TakerView {
  const { files } = words;
  const share = shareText(bytes, total);
  const status = {
    offered: files.takerOffered,
    taking: share,
    paused: files.takerPaused(share),
    done: files.takerDone,
    declined: files.takerDeclined,
    failed: files.takerFailed,
  }[state];
  return { id: peer.id, name: peer.name, status };
}

/** More than one file is worth a number; one has a name. */
function countOf(files: readonly OfferedFile[]): string | undefined {
  return files.length === 1 ? undefined : words.files.count(files.length);
}

/** A file with the folders that it lies in. */
export const pathOf = ({ path, name }: OfferedFile): string => [...path, name].join("/");

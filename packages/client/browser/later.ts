import { parlourError } from "./error.ts";

let again = 0;

/**
 * A module that is loaded when it is needed. One that can't be had is an error with a code, and may be asked for again: Firefox
 * remembers for as long as the page lives that it could not have one, but not under another name.
 */
export const loaded = <Module>(load: () => Promise<Module>): Promise<Module> =>
  load()
    .catch((error: unknown) => {
      const address = / module: (http\S+)$/.exec(String(error))?.[1];
      if (!address) throw error;
      return import(/* @vite-ignore */ /* webpackIgnore: true */ `${address}?${++again}`) as Promise<Module>;
    })
    .catch((cause: unknown) => {
      throw parlourError("unreachable", { cause });
    });

/** What nobody needs to come in and be connected: it is loaded once that is done, or by whoever is first to ask for it. */
export const beside = (): Promise<typeof import("./beside.ts")> => loaded(() => import("./beside.ts"));

export type Rest = typeof import("./rest.ts");
/** As `pageRest`, once. */
export const rest = async (): Promise<Rest> => {
  pageRest.there ??= await loaded(() => import("./rest.ts"));
  return pageRest.there;
};
/** The other half of every machine that runs a room (decision 16). */
export interface RestSource {
  /** Undefined until it was loaded. */
  readonly there: Rest | undefined;
  /** Calls back once it is there. When it can't be had it is asked for again a second later, as long as it `isWanted`. */
  need(then: (rest: Rest) => void, isWanted: () => boolean): void;
}
const againMs = 1_000;

export const pageRest = {
  there: undefined as Rest | undefined,
  need(then: (rest: Rest) => void, isWanted: () => boolean): void {
    rest().then(then, () => {
      if (isWanted()) setTimeout(() => pageRest.need(then, isWanted), againMs);
    });
  },
};

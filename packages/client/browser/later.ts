import { parlourError } from "./error.ts";

/** A module that is loaded when it is needed. One that can't be had is an error with a code, and may be asked for again. */
export const loaded = <Module>(module: Promise<Module>): Promise<Module> =>
  module.catch((cause: unknown) => {
    throw parlourError("unreachable", { cause });
  });

/** What nobody needs to come in and be connected: it is loaded once that is done, or by whoever is first to ask for it. */
export const beside = (): Promise<typeof import("./beside.ts")> => loaded(import("./beside.ts"));

/** One step in the making of a machine whose other half may not be there yet (decision 16). */
export interface Halved<Further> {
  /** Undefined while it is not there. */
  readonly further: Further | undefined;
  /** It takes the other half, which is not given: the step is none. */
  isStuck?: boolean;
}

/** Does what the other half does, if it is there. */
export function beyond<
  Work extends Halved<{ readonly [K in What]: (work: Work, about: About) => Result }>,
  What extends string,
  About,
  Result,
>(work: Work, what: What, about: About): Result | undefined {
  if (work.further) return work.further[what](work, about);
  work.isStuck = true;
  return undefined;
}

/**
 * Puts a message in its place. A live one (from its author, just now) comes last, whatever its author's clock says; one
 * that was passed on goes where its time puts it. The oldest are dropped over `most`.
 */
export function placed<T extends { readonly at: number }>(
  list: readonly T[],
  item: T,
  isLive: boolean,
  most: number,
): readonly T[] {
  const before = isLive ? list.length : list.findLastIndex(({ at }) => at <= item.at) + 1;
  return [...list.slice(0, before), item, ...list.slice(before)].slice(-most);
}

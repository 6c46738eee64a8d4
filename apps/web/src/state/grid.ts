/** Width and height in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Every tile's size, whole pixels. */
  readonly tile: Size;
}

/** Tiles are 16:9, and 3:4 where the space is clearly taller than wide (a phone held upright). */
export function ratioFor({ width, height }: Size): number {
  return height > width * 1.15 ? 3 / 4 : 16 / 9;
}

/**
 * The grid whose tiles are largest: equal tiles of the given ratio, `gap` pixels apart. With an equal area the one with fewer
 * empty places wins, so that a last row is as full as can be.
 */
export function layOut(count: number, space: Size, gap: number, ratio = ratioFor(space)): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), tile: { width: 0, height: 0 } };
  let fewestEmpty = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(Math.max(1, count) / columns);
    const cellWidth = (space.width - gap * (columns - 1)) / columns;
    const cellHeight = (space.height - gap * (rows - 1)) / rows;
    const width = Math.max(0, Math.floor(Math.min(cellWidth, cellHeight * ratio)));
    const empty = columns * rows - count;
    if (width > best.tile.width || (width === best.tile.width && empty < fewestEmpty)) {
      best = { columns, rows, tile: { width, height: Math.floor(width / ratio) } };
      fewestEmpty = empty;
    }
  }
  return best;
}

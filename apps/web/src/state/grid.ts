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

/** Where something stands on the stage, in CSS pixels from its start (left, or right in right-to-left pages) and top. */
export interface Place extends Size {
  readonly x: number;
  readonly y: number;
}
export interface StageWish {
  /** How many people there are. */
  readonly people: number;
  /** Which of them is pinned, from 0. */
  readonly pinned: number | undefined;
  /** How many screens are shared. */
  readonly shares: number;
  readonly space: Size;
  readonly gap: number;
}
export interface Arrangement {
  readonly shares: readonly Place[];
  /** In the order of the people. */
  readonly people: readonly Place[];
}

/** The strip's part of the stage: enough to know faces by, little enough to leave the screen its place. */
const stripPart = 0.2;
/** The strip is never higher (or wider, at the side) than this. */
const stripMost = { height: 150, width: 260 };

/** Places everything: people in a grid, or shared screens and the pinned person large with the others as a strip. */
export function arrange({ people, pinned, shares, space, gap }: StageWish): Arrangement {
  const hasPinned = pinned !== undefined && pinned < people;
  const large = shares + (hasPinned ? 1 : 0);
  if (large === 0) return { shares: [], people: placed(people, { x: 0, y: 0, ...space }, gap) };
  const others = people - (hasPinned ? 1 : 0);
  const [main, strip] = split(space, others, gap);
  const stage = cells(large, main, gap);
  const small = placed(others, strip, gap, 16 / 9);
  const pinnedPlace = hasPinned ? stage[shares] : undefined;
  return {
    shares: stage.slice(0, shares),
    people: pinnedPlace === undefined ? small : small.toSpliced(pinned ?? 0, 0, pinnedPlace),
  };
}

/** What is large, and the strip: below, or beside where that leaves more for a 16:9 screen. */
function split(space: Size, others: number, gap: number): readonly [Place, Place] {
  const { width, height } = space;
  if (others === 0)
    return [
      { x: 0, y: 0, ...space },
      { x: 0, y: 0, width: 0, height: 0 },
    ];
  const below = Math.min(stripMost.height, Math.floor(height * stripPart));
  const beside = Math.min(stripMost.width, Math.floor(width * stripPart));
  const mainBelow = { x: 0, y: 0, width, height: Math.max(0, height - below - gap) };
  const mainBeside = { x: 0, y: 0, width: Math.max(0, width - beside - gap), height };
  const area = (size: Size) => Math.min(size.width, (size.height * 16) / 9);
  return area(mainBeside) > area(mainBelow)
    ? [mainBeside, { x: width - beside, y: 0, width: beside, height }]
    : [mainBelow, { x: 0, y: height - below, width, height: below }];
}

/** Equal tiles of one ratio in the middle of a place, the last row in the middle too. */
function placed(count: number, place: Place, gap: number, ratio?: number): readonly Place[] {
  const { columns, rows, tile } = layOut(count, place, gap, ratio ?? ratioFor(place));
  const used = rows * tile.height + (rows - 1) * gap;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const start = (place.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: Math.round(place.x + start + (index % columns) * (tile.width + gap)),
      y: Math.round(place.y + (place.height - used) / 2 + row * (tile.height + gap)),
      ...tile,
    };
  });
}

/** Equal parts that fill a place: what is shown in them keeps its own shape. */
function cells(count: number, place: Place, gap: number): readonly Place[] {
  const { columns, rows } = layOut(count, place, gap, 16 / 9);
  const height = Math.floor((place.height - (rows - 1) * gap) / rows);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const width = Math.floor((place.width - (inRow - 1) * gap) / inRow);
    return {
      x: place.x + (index % columns) * (width + gap),
      y: place.y + row * (height + gap),
      width,
      height,
    };
  });
}

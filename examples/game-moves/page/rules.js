// Four in a row: discs fall into columns, and four of a colour in a line win.

export const columns = 7;
export const rows = 6;

/** Every line of four, as places on the board. Place 0 is at the bottom left. */
const lines = [];
for (let column = 0; column < columns; column += 1)
  for (let row = 0; row < rows; row += 1)
    for (const [right, up] of [
      [1, 0],
      [0, 1],
      [1, 1],
      [1, -1],
    ]) {
      const line = [0, 1, 2, 3].map((n) => [column + n * right, row + n * up]);
      if (line.every(([x, y]) => x < columns && y >= 0 && y < rows))
        lines.push(line.map(([x, y]) => y * columns + x));
    }

/**
 * The board after those moves (columns, in order), or undefined when one of them breaks the rules.
 *
 * @param {readonly number[]} moves
 * @param {0 | 1} starter whose turn it is first
 * @returns {{ cells: (0 | 1 | undefined)[], heights: number[], turn: 0 | 1, winner: 0 | 1 | undefined, line: number[],
 *   isOver: boolean } | undefined}
 */
export function boardAfter(moves, starter) {
  const cells = Array.from({ length: columns * rows }, () => undefined);
  const heights = Array.from({ length: columns }, () => 0);
  let turn = starter;
  let winner;
  let line = [];
  for (const column of moves) {
    const height = heights[column];
    if (winner !== undefined || height === undefined || height === rows) return undefined;
    const place = height * columns + column;
    cells[place] = turn;
    heights[column] += 1;
    line = lines.find((each) => each.includes(place) && each.every((one) => cells[one] === turn)) ?? [];
    if (line.length > 0) winner = turn;
    turn = 1 - turn;
  }
  return {
    cells,
    heights,
    turn,
    winner,
    line,
    isOver: winner !== undefined || moves.length === cells.length,
  };
}

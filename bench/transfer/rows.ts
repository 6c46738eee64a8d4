/** The rows of the table, and how figures stand in it. */

/** A row of the table, said at once as well: the whole takes minutes. */
export function note(rows: string[][], row: string[]): void {
  rows.push(row);
  console.log(row.join("  "));
}

export const fixed = (value: number, digits = 1): string => value.toFixed(digits);
export const ratio = (value: number, to: number): string => `${fixed(value)} (${fixed(value / to, 2)} R)`;

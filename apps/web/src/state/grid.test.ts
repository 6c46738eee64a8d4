import { describe, expect, it } from "vitest";
import { layOut, ratioFor } from "./grid.ts";

const wide = { width: 1400, height: 760 };
const phone = { width: 374, height: 640 };

describe("the grid of people", () => {
  it("[W1] gives every count from 1 to 12 the largest tiles that any number of columns allows", () => {
    for (const space of [wide, phone, { width: 1024, height: 600 }, { width: 700, height: 700 }]) {
      for (let count = 1; count <= 12; count += 1) {
        const ratio = ratioFor(space);
        const { columns, rows, tile } = layOut(count, space, 8);
        expect(columns * rows).toBeGreaterThanOrEqual(count);
        expect(columns * tile.width + 8 * (columns - 1)).toBeLessThanOrEqual(space.width);
        expect(rows * tile.height + 8 * (rows - 1)).toBeLessThanOrEqual(space.height);
        for (let other = 1; other <= count; other += 1) {
          const otherRows = Math.ceil(count / other);
          const byWidth = (space.width - 8 * (other - 1)) / other;
          const byHeight = ((space.height - 8 * (otherRows - 1)) / otherRows) * ratio;
          expect(tile.width).toBeGreaterThanOrEqual(Math.floor(Math.min(byWidth, byHeight)));
        }
      }
    }
  });

  it("[W2] keeps tiles at 16:9, and at 3:4 on a phone held upright", () => {
    expect(ratioFor(wide)).toBeCloseTo(16 / 9);
    expect(ratioFor(phone)).toBeCloseTo(3 / 4);
    const { tile } = layOut(4, wide, 8);
    expect(tile.width / tile.height).toBeCloseTo(16 / 9, 1);
  });

  it("lays two people side by side where it is wide and one above the other on a phone", () => {
    expect(layOut(2, wide, 8)).toMatchObject({ columns: 2, rows: 1 });
    expect(layOut(2, phone, 8)).toMatchObject({ columns: 1, rows: 2 });
    expect(layOut(4, wide, 8)).toMatchObject({ columns: 2, rows: 2 });
  });

  it("has tiles of no size in no space", () => {
    expect(layOut(3, { width: 0, height: 0 }, 8).tile).toEqual({ width: 0, height: 0 });
  });
});

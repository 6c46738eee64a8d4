import { describe, expect, it } from "vitest";
import { arrange, layOut, type Place, ratioFor } from "./grid.ts";

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

describe("the stage with something large", () => {
  const spaces = [
    { width: 1440, height: 740 },
    { width: 1024, height: 600 },
    { width: 390, height: 690 },
  ];
  const overlaps = (one: Place, other: Place) =>
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height;

  it("[W40] leaves nobody out, nothing over another, nothing outside", () => {
    for (const space of spaces)
      for (let people = 1; people <= 12; people += 1)
        for (const shares of [0, 1, 2, 3])
          for (const pinned of [undefined, 0, people - 1]) {
            const { people: seats, shares: screens } = arrange({ people, pinned, shares, space, gap: 8 });
            expect([seats.length, screens.length]).toEqual([people, shares]);
            const all = [...seats, ...screens];
            for (const [index, place] of all.entries()) {
              expect(place.width, JSON.stringify({ space, people, shares, pinned })).toBeGreaterThan(20);
              expect(place.x).toBeGreaterThanOrEqual(0);
              expect(place.y).toBeGreaterThanOrEqual(0);
              expect(place.x + place.width).toBeLessThanOrEqual(space.width);
              expect(place.y + place.height).toBeLessThanOrEqual(space.height);
              for (const other of all.slice(index + 1)) expect(overlaps(place, other)).toBe(false);
            }
          }
  });

  it("[W40] gives the large ones more than half of the space", () => {
    for (const space of spaces) {
      const { shares } = arrange({ people: 5, pinned: undefined, shares: 1, space, gap: 8 });
      const [screen] = shares;
      expect((screen?.width ?? 0) * (screen?.height ?? 0)).toBeGreaterThan(space.width * space.height * 0.5);
      const { people } = arrange({ people: 5, pinned: 2, shares: 0, space, gap: 8 });
      expect(people[2]?.width).toBeGreaterThan(2 * (people[0]?.width ?? 0));
    }
  });

  it("is the grid when nothing is large, also when who was pinned left", () => {
    const space = { width: 1440, height: 740 };
    const { people } = arrange({ people: 4, pinned: 7, shares: 0, space, gap: 8 });
    expect(new Set(people.map(({ width }) => width)).size).toBe(1);
  });
});

import { cleanName, limits } from "@parlour/protocol";
import { describe, expect, it } from "vitest";
import { isFormOf, nameKey, toldApart } from "./names.ts";
import { hello, namesOf, rehearse, welcomeIn } from "./rehearsal.ts";
import { twoWordName } from "./two-word-name.ts";
import { animals, tempers } from "./words.ts";

describe("names", () => {
  it("[R50] that are taken get the first free number", () => {
    expect(toldApart("Ada", [])).toBe("Ada");
    expect(toldApart("Ada", ["Bob"])).toBe("Ada");
    expect(toldApart("Ada", ["Ada"])).toBe("Ada 2");
    expect(toldApart("Ada", ["Ada", "Ada 2", "Ada 4"])).toBe("Ada 3");
    expect(toldApart("Ada 2", ["Ada", "Ada 2"])).toBe("Ada 2 2");
  });

  it.each([
    ["Ada", "aDA"],
    ["ﬁona", "Fiona"],
    ["Ａｄａ", "Ada"],
    ["Straße", "STRASSE"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["Zoë", "Zoe\u0308"],
    ["①", "1"],
  ])("[R50] %s and %s are the same", (a, b) => {
    expect(nameKey(a)).toBe(nameKey(b));
    expect(toldApart(a, [b])).not.toBe(a);
  });

  it("[R50] of others are others", () => {
    expect(new Set(["Ada", "Adà", "Ad", "Ada 2", "Ada2", "🦦"].map(nameKey)).size).toBe(6);
  });

  it("[R50] are unique in a room, however many ask for the same", () => {
    const tea = rehearse();
    for (let n = 0; n < 40; n++) tea.give(hello(`p${n}`, { name: n % 2 === 0 ? "Ada" : "ADA" }));
    const keys = (tea.state?.seats ?? []).map((seat) => nameKey(seat.name ?? ""));
    expect(new Set(keys).size).toBe(40);
    expect(keys.at(-1)).toBe("ada 40");
  });

  it("[R50] of a seat in its grace are still taken", () => {
    const tea = rehearse();
    tea.give(hello("Ada"));
    tea.give({ type: "drop", connection: "Ada's connection", why: "silent" });
    const { you, peers } = welcomeIn(tea.give(hello("x", { name: "Ada" })));
    expect(you.name).toBe("Ada 2");
    expect(namesOf(peers)).toEqual(["Ada"]);
  });

  it.each(["A".repeat(40), "🦦".repeat(40), `${"A".repeat(37)} BC`])(
    "[R51] keep their length: %s",
    (long) => {
      const taken = [long];
      for (let n = 0; n < 12; n++) taken.push(toldApart(long, taken));
      expect(new Set(taken.map(nameKey)).size).toBe(13);
      for (const name of taken) {
        expect([...name].length).toBeLessThanOrEqual(limits.nameCharacters);
        expect(cleanName(name)).toBe(name);
        expect(isFormOf(name, long)).toBe(true);
      }
    },
  );

  it("[R18] know whose form they are", () => {
    expect(isFormOf("Ada 2", "Ada")).toBe(true);
    expect(isFormOf("ada 12", "ADA")).toBe(true);
    expect(isFormOf("Ada", "Ada 2")).toBe(false);
    expect(isFormOf("Ada 2", "Ad")).toBe(false);
    expect(isFormOf("Ada2", "Ada")).toBe(false);
    expect(isFormOf("Bob 2", "Ada")).toBe(false);
  });
});

describe("two words", () => {
  it("[R52] are given to who asks for no name", () => {
    const tea = rehearse();
    expect(welcomeIn(tea.give(hello("x", { name: undefined }))).you.name).toBe("Quiet Otter");
    expect(welcomeIn(tea.give(hello("y", { name: undefined }))).you.name).toBe("Quiet Otter 2");
  });

  it("[R52] make more than 10,000 names, each as it should look", () => {
    expect(new Set(tempers).size).toBe(tempers.length);
    expect(new Set(animals).size).toBe(animals.length);
    expect(tempers.length * animals.length).toBeGreaterThan(10_000);
    for (const word of [...tempers, ...animals]) expect(word).toMatch(/^[A-Z][a-z]{1,11}$/);
  });

  it("[R52] follow from what is drawn", () => {
    expect(twoWordName(() => 0)).toBe("Able Albatross");
    expect(twoWordName((n) => n - 1)).toBe("Witty Zebra");
    const asked: number[] = [];
    twoWordName((n) => {
      asked.push(n);
      return 0;
    });
    expect(asked).toEqual([tempers.length, animals.length]);
  });
});

import { type Random, runSeeds } from "@parlour/testkit";
import { describe, expect, it } from "vitest";
import { placed } from "./placed.ts";
import { type Chat, have, isWanted, lacking, type SignedMessage } from "./signed-chat.ts";

const message = (author: string, n: number, at = n): SignedMessage => ({
  id: `${author}-${n}`,
  author,
  sign: "",
  name: author,
  n,
  at,
  text: `${author} ${n}`,
  signature: "",
});
const most = 20;
const take = (chat: Chat, one: SignedMessage, isLive: boolean): Chat =>
  isWanted(chat, one, isLive, most) ? placed(chat, one, isLive, most) : chat;

describe("what a page has, and what another lacks", () => {
  it("[P11] is told in runs, so that a gap is asked for and nothing twice", () => {
    const chat = [message("ada", 1), message("ada", 2), message("bo", 7), message("ada", 4)];
    expect(have(chat)).toEqual({ ada: [1, 2, 4, 4], bo: [7, 7] });
    const full = [...chat, message("ada", 3), message("bo", 8), message("cy", 1)];
    expect(lacking(full, have(chat), most).map(({ id }) => id)).toEqual(["ada-3", "bo-8", "cy-1"]);
    expect(lacking(chat, have(full), most)).toEqual([]);
  });

  it("[P11] counts as nothing when it makes no sense", () => {
    const chat = [message("ada", 1)];
    for (const nonsense of [
      {},
      { ada: 7 },
      { ada: "all" },
      { ada: [] },
      { ada: ["x", null] },
      { ada: [2, 1] },
    ]) {
      expect(lacking(chat, nonsense, most)).toEqual(chat);
    }
  });

  it("[P12] keeps the first of two messages that have the same author and number", () => {
    const chat = take([], message("ada", 1), true);
    expect(take(chat, { ...message("ada", 1), text: "another" }, true)).toBe(chat);
  });

  it("[P13] drops the oldest over the bound, and does not take them in again", () => {
    let chat: Chat = [];
    for (let n = 1; n <= most + 5; n++) chat = take(chat, message("ada", n), true);
    expect(chat).toHaveLength(most);
    expect(chat[0]?.n).toBe(6);
    expect(take(chat, message("ada", 3), false)).toBe(chat);
  });

  it("[P13] takes a live message from an author whose clock is slow, and puts it last", () => {
    let chat: Chat = [];
    for (let n = 1; n <= most; n++) chat = take(chat, message("ada", n, 1_000 + n), true);
    chat = take(chat, message("bo", 1, 5), true);
    expect(chat.at(-1)?.author).toBe("bo");
  });

  it("[P14] ends up the same on every page, however messages were lost on the way", () => {
    const seeds = runSeeds({ seeds: 2_000, env: process.env }, (random: Random) => {
      const names = ["ada", "bo", "cy", "di"];
      const pages = new Map<string, Chat>(names.map((name) => [name, []]));
      let time = 1;
      const exchange = (a: string, b: string): void => {
        for (const [from, to] of [
          [a, b],
          [b, a],
        ] as const) {
          const theirs = have(pages.get(to) as Chat);
          for (const one of lacking(pages.get(from) as Chat, theirs, most)) {
            pages.set(to, take(pages.get(to) as Chat, one, false));
          }
        }
      };
      for (let i = 0; i < 15; i++) {
        const author = random.pick(names);
        const chat = pages.get(author) as Chat;
        const one = message(author, chat.filter((one) => one.author === author).length + 1, time++);
        for (const name of names) {
          if (name === author || random.chance(0.5))
            pages.set(name, take(pages.get(name) as Chat, one, true));
        }
        if (random.chance(0.2)) exchange(random.pick(names), random.pick(names));
      }
      // Everyone's channels open again, along a line: what one end knows passes through the others.
      for (let round = 0; round < 3; round++)
        for (let i = 1; i < names.length; i++) exchange(names[i - 1] as string, names[i] as string);
      const ids = names.map((name) => (pages.get(name) as Chat).map(({ id }) => id).sort());
      for (const one of ids) {
        expect(one).toEqual(ids[0]);
        expect(new Set(one).size).toBe(15);
      }
    });
    expect(seeds).toBeGreaterThan(0);
  });
});

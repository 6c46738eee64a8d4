import { stepKinds } from "@parlour/client/inspect";
import { describe, expect, it } from "vitest";
import { attributes } from "../../../../../packages/client/core/inspect/sdp-attributes.ts";
import { termsOfStep } from "../../parts/inspector/terms.tsx";
import { inspectorDe } from "./inspector-de.ts";
import { inspectorEn } from "./inspector-en.ts";
import { filled } from "./words.ts";

const flat = (value: unknown, place = ""): readonly (readonly [string, string])[] =>
  typeof value === "string"
    ? [[place, value]]
    : Object.entries(value as object).flatMap(([key, inner]) => flat(inner, `${place}.${key}`));
const blanks = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe("the inspector's words", () => {
  it("[I15] are complete in German: the same places, the same blanks, nothing left in English", () => {
    const english = new Map(flat(inspectorEn));
    const german = flat(inspectorDe);
    expect(german.map(([place]) => place).sort()).toEqual([...english.keys()].sort());
    const uneven = german.filter(
      ([place, text]) => blanks(text).join() !== blanks(english.get(place) ?? "").join(),
    );
    expect(uneven.map(([place]) => place)).toEqual([]);
    const same = german.filter(([place, text]) => english.get(place) === text).map(([, text]) => text);
    // Names that German has taken over.
    const taken = ["SDP", "ICE", "STUN", "TURN", "NAT", "DTLS", "SRTP", "SCTP", "BUNDLE", "Server", "Relay"];
    expect(same.filter((text) => !taken.includes(text))).toEqual([]);
  });

  it("[I5][I6] have a title and a sentence for every step, and one for every line of a description", () => {
    expect(stepKinds.filter((kind) => !Object.hasOwn(inspectorEn.steps, kind))).toEqual([]);
    expect(
      Object.keys(termsOfStep).filter((kind) => !(stepKinds as readonly string[]).includes(kind)),
    ).toEqual([]);
    const topics = Object.entries(attributes).map(([name, { topic = name }]) => `a:${topic}`);
    const all = [...new Set(topics), "a:?", "?", "v", "o", "s", "t", "c", "b", "m"];
    expect(all.filter((topic) => !Object.hasOwn(inspectorEn.lines, topic))).toEqual([]);
    expect(filled("{count} of {all}{none}", { count: 2, all: "3" })).toBe("2 of 3");
  });
});

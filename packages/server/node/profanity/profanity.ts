/** Tells words that a public room does not take. */
export interface ProfanityFilter {
  isProfane(text: string): boolean;
}

/**
 * Ordinary words and names that the data set's patterns catch inside; matched as they stand, before leetspeak is resolved.
 * Add to it when someone reports one.
 */
const ordinary = [
  "assort",
  "assegai",
  "assn",
  "cockpit",
  "cocksure",
  "cumin",
  "cumming",
  "cumquat",
  "cum laude",
  "dickinson",
  "dickson",
  "dickerson",
  "dickey",
  "dickie",
  "dick van dyke",
  "vandyke",
  "offa's dyke",
  "medick",
  "moby dick",
  "fagan",
  "fagioli",
  "fagus",
  "fukuda",
  "fukui",
  "fukuoka",
  "fukushima",
  "fukien",
  "fu manchu",
  "tu fu",
  "du fu",
  "anusha",
  "bananus",
  "ganus",
  "rapeseed",
  "rape seed",
  "retardant",
  "shiitake",
  "shitzu",
  "mishit",
  "wankel",
  "semenov",
  "turdus",
  "analgesi",
  "analects",
  "analepsis",
  "analemma",
  "boobook",
  "booby trap",
  "penistone",
  "pissarro",
  "pussycat",
  "pussy willow",
  "great tit",
  "blue tit",
  "tit for tat",
] as const;

// One letter, then one to three characters that are none, three times or more: "f u c k", "s.h.i.t", "f-u-c-k".
const spelledOut =
  /(?<![\p{L}\p{N}])[\p{L}\p{N}@$!*](?:[^\p{L}\p{N}]{1,3}[\p{L}\p{N}@$!*](?![\p{L}\p{N}])){2,}/gu;
// A number, with a currency before or a short unit after it, is no leetspeak: 455, $455, 455px, 1.455, 4:55.
const numbers = /(?<![\p{L}\p{N}@!*])[#$€£+-]?\d[\d.,:;/+%-]*(?:(?<=\d{2})\p{L}{1,3})?(?![\p{L}\p{N}@$!*])/gu;
const invisible = /[\p{Cf}\p{Mn}]/gu;

/**
 * Loads the word list (English, with the common evasions: digits and signs for letters, doubled letters, look-alikes of other
 * alphabets, letters set apart). Loaded when first needed: a server with private rooms only never does.
 */
export async function loadProfanityFilter(): Promise<ProfanityFilter> {
  const { DataSet, RegExpMatcher, englishDataset, englishRecommendedTransformers } = await import(
    "obscenity"
  );
  const matcher = new RegExpMatcher({
    ...new DataSet<{ originalWord: string }>()
      .addAll(englishDataset)
      .addPhrase((phrase) => {
        let result = phrase.setMetadata({ originalWord: "ordinary" });
        for (const word of ordinary) result = result.addWhitelistedTerm(word);
        return result;
      })
      .build(),
    ...englishRecommendedTransformers,
  });
  return {
    isProfane(text) {
      const plain = text.normalize("NFKC").replace(invisible, "").replace(numbers, " ");
      if (matcher.hasMatch(plain)) return true;
      return (plain.match(spelledOut) ?? []).some((run) =>
        matcher.hasMatch(run.replace(/[^\p{L}\p{N}@$!*]/gu, "")),
      );
    },
  };
}

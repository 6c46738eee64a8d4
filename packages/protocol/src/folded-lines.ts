/**
 * A text whose lines repeat themselves, as those of session descriptions with many media lines do: each different line once, and in
 * which order they follow each other.
 */
export interface FoldedLines {
  readonly lines: readonly string[];
  /** Pairs: the index of a line, and how many of `lines` follow from there on. */
  readonly runs: readonly number[];
}

/** `unfoldLines` gives the same text again, whatever it is. */
export function foldLines(text: string): FoldedLines {
  const known = new Map<string, number>();
  const runs: number[] = [];
  let next = -1;
  for (const line of text.split("\r\n")) {
    const at = known.get(line) ?? known.size;
    known.set(line, at);
    if (at === next) (runs[runs.length - 1] as number)++;
    else runs.push(at, 1);
    next = at + 1;
  }
  return { lines: [...known.keys()], runs };
}

/** The text, folded or not. Undefined when it is none, or would have more than `most` characters: a line that is named often is long quickly. */
export function unfoldLines(text: string | FoldedLines, most: number): string | undefined {
  if (typeof text === "string") return text.length > most ? undefined : text;
  const { lines, runs } = text;
  const all: string[] = [];
  let characters = -2;
  for (let pair = 0; pair < runs.length; pair += 2) {
    const [from = -1, count = 0] = [runs[pair], runs[pair + 1]];
    if (from < 0 || count < 1 || from + count > lines.length) return undefined;
    for (let at = from; at < from + count; at++) {
      const line = lines[at] as string;
      characters += line.length + 2;
      if (characters > most) return undefined;
      all.push(line);
    }
  }
  return all.join("\r\n");
}

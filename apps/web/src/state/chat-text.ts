/** A piece of a message: plain text, or an address that can be followed. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string };

/** Addresses with a scheme, and `www.`; what may end a sentence is not part of one. */
const address = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+/giu;
const sentenceEnd = /[.,:;!?…)\]}'"»”’*_]+$/u;

/** Finds links in what people write. Nothing behind them is fetched. */
export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(address)) {
    const shown = trimmed(match[0]);
    const href = /^www\./i.test(shown) ? `https://${shown}` : shown;
    if (!URL.canParse(href)) continue;
    if (match.index > at) parts.push({ kind: "text", text: text.slice(at, match.index) });
    parts.push({ kind: "link", text: shown, href });
    at = match.index + shown.length;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  return parts;
}

/** Without the end of its sentence; a closing bracket stays where the address opened one. */
function trimmed(found: string): string {
  const end = sentenceEnd.exec(found)?.[0] ?? "";
  if (end === "") return found;
  const rest = found.slice(0, found.length - end.length);
  return end.startsWith(")") && rest.split("(").length > rest.split(")").length ? `${rest})` : rest;
}

// Put together at run time, because the compiler's target is older than the flag; every supported browser has it.
const sets = "v";
const fewEmoji = new RegExp("^(?:\\p{RGI_Emoji}\\s*){1,3}$", sets);

/** One to three emoji and nothing else: shown larger. */
export function isOnlyEmoji(text: string): boolean {
  return fewEmoji.test(text.trim());
}

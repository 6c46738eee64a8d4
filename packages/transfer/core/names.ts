/** Names that come from another system, made safe to be created on any. */

/** Controls, and what is not seen but turns, joins or hides what is (Unicode categories Cc and Cf, and its line ends). */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const forbidden = /[/\\:*?"<>|]/g;
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/i;
const mostCharacters = 120;
/** What file systems take as one name (ext4, APFS, NTFS count differently; this many bytes of UTF-8 suit all). */
const mostBytes = 240;

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Name and ending; the ending with its dot, and only when it is short. */
function split(name: string): [stem: string, ending: string] {
  const at = name.lastIndexOf(".");
  return at > 0 && name.length - at <= 16 ? [name.slice(0, at), name.slice(at)] : [name, ""];
}

function shortened(name: string, more = ""): string {
  const [stem, ending] = split(name);
  const characters = [...stem];
  const isLong = (): boolean => {
    const all = characters.join("") + more + ending;
    return all.length > mostCharacters || utf8Length(all) > mostBytes;
  };
  while (characters.length > 1 && isLong()) characters.pop();
  return characters.join("") + more + ending;
}

/** One part of a path: no way up or elsewhere, nothing that can't be seen or turns the text around, nothing that a system forbids. */
export function safeName(name: string): string {
  const clean = name
    .normalize("NFC")
    .replaceAll(/[\ud800-\udfff]/gu, "_")
    .replaceAll(invisible, "")
    .replaceAll(forbidden, "_")
    .replace(/^\s+|[\s.]+$/g, "");
  if (clean === "") return "_";
  return shortened(reserved.test(clean) ? `_${clean}` : clean);
}

/** What systems that don't tell capitals apart take for one name. */
const folded = (path: readonly string[]): string => path.join("/").toLowerCase();

/**
 * Safe paths for all, in their order, no two alike: neither two files nor a file and a folder, also where capitals are
 * not told apart. The second of two gets a number: `plan (2).pdf`.
 */
export function safePaths(paths: readonly (readonly string[])[]): string[][] {
  const safe = paths.map((path) => path.map(safeName));
  const folders = new Set(
    safe.flatMap((path) => path.slice(0, -1).map((_, i) => folded(path.slice(0, i + 1)))),
  );
  const taken = new Set<string>();
  const next = new Map<string, number>();
  return safe.map((path) => {
    const above = path.slice(0, -1);
    const name = path.at(-1) ?? "_";
    const first = folded([...above, name]);
    let free = name;
    for (
      let n = next.get(first) ?? 1;
      taken.has(folded([...above, free])) || folders.has(folded([...above, free]));
    ) {
      n++;
      next.set(first, n);
      free = shortened(name, ` (${n})`);
    }
    taken.add(folded([...above, free]));
    return [...above, free];
  });
}

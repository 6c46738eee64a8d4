import type { Taking } from "@parlour/client";

/** How a file can be looked at in the page. Anything else can only be saved. */
export type Look = "picture" | "sound" | "film" | "document";

/** The type that a file is shown with. It is one of these, whatever the giver says: none of them is a page that could run. */
const shownTypes: Readonly<Record<string, readonly [look: Look, type: string]>> = {
  png: ["picture", "image/png"],
  jpg: ["picture", "image/jpeg"],
  jpeg: ["picture", "image/jpeg"],
  gif: ["picture", "image/gif"],
  webp: ["picture", "image/webp"],
  avif: ["picture", "image/avif"],
  bmp: ["picture", "image/bmp"],
  mp3: ["sound", "audio/mpeg"],
  m4a: ["sound", "audio/mp4"],
  aac: ["sound", "audio/aac"],
  ogg: ["sound", "audio/ogg"],
  oga: ["sound", "audio/ogg"],
  opus: ["sound", "audio/ogg"],
  flac: ["sound", "audio/flac"],
  wav: ["sound", "audio/wav"],
  mp4: ["film", "video/mp4"],
  m4v: ["film", "video/mp4"],
  mov: ["film", "video/mp4"],
  webm: ["film", "video/webm"],
  ogv: ["film", "video/ogg"],
  pdf: ["document", "application/pdf"],
};
/** Types whose files may have a name that says nothing. */
const byType = new Map(
  Object.values(shownTypes).map((shown): readonly [string, readonly [Look, string]] => [shown[1], shown]),
);

/** How a file of that name, said to be of that type, can be looked at; undefined when it can't. */
export function lookOf(file: {
  readonly name: string;
  readonly type: string;
}): { readonly look: Look; readonly type: string } | undefined {
  const ending = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? "";
  const said = file.type.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  // The ending counts: it is what the file's own system goes by. Only names without a known one are believed the type.
  const shown = Object.hasOwn(shownTypes, ending) ? shownTypes[ending] : byType.get(said);
  return shown && { look: shown[0], type: shown[1] };
}

/**
 * How a file of a taking can be looked at now. Films and sounds play while they arrive; the others have to be there.
 *
 * @param received bytes of it that are here
 */
export function canLookAt(
  file: { readonly name: string; readonly type: string; readonly size: number },
  received: number,
  state: Taking["state"],
): Look | undefined {
  const look = lookOf(file)?.look;
  if (look === undefined || state === "cancelled" || state === "failed") return undefined;
  const isWhole = received >= file.size || state === "done";
  return isWhole || look === "film" || look === "sound" ? look : undefined;
}

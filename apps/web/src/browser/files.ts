import type { AcceptOptions, Offerable, ReceivedFile } from "@parlour/client";
import { canSaveFolders, chooseFolder, intoFolder, saveIntoFolder } from "@parlour/client/files";

export { canSaveFolders } from "@parlour/client/files";

/** Files between the page and the device: small pictures of them, saving, and telling that they are there. */

/** Longest side of a small picture, and how large it may be as a `data:` URL. */
const thumbnailSide = 160;
const thumbnailMost = 32 * 1024;
/** Pictures beyond this take too long to be made small before the offer goes out. */
const pictureMost = 40 * 1024 * 1024;
/** An offer does not wait longer for its picture. */
const thumbnailMs = 600;

/** A small picture of what is offered, where it is a single one; undefined otherwise. */
export async function thumbnailOf(files: readonly Offerable[]): Promise<string | undefined> {
  const [one, ...others] = files;
  if (one === undefined || others.length > 0) return undefined;
  const late = new Promise<undefined>((resolve) => {
    setTimeout(resolve, thumbnailMs, undefined);
  });
  return Promise.race([late, smallPicture(one).catch(() => undefined)]);
}

async function smallPicture(offered: Offerable): Promise<string | undefined> {
  const file =
    offered instanceof File
      ? offered
      : "getFile" in offered
        ? await (offered as FileSystemFileHandle).getFile()
        : undefined;
  if (!file?.type.startsWith("image/") || file.size > pictureMost) return undefined;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, thumbnailSide / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  // Browsers that can't make one of these make a PNG.
  return [0.7, 0.4]
    .map((quality) => canvas.toDataURL("image/webp", quality))
    .find((url) => url.length <= thumbnailMost);
}

/** Pictures in what is pasted, named after the time. */
export function pastedPictures(data: DataTransfer | null, name: string): readonly File[] {
  return [...(data?.files ?? [])].map((file, index) => {
    // Browsers call every pasted picture image.png; files copied from a folder keep their names.
    if (file.name !== "image.png") return file;
    const number = index === 0 ? "" : ` ${index + 1}`;
    return new File([file], `${name}${number}.png`, { type: file.type, lastModified: file.lastModified });
  });
}

/** Lets the browser save it where it saves downloads; what lies on the disk is copied there, never read into memory. */
function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // A download that the person is asked about first starts when they have answered.
  setTimeout(() => URL.revokeObjectURL(url), 600_000);
}

/** Only where there are no folders to save into, and then before it is wanted: the server may be away by then. */
export const zipping = () => import("./zipping.ts");

/**
 * Saves everything: one file as a download, more into a folder that the person chooses, or as one zip file where browsers have no folders.
 *
 * @returns the name it has now; undefined when the person chose no folder
 */
export async function saveAll(
  files: readonly ReceivedFile[],
  name: string,
  told: (bytes: number) => void,
): Promise<string | undefined> {
  const [one, ...others] = files;
  if (one !== undefined && others.length === 0 && one.path.length === 0) return saveOne(one);
  if (canSaveFolders()) {
    const folder = await chooseFolder();
    if (folder === undefined) return undefined;
    await saveIntoFolder(folder, files, told);
    return folder.name;
  }
  const zip = `${name}.zip`;
  const { zipFiles } = await zipping();
  download(await zipFiles(files, told), zip);
  return zip;
}

/** Lets the person choose a folder; undefined when they chose none. */
export async function openFolder(): Promise<
  { readonly name: string; readonly into: NonNullable<AcceptOptions["into"]> } | undefined
> {
  const folder = await chooseFolder();
  return folder && { name: folder.name, into: intoFolder(folder) };
}

export async function saveOne(file: ReceivedFile): Promise<string> {
  download(await file.file(), file.name);
  return file.name;
}

/** Asks whether this page may show notifications. */
export async function mayNotify(): Promise<boolean> {
  if (!("Notification" in window)) return false;
  if (Notification.permission === "default") return (await Notification.requestPermission()) === "granted";
  return Notification.permission === "granted";
}

/** Two soft tones, and a notification where the page is not looked at and may. */
export function ringBell(sentence: string): void {
  const sound = new AudioContext();
  for (const [start, frequency] of [
    [0, 660],
    [0.16, 880],
  ] as const) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    const at = sound.currentTime + start;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
    tone.connect(volume).connect(sound.destination);
    tone.start(at);
    tone.stop(at + 0.45);
    if (start > 0) tone.onended = () => void sound.close();
  }
  if (document.visibilityState === "visible" || !("Notification" in window)) return;
  if (Notification.permission !== "granted") return;
  try {
    new Notification(sentence, { tag: "parlour-files" });
  } catch {
    // Phones show notifications of service workers alone.
  }
}

/** The name of a saved picture: whose it is and when it was taken, fit for every file system. */
export function snapshotName(name: string, at: Date): string {
  const who = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}-${two(at.getMinutes())}-${two(at.getSeconds())}`;
  return `${who === "" ? "picture" : who}-${day}-${time}.png`;
}

/** The data folder: made when missing, refused in plain words when it can't be used. */
import { accessSync, constants, mkdirSync } from "node:fs";

const reasons: Record<string, string> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "its disk is read-only",
  EEXIST: "there is a file of that name",
  ENOTDIR: "part of the path is a file",
  ENOSPC: "its disk is full",
};

/**
 * Makes sure of a folder that can be written to, open to its owner alone when it is made here.
 *
 * @returns undefined, or one line that says what is wrong
 */
export function prepareDataFolder(folder: string): string | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    return `The data folder ${folder} can't be used: ${reasons[code] ?? code}. Choose another with --data FOLDER.`;
  }
}

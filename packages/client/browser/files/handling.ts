/**
 * `@parlour/client/files`: what pages need around `room.files`: what was dropped, and where received files go. Nothing here knows of a room.
 */
export {
  canSaveFolders,
  chooseFolder,
  droppedFiles,
  hasFiles,
  intoFolder,
  type SavedFile,
  saveIntoFolder,
  zipFiles,
} from "@parlour/transfer/browser";

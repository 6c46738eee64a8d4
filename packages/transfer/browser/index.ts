/** Files of a browser as sources and sinks. */
export { browserEdge } from "./edge.ts";
export { browserHashing, makeSigner } from "./hashing.ts";
export { canSaveFolders, chooseFolder, intoFolder, type SavedFile, saveIntoFolder } from "./saving/folder.ts";
export { zipFiles } from "./saving/zip-files.ts";
export { droppedFiles, hasFiles } from "./sources/drop.ts";
export { type Offered, type SourcesSetup, sourcesOf } from "./sources/sources.ts";
export type { OfferedStream } from "./sources/stream.ts";
export { storageProblem } from "./storage/problem.ts";

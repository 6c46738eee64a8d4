/** Files of a Node process as sources and sinks. */
export { folderJournals, nodeEdge, nodeHashing, nodeSigner } from "./edge.ts";
export { fileSource, sourcesOf } from "./sources.ts";
export { folderStorage } from "./storage.ts";

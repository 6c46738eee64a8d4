/** Many files as one, in a file of its own: most browsers save them into a folder. */
export { zipFiles } from "@parlour/client/files";

/** The `parlour` command. Heavy parts are imported when they are needed, so that small answers come at once. */
export { main } from "./main.ts";

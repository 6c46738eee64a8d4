export { createMedia, type Media, type MediaSetup } from "./media.ts";
export type { MediaState } from "./state.ts";

/** The other half of what runs a room: one module, loaded when a page has been in for a second, or needs it (decision 16). */
export { linkFurther } from "../core/link/further.ts";
export { further } from "../core/session/further.ts";
export { roomFurther } from "./room/further.ts";
export { watchPage } from "./session/watch-page.ts";

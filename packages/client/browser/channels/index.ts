export { createChannelHub, type UndeliveredError } from "./hub.ts";

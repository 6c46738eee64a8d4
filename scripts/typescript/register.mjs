/** `node --import …/scripts/typescript/register.mjs FILE.ts`: Node with the hooks beside this file. */
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
process.setSourceMapsEnabled(true);

export { type Exchange, exchange, goodUntil, type Refused, takeAnswer, takeInvitation } from "./exchange.ts";
export { type Collected, codesOf, collect } from "./frames.ts";
export {
  type Answer,
  findIntroduction,
  type Invitation,
  readIntroduction,
  writeIntroduction,
} from "./introduction.ts";
export { descriptionOf, fingerprintText, reachOf, type Side, sideOf } from "./side.ts";

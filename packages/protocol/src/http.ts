import * as v from "valibot";
import type { Code } from "./codes.ts";
import { limits } from "./limits.ts";
import { roomName, title } from "./text.ts";

/** The body of `POST /api/rooms`. */
export const createRoom = v.strictObject({
  name: v.exactOptional(roomName),
  visibility: v.exactOptional(v.picklist(["public", "private"]), "public"),
  capacity: v.exactOptional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.capacityMax)),
    limits.capacityDefault,
  ),
  passcode: v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(limits.passcodeCharacters))),
  title: v.exactOptional(title),
  /** Keeps the room when it is empty. */
  stay: v.exactOptional(v.boolean(), false),
});
export type CreateRoom = v.InferOutput<typeof createRoom>;

/** The answer to `POST /api/rooms`. A private room's `url` has no secret yet: append `#k=<secret>`. */
export interface CreatedRoom {
  readonly name: string;
  readonly visibility: "public" | "private";
  readonly url: string;
  readonly hostToken: string;
}

/** One line of `GET /api/rooms`. */
export interface ListedRoom {
  readonly name: string;
  readonly title?: string;
  readonly people: number;
  readonly capacity: number;
  /**
   * Who is there, in the order of their coming, at most `limits.listedNames`. Missing where not everyone may come in as they please:
   * a room with a passcode, locked, or whose newcomers knock.
   */
  readonly names?: readonly string[];
}

/** `application/problem+json` (RFC 9457) with our stable code. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: Code;
  readonly detail: string;
  readonly hint: string;
}

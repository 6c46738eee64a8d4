import type { RoomInfo } from "@parlour/protocol";

/** A public room as a server describes it, for tests that need one and do not care which. */
export const sampleRoom = {
  name: "den",
  visibility: "public",
  capacity: 100,
  topology: "mesh",
  locked: false,
  knock: false,
  hasPasscode: false,
} as const satisfies RoomInfo;

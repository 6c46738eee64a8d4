import type { Offerable } from "@parlour/client";
import { thumbnailOf } from "../../browser/files.ts";
import type { Call } from "../../state/call.ts";

/** Offers files to everyone or to one person, with a small picture where there is one, and shows that it did. */
export async function give(call: Call, files: readonly Offerable[], to: string | undefined): Promise<void> {
  if (files.length === 0) return;
  const thumbnail = await thumbnailOf(files);
  const giving = call.files.offer(files, { to, thumbnail });
  if (giving !== undefined && call.panel.peek() === undefined) call.show("files");
}

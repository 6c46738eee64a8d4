import { useEffect } from "preact/hooks";
import { givenMemory } from "../../browser/given-memory.ts";
import { now } from "../../browser/page.ts";
import type { Call } from "../../state/call.ts";
import { GivenBefore } from "../../state/files/given-before.ts";
import { DropTarget } from "./drop-target.tsx";
import { FilesPanel } from "./files-panel.tsx";
import { Dialogs } from "./look-dialog.tsx";

export { OffersBanner } from "./offers-banner.tsx";

/** Everything about files in a call that has no place elsewhere on the screen. Fetched while the call starts. */
export function FilesPart({ call }: { readonly call: Call }) {
  useEffect(() => call.files.rememberIn(new GivenBefore(givenMemory(call.room.name), now)), [call]);
  return (
    <>
      <DropTarget call={call} />
      {call.panel.value === "files" && <FilesPanel call={call} />}
      <Dialogs call={call} />
    </>
  );
}

import type { Call } from "../../state/call.ts";
import { DropTarget } from "./drop-target.tsx";
import { FilesPanel } from "./files-panel.tsx";
import { Dialogs } from "./look-dialog.tsx";

export { OffersBanner } from "./offers-banner.tsx";

/** Everything about files in a call that has no place elsewhere on the screen. Fetched while the call starts. */
export function FilesPart({ call }: { readonly call: Call }) {
  return (
    <>
      <DropTarget call={call} />
      {call.panel.value === "files" && <FilesPanel call={call} />}
      <Dialogs call={call} />
    </>
  );
}

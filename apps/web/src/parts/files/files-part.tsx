import { useEffect } from "preact/hooks";
import { givenMemory } from "../../browser/given-memory.ts";
import { now } from "../../browser/page.ts";
import type { Call } from "../../state/call.ts";
import { GivenBefore } from "../../state/files/given-before.ts";
import { words } from "../../words/words.ts";
import { fromServer, Lazy } from "../lazy.tsx";
import { DropTarget } from "./drop-target.tsx";
import { FilesPanel } from "./files-panel.tsx";

const look = fromServer(() => import("./look-dialog.tsx"));
const loadLook = async ({ call }: { readonly call: Call }) => (await look(call)).LookDialog;

export { OffersBanner } from "./offers-banner.tsx";

/** Everything about files in a call that has no place elsewhere on the screen. Fetched while the call starts. */
export function FilesPart({ call }: { readonly call: Call }) {
  useEffect(() => call.files.rememberIn(new GivenBefore(givenMemory(call.room.name), now)), [call]);
  const { looking } = call.files;
  const noLook = () => {
    looking.value = undefined;
    call.announcer.warn(words.call.notLoaded);
  };
  return (
    <>
      <DropTarget call={call} />
      {call.panel.value === "files" && <FilesPanel call={call} />}
      {looking.value !== undefined && <Lazy load={loadLook} props={{ call }} onMissing={noLook} />}
    </>
  );
}

import { droppedFiles, hasFiles } from "@parlour/client/files";
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { pastedPictures } from "../../browser/files.ts";
import type { Call } from "../../state/call.ts";
import { spoken, words } from "../../words/words.ts";
import { Icon } from "../icon.tsx";
import { Upload } from "../icons.ts";
import { placeStyle } from "../tile.tsx";
import { give } from "./give.ts";

/** Over whom files are held: someone's tile or line in the list; `place` is where that is on the screen. */
interface Aim {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly place: DOMRect | undefined;
}
const everyone: Aim = { id: undefined, name: undefined, place: undefined };

/** Takes files from anywhere: dropped on the page, on a person, or pasted. While they are held over the page it says to whom they go. */
export function DropTarget({ call }: { readonly call: Call }) {
  const aim = useSignal<Aim | undefined>(undefined);
  useEffect(() => {
    const aimAt = (event: DragEvent): Aim => {
      const element = event.target instanceof Element ? event.target.closest("[data-person]") : null;
      const id = element?.getAttribute("data-person") ?? undefined;
      const person = call.people.peek().find((one) => one.id === id);
      // Dropped on oneself it is for everyone.
      if (element === null || person === undefined || person.isSelf) return everyone;
      return { id: person.id, name: person.name, place: element.getBoundingClientRect() };
    };
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
      const next = aimAt(event);
      if (aim.peek() === undefined || aim.peek()?.id !== next.id) aim.value = next;
    };
    const onLeave = (event: DragEvent) => {
      // From one element to another there is another one; out of the window there is none.
      if (event.relatedTarget === null) aim.value = undefined;
    };
    const onDrop = (event: DragEvent) => {
      aim.value = undefined;
      if (event.dataTransfer === null || !hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      const { id } = aimAt(event);
      droppedFiles(event.dataTransfer).then(
        (files) => give(call, files, id),
        () => call.announcer.warn(words.files.problems.unreadable),
      );
    };
    const onPaste = (event: ClipboardEvent) => {
      const time = new Intl.DateTimeFormat(spoken().code, { dateStyle: "medium", timeStyle: "short" });
      // No colons: systems refuse them in names of files.
      const name = words.files.pasted(time.format(new Date()).replaceAll(":", "."));
      const files = pastedPictures(event.clipboardData, name);
      if (files.length === 0) return;
      event.preventDefault();
      void give(call, files, undefined);
    };
    addEventListener("dragover", onOver);
    addEventListener("dragleave", onLeave);
    addEventListener("drop", onDrop);
    addEventListener("paste", onPaste);
    return () => {
      removeEventListener("dragover", onOver);
      removeEventListener("dragleave", onLeave);
      removeEventListener("drop", onDrop);
      removeEventListener("paste", onPaste);
    };
  }, [call, aim]);

  const at = aim.value;
  if (at === undefined) return null;
  return (
    <div class="drop-sign" role="status">
      {at.place !== undefined && <div class="drop-place" style={placeStyle(at.place)} />}
      <p>
        <Icon node={Upload} />
        {at.name === undefined ? words.files.dropEveryone : words.files.dropOne(at.name)}
      </p>
    </div>
  );
}

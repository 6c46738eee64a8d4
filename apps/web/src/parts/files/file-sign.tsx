import type { OfferedFile } from "@parlour/client";
import type { IconNode } from "lucide";
import { type Look, lookOf } from "../../state/files/looking.ts";
import { Icon } from "../icon.tsx";
import { FileAudio, FileImage, FileText, FileVideo, Folder, File as PlainFile } from "../icons.ts";

const signs: Record<Look, IconNode> = {
  picture: FileImage,
  sound: FileAudio,
  film: FileVideo,
  document: FileText,
};

interface FileSignProps {
  readonly name: string;
  readonly files: readonly OfferedFile[];
  readonly thumbnail: string | undefined;
}

/** The giver's small picture, or what kind of file it is. Says nothing: the name stands beside it. */
export function FileSign({ name, files, thumbnail }: FileSignProps) {
  // Only a picture that lies in the address itself: nothing is ever fetched because somebody offered it.
  if (thumbnail !== undefined && /^data:image\/(?:png|jpeg|webp);base64,/.test(thumbnail))
    return <img class="file-sign" src={thumbnail} alt="" />;
  const look = lookOf({ name, type: files[0]?.type ?? "" })?.look;
  const isFolder = files.length > 1 || (files[0]?.path.length ?? 0) > 0;
  return (
    <span class="file-sign" aria-hidden="true">
      <Icon node={isFolder ? Folder : look === undefined ? PlainFile : signs[look]} size={22} />
    </span>
  );
}

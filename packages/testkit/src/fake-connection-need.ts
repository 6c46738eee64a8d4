import {
  type FakeDescription,
  type FakeDirection,
  intersection,
  reversed,
} from "./fake-connection-description.ts";

interface Current {
  readonly type: "offer" | "answer";
  readonly content: FakeDescription;
}

/** Whether what is agreed differs from what is wanted (WebRTC 1.0, section 4.7.3). */
export function needsNegotiation(
  local: Current | null,
  remote: Current | null,
  transceivers: readonly { readonly mid: string | null; readonly direction: FakeDirection }[],
  hasChannels: boolean,
): boolean {
  if (hasChannels && !local?.content.sections.some(({ kind }) => kind === "application")) return true;
  return transceivers.some(({ mid, direction }) => {
    const of = (description: Current | null) =>
      description?.content.sections.find((section) => section.mid === mid)?.direction;
    const [ours, theirs] = [of(local), of(remote)];
    if (mid === null || ours === undefined || theirs === undefined) return true;
    if (local?.type === "offer") return ours !== direction && reversed(theirs) !== direction;
    return ours !== intersection(direction, reversed(theirs));
  });
}

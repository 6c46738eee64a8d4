import { makePrivateLink } from "@parlour/client";
import { useLayoutEffect } from "preact/hooks";
import { fresh, goInstead } from "../browser/navigation.ts";
import { copyQuietly } from "../browser/page.ts";
import { endingFor } from "../state/ending.ts";
import { EndingCard } from "./ending.tsx";

/** Makes a private room's name and secret here, in the page, copies the link and goes there. */
export function NewRoom() {
  useLayoutEffect(() => {
    if (isSecureContext) void open();
  }, []);
  return isSecureContext ? null : <EndingCard ending={endingFor({ code: "insecure-page" })} />;
}

async function open(): Promise<void> {
  const link = makePrivateLink(location.origin);
  fresh.value = { link, isCopied: false };
  goInstead(link);
  // Works when a press led here; a browser that wants one first says no, and the lobby screen has a button.
  if (await copyQuietly(link)) fresh.value = { link, isCopied: true };
}

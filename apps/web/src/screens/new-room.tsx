import { makePrivateLink } from "@parlour/client";
import { useLayoutEffect } from "preact/hooks";
import { goInstead } from "../browser/navigation.ts";
import { endingFor } from "../state/ending.ts";
import { EndingCard } from "./ending.tsx";

/** Makes a private room's name and secret here, in the page, and goes there. */
export function NewRoom() {
  useLayoutEffect(() => {
    if (isSecureContext) goInstead(makePrivateLink(location.origin));
  }, []);
  return isSecureContext ? null : <EndingCard ending={endingFor({ code: "insecure-page" })} />;
}

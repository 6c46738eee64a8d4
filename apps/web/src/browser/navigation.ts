import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Route, routeOf } from "../state/route.ts";

const current = signal(routeOf(location.href));

/** Where the page is now. */
export const route: ReadonlySignal<Route> = current;

const look = () => {
  current.value = routeOf(location.href);
};
addEventListener("popstate", look);
// A link with another secret pasted into the address bar changes only the fragment.
addEventListener("hashchange", look);

export function go(href: string): void {
  history.pushState(null, "", href);
  look();
  scrollTo(0, 0);
}

/** Like `go`, in place of the present entry: Back skips it. */
export function goInstead(href: string): void {
  history.replaceState(null, "", href);
  look();
}

/** For links within the page: follows them without loading it again, unless the press asks for a new tab. */
export function follow(event: MouseEvent & { readonly currentTarget: EventTarget | null }): void {
  const anchor = event.currentTarget;
  if (!(anchor instanceof HTMLAnchorElement) || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(anchor.href);
}

/** The private room that this page made last, until it makes another one; whether its link lies in the clipboard. */
export const fresh: Signal<{ readonly link: string; readonly isCopied: boolean } | undefined> =
  signal(undefined);

/** What a room's link may ask for in its query. */
export interface RoomQuery {
  /** Wanted name, instead of the remembered one. */
  readonly name: string | undefined;
  readonly microphone: boolean;
  readonly camera: boolean;
  /** Skips the lobby screen. */
  readonly joinsNow: boolean;
}

export type Route =
  | { readonly page: "home" }
  | { readonly page: "new" }
  /** Saved recordings of the inspector. */
  | { readonly page: "inspect" }
  /** `pasted`: what stands after the #, an invitation perhaps. */
  | { readonly page: "direct"; readonly pasted: string }
  | {
      readonly page: "room";
      readonly name: string;
      /** The link as the SDK takes it: without the query, with the fragment. */
      readonly link: string;
      /** There is something after `#k=`: a private room. */
      readonly hasSecret: boolean;
      readonly query: RoomQuery;
    }
  | {
      readonly page: "learn";
      /** The other side of a workbench that somebody shared. */
      readonly code: string | undefined;
    }
  | { readonly page: "unknown"; readonly path: string };

/** Which screen an address stands for. */
export function routeOf(href: string): Route {
  const url = new URL(href);
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/+$/, "") : url.pathname;
  if (path === "/" || path === "") return { page: "home" };
  if (path === "/new") return { page: "new" };
  if (path === "/learn") return { page: "learn", code: url.searchParams.get("with") ?? undefined };
  if (path === "/inspect") return { page: "inspect" };
  if (path === "/direct") return { page: "direct", pasted: url.hash.slice(1) };
  const name = path.match(/^\/r\/([^/]+)$/)?.[1];
  if (name === undefined) return { page: "unknown", path: url.pathname };
  const query = url.searchParams;
  return {
    page: "room",
    name: decoded(name),
    link: `${url.origin}${path}${url.hash}`,
    hasSecret: /^#(?:.*&)?k=./.test(url.hash),
    query: {
      name: query.get("name")?.trim() || undefined,
      microphone: query.get("mic") !== "off",
      camera: query.get("camera") !== "off",
      joinsNow: query.get("join") === "now",
    },
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

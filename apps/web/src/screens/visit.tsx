import type { JoinOptions, Room } from "@parlour/client";
import { useComputed, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { browserDevices } from "../browser/devices.ts";
import { levelOf, meter } from "../browser/levels.ts";
import { every, isOnline, now, obstacle, onNetworkChanged, onPageGone, pick } from "../browser/page.ts";
import type { Announcer } from "../state/announcer.ts";
import type { Ending } from "../state/ending.ts";
import { LocalMedia } from "../state/local-media.ts";
import type { Route } from "../state/route.ts";
import type { Settings } from "../state/settings.ts";
import { suggestName } from "../state/suggestion.ts";
import { Visit } from "../state/visit.ts";
import { words } from "../words/words.ts";
import { EndingCard } from "./ending.tsx";
import { Lobby, lobbyTitle } from "./lobby.tsx";

/** A room that no server introduces: how one comes into it, and what is shown then. */
export interface DirectVisit {
  readonly title: string;
  readonly heading: NonNullable<Parameters<typeof Lobby>[0]["heading"]>;
  readonly join: (options: JoinOptions) => Promise<Room>;
  /** In place of the lobby screen, between Join and the call. */
  readonly joining: (visit: Visit) => VNode;
  readonly endingFor: (ending: Ending) => Ending;
  readonly again: () => void;
}

export interface VisitProps {
  readonly route: Extract<Route, { page: "room" }>;
  readonly settings: Settings;
  readonly announcer: Announcer;
  readonly direct?: DirectVisit;
}

// The room's own screen and the connection come while the lobby is looked at, so that the lobby is there sooner.
const loadRoom = () => import("./room.tsx");
const loadClient = () => import("./connection.ts");

/** A room's address: lobby screen, call, ending. */
export function VisitScreen({ route, settings, announcer, direct }: VisitProps) {
  const visit = useMemo(
    () =>
      new Visit({
        route,
        settings,
        announcer,
        port: { now, every, levelOf, meter, isOnline, onNetworkChanged },
        onPageGone,
        suggestion: suggestName(pick),
        local: new LocalMedia(browserDevices(), settings),
        obstacle: () => obstacle(route.hasSecret),
        join: async (link, options) => {
          const [client] = await Promise.all([loadClient(), loadRoom()]);
          return direct ? direct.join(options) : client.joinRoom(link, options);
        },
      }),
    [route, settings, announcer, direct?.join],
  );
  useEffect(() => () => visit.dispose(), [visit]);
  const screen = useSignal<Awaited<ReturnType<typeof loadRoom>> | undefined>(undefined);
  useEffect(() => {
    // A failure shows when joining, which asks again.
    Promise.all([loadRoom(), loadClient()]).then(
      ([loaded, client]) => {
        screen.value = loaded;
        if (visit.link !== "") client.prepareRoom(visit.link).catch(() => undefined);
      },
      () => undefined,
    );
  }, [screen, visit]);

  const title = useComputed(() => {
    const stage = visit.stage.value;
    if (direct) return direct.title;
    if (stage.at === "ended") return stage.ending.title;
    if (stage.at !== "call") return lobbyTitle(visit);
    const unread = stage.call.chat.unread.value;
    return `${unread > 0 ? `(${unread}) ` : ""}${stage.call.desk.rules.value.title ?? visit.roomName}`;
  });
  useEffect(() => {
    document.title = `${title.value} · ${words.app.name}`;
  }, [title.value]);

  const stage = visit.stage.value;
  switch (stage.at) {
    case "lobby":
    case "joining":
      if (direct && stage.at === "joining") return direct.joining(visit);
      return (
        <Lobby
          visit={visit}
          needs={stage}
          isJoining={stage.at === "joining"}
          isWaiting={stage.at === "joining" && stage.isWaiting}
          settings={settings}
          {...(direct && { heading: direct.heading })}
        />
      );
    case "call":
      return screen.value === undefined ? null : <screen.value.RoomScreen call={stage.call} />;
    case "ended":
      return direct ? (
        <EndingCard ending={direct.endingFor(stage.ending)} onAgain={direct.again} />
      ) : (
        <EndingCard ending={stage.ending} onAgain={() => visit.again()} />
      );
  }
}

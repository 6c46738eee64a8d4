import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { route } from "./browser/navigation.ts";
import { Lazy } from "./parts/lazy.tsx";
import { Live } from "./parts/live.tsx";
import { EndingCard } from "./screens/ending.tsx";
import { Home } from "./screens/home.tsx";
import { NewRoom } from "./screens/new-room.tsx";
import { VisitScreen } from "./screens/visit.tsx";
import type { Announcer } from "./state/announcer.ts";
import { endingFor } from "./state/ending.ts";
import type { Settings } from "./state/settings.ts";
import { words } from "./words/words.ts";

interface AppProps {
  readonly settings: Settings;
  readonly announcer: Announcer;
}

export function App({ settings, announcer }: AppProps) {
  const theme = settings.theme.value;
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  return (
    <>
      <Screen settings={settings} announcer={announcer} />
      <Live announcer={announcer} />
    </>
  );
}

/** The server is away, or has another version of the page by now. */
const NotLoaded = () => (
  <EndingCard ending={endingFor({ code: "unreachable" })} onAgain={() => location.reload()} />
);

/** A screen that only some visits come to, fetched when one does. Where it can't be had, that is what is shown. */
const fetched =
  <P,>(load: () => Promise<ComponentType<P>>) =>
  (): Promise<ComponentType<P>> =>
    load().catch(() => NotLoaded);
const loadInspect = fetched(async () => (await import("./screens/inspect.tsx")).loadInspect());
const loadDirect = fetched(async () => (await import("./direct/direct-screen.tsx")).DirectScreen);
const loadWorkbench = fetched(async () => {
  const { ready, Workbench } = await import("./learn/learn.tsx");
  await ready();
  return Workbench;
});

function Screen({ settings, announcer }: AppProps) {
  const here = route.value;
  useEffect(() => {
    if (here.page !== "room" && here.page !== "learn") document.title = words.app.name;
  }, [here]);
  switch (here.page) {
    case "home":
      return <Home settings={settings} />;
    case "new":
      return <NewRoom />;
    case "inspect":
      return <Lazy load={loadInspect} props={{ announcer }} />;
    case "direct":
      return (
        <Lazy load={loadDirect} props={{ settings, announcer, pasted: here.pasted, Visit: VisitScreen }} />
      );
    case "room":
      return <VisitScreen key={here.link} route={here} settings={settings} announcer={announcer} />;
    case "learn":
      return <Lazy key={here.code} load={loadWorkbench} props={{ code: here.code, settings }} />;
    case "unknown":
      return <EndingCard ending={endingFor({ code: "not-found" })} />;
  }
}

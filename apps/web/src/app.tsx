import { useEffect } from "preact/hooks";
import { route } from "./browser/navigation.ts";
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

function Screen({ settings, announcer }: AppProps) {
  const here = route.value;
  useEffect(() => {
    if (here.page !== "room") document.title = words.app.name;
  }, [here]);
  switch (here.page) {
    case "home":
      return <Home settings={settings} />;
    case "new":
      return <NewRoom />;
    case "room":
      return <VisitScreen key={here.link} route={here} settings={settings} announcer={announcer} />;
    case "unknown":
      return <EndingCard ending={endingFor({ code: "not-found" })} />;
  }
}

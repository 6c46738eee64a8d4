import "../typescript/register.mjs";

const { guests } = await import("./taking.mjs");
const { startServer } = await import("../../e2e/harness/server.ts");

/** How a call ends, how it never begins, and what is seen while the server is away. */
export async function endings({ server, fresh, open, screen }) {
  const silent = "name=Ada&join=now&mic=off&camera=off";
  /** A room of that name, with what only the server's own interface sets. */
  const make = (name, more) =>
    fetch(`${server.url}/api/rooms`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, ...more }),
    });
  /** Somebody else who is host there, to do what hosts do. */
  const host = async (name) => {
    const other = await fresh();
    await guests(other, `${server.url}/r/${name}`, [{ name: "Bo" }]);
    return other.page;
  };
  const byHost = (page, act) =>
    page.evaluate(async (what) => {
      const [room] = window.kept.rooms;
      if (what === "lock") await room.host.set({ isLocked: true });
      else if (what === "end") await room.host.end();
      else await room.host.remove([...room.peers.values()][0]);
    }, act);

  await screen("ending-left", async (tab) => {
    const ada = await open(tab, `/r/left?${silent}`);
    await ada.press("Leave");
    await ada.sees("heading", "You left the room");
  });
  await screen("ending-removed", async (tab) => {
    const bo = await host("removed");
    const ada = await open(tab, `/r/removed?${silent}`);
    await ada.seesPeople("Bo");
    await byHost(bo, "remove");
    await ada.sees("heading", "You were removed from the room");
  });
  await screen("ending-ended", async (tab) => {
    const bo = await host("ended");
    const ada = await open(tab, `/r/ended?${silent}`);
    await ada.seesPeople("Bo");
    await byHost(bo, "end");
    await ada.sees("heading", "The room was ended");
  });
  await screen("ending-full", async (tab) => {
    await make("full", { capacity: 1 });
    await host("full");
    const ada = await open(tab, `/r/full?${silent}`);
    await ada.sees("heading", "This room is full");
  });
  await screen("ending-locked", async (tab) => {
    await byHost(await host("locked"), "lock");
    const ada = await open(tab, `/r/locked?${silent}`);
    await ada.sees("heading", "This room is locked");
  });
  await screen("ending-link", async (tab) => {
    const ada = await open(tab, `${server.url}/r/wrong#k=short`);
    await ada.press("Join");
    await ada.sees("heading", "This link is incomplete");
  });
  await screen("ending-offline", async (tab) => {
    const ada = await open(tab, "/r/away?name=Ada&mic=off&camera=off");
    await ada.sees("button", "Join");
    await tab.page.waitForNetworkIdle({ timeout: 30_000 });
    await tab.page.setOfflineMode(true);
    await ada.press("Join");
    await ada.sees("heading", "You are offline", 60_000);
  });
  await screen("ending-old-browser", async (tab) => {
    await tab.page.evaluateOnNewDocument(() => {
      Object.defineProperty(window, "RTCPeerConnection", { value: undefined });
    });
    const ada = await open(tab, `/r/old?${silent}`);
    await ada.sees("heading", "Your browser is too old for this");
  });
  await screen("ending-not-found", async (tab) => {
    const ada = await open(tab, "/no/such/page");
    await ada.sees("heading", "There is nothing here");
  });

  const other = await startServer();
  try {
    await screen("server-away", async (tab) => {
      const ada = await open(tab, `${other.url}/r/away?${silent}`);
      await ada.sees("toolbar", "Call controls");
      await other.stop();
      await ada.reads("Reconnecting to the server");
    });
    await screen("ending-unreachable", async (tab) => {
      await other.start();
      const ada = await open(tab, `${other.url}/r/gone?name=Ada&mic=off&camera=off`);
      await ada.sees("button", "Join");
      await tab.page.waitForNetworkIdle({ timeout: 30_000 });
      await other.stop();
      await ada.press("Join");
      await ada.sees("heading", "The server can't be reached", 60_000);
    });
  } finally {
    await other.close();
  }
}

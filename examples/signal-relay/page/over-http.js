/** Carries texts over HTTP: each is posted, and fetched by a question that waits on the server. */
export async function overHttp({ onText, onLeft }) {
  const entered = await fetch("/http/enter", { method: "POST" });
  const { id, role } = await entered.json();
  const listen = async () => {
    for (;;) {
      const answer = await fetch(`/http/${id}/next`);
      if (answer.status === 410) return onLeft();
      if (answer.status === 200) onText(await answer.text());
    }
  };
  // The server is away. The call goes on without it.
  listen().catch(() => {});
  // A page that closes has no time left for a request of the ordinary kind.
  addEventListener("pagehide", () => navigator.sendBeacon(`/http/${id}/leave`));
  // One after the other: requests side by side may overtake each other, and candidates must not come before their offer.
  let before = Promise.resolve();
  const send = (text) => {
    before = before.then(() => fetch(`/http/${id}/send`, { method: "POST", body: text }));
  };
  return { role, send };
}

/** Asks again and again, news or no news. */
export function shortPolling({ query, onMessages, everyMs = 2000 }) {
  let last = 0;
  const ask = async () => {
    try {
      const messages = await (await fetch(`/messages?after=${last}&${query}`)).json();
      last = messages.at(-1)?.number ?? last;
      onMessages(messages);
    } catch {
      // The server is away: the next question may find it.
    }
    setTimeout(ask, everyMs);
  };
  ask();
  return (text) => fetch(`/messages?${query}`, { method: "POST", body: text });
}

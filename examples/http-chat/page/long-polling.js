/** Asks, and gets the answer when there is one. There is always one question waiting on the server. */
export function longPolling({ query, onMessages }) {
  let last = 0;
  const ask = async () => {
    for (;;) {
      try {
        const answer = await fetch(`/messages?after=${last}&wait&${query}`);
        const messages = await answer.json();
        last = messages.at(-1)?.number ?? last;
        onMessages(messages);
      } catch {
        // Without this pause a server that is away would be asked as fast as the machine can.
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    }
  };
  ask();
  return (text) => fetch(`/messages?${query}`, { method: "POST", body: text });
}

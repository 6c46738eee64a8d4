/** Opens one connection and keeps it. When it breaks, another one goes on after the last message. */
export function webSocket({ query, onMessages }) {
  let last = 0;
  let socket;
  const open = () => {
    socket = new WebSocket(`/socket?after=${last}&${query}`);
    socket.addEventListener("message", ({ data }) => {
      const messages = JSON.parse(data);
      last = messages.at(-1)?.number ?? last;
      onMessages(messages);
    });
    socket.addEventListener("close", () => setTimeout(open, 2000));
  };
  open();
  return async (text) => {
    if (socket.readyState === WebSocket.CONNECTING)
      await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    socket.send(text);
  };
}

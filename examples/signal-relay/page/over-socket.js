/** Carries texts over a WebSocket. The first one is the server's own word: the role. */
export function overSocket({ onText, onLeft }) {
  return new Promise((resolve) => {
    const socket = new WebSocket("/socket");
    socket.addEventListener(
      "message",
      ({ data: role }) => {
        socket.addEventListener("message", ({ data }) => onText(data));
        resolve({ role, send: (text) => socket.send(text) });
      },
      { once: true },
    );
    // Any other code: the server is away. The call goes on without it.
    socket.addEventListener("close", ({ code }) => {
      if (code === 4000) onLeft();
    });
  });
}

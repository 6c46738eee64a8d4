import { longPolling } from "./long-polling.js";
import { shortPolling } from "./short-polling.js";
import { webSocket } from "./web-socket.js";

/** By this the server knows what it counts for whom. */
const who = crypto.randomUUID();

const ways = [
  {
    name: "short",
    title: "Short polling",
    what: "Asks every two seconds whether there is news. Mostly there is none.",
    start: shortPolling,
  },
  {
    name: "long",
    title: "Long polling",
    what: "Asks once; the server answers when there is news. Then asks again.",
    start: longPolling,
  },
  {
    name: "socket",
    title: "WebSocket",
    what: "Opens one connection, over which either side may speak at any time.",
    start: webSocket,
  },
];

/** When a message came first, by whichever way, so that the others can be compared. */
const firstAt = new Map();

const panes = new Map(
  ways.map((way) => {
    const { content } = document.querySelector("template");
    const pane = content.cloneNode(true).firstElementChild;
    pane.id = way.name;
    pane.querySelector("h2").textContent = way.title;
    pane.querySelector(".what").textContent = way.what;
    pane.querySelector("[role=log]").setAttribute("aria-label", `Messages by ${way.title}`);
    pane.querySelector("input").setAttribute("aria-label", `Message by ${way.title}`);
    document.getElementById("ways").append(pane);
    return [way.name, pane];
  }),
);

function show(pane, messages) {
  for (const { number, text } of messages) {
    const now = performance.now();
    if (!firstAt.has(number)) firstAt.set(number, now);
    const late = now - firstAt.get(number);
    pane.querySelector(".when").textContent =
      late === 0
        ? "Was the first to have the last message."
        : `Had the last message ${late.toFixed(0)} ms later.`;
    // Always as text: nobody's message becomes markup.
    const line = Object.assign(document.createElement("p"), { textContent: text });
    const log = pane.querySelector("[role=log]");
    log.append(line);
    log.scrollTop = log.scrollHeight;
  }
}

// Counting begins before anything that is counted.
const counts = new WebSocket(`/counts?who=${who}`);
counts.addEventListener("message", ({ data }) => {
  for (const [name, count] of Object.entries(JSON.parse(data)))
    for (const [what, value] of Object.entries(count))
      panes.get(name).querySelector(`.${what}`).textContent = value.toLocaleString("en");
});
await new Promise((resolve) => counts.addEventListener("open", resolve, { once: true }));

for (const { name, start } of ways) {
  const pane = panes.get(name);
  const send = start({ query: `who=${who}&way=${name}`, onMessages: (messages) => show(pane, messages) });
  pane.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = pane.querySelector("input");
    const text = field.value;
    field.value = "";
    await send(text);
  });
}

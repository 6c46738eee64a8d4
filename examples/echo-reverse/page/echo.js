const element = (id) => document.getElementById(id);
const button = document.querySelector("button");

function write(text) {
  element("log").append(Object.assign(document.createElement("p"), { textContent: text }));
  element("log").scrollTop = element("log").scrollHeight;
}

// The whole life of a connection: opened, messages, closed.
const socket = new WebSocket("/echo");
socket.addEventListener("open", () => {
  element("state").textContent = "Connected.";
  button.disabled = false;
});
socket.addEventListener("message", ({ data }) => write(`← ${data}`));
socket.addEventListener("close", ({ code }) => {
  element("state").textContent = `The connection is closed (${code}). Load the page again for another one.`;
  button.disabled = true;
});

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  write(`→ ${element("text").value}`);
  socket.send(element("text").value);
  element("text").value = "";
});

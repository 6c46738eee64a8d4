import { createLink } from "./link.js";

const element = (id) => document.getElementById(id);
const tell = (text) => {
  element("state").textContent = text;
};
function write(list, text) {
  element(list).append(Object.assign(document.createElement("p"), { textContent: text }));
  element(list).scrollTop = element(list).scrollHeight;
}
const step = (text) => write("steps", text);

const socket = new WebSocket("/socket");
const say = (message) => socket.send(JSON.stringify(message));

/** The room we are in, and whether we made it. */
let isCreator = false;
/** The connection to the other one, as long as there is another one. */
let link;

function showDoor(isOpen) {
  element("door").hidden = !isOpen;
  element("inside").hidden = isOpen;
}

function showLink() {
  const isOpen = link?.isChannelOpen === true;
  for (const id of ["message", "send", "close-channel"]) element(id).disabled = !isOpen;
  element("open-channel").disabled = isOpen || link?.isConnected !== true;
  element("close-connection").disabled = link === undefined;
}

function meet(isCaller) {
  link = createLink({
    isCaller,
    step,
    send: (signal) => say({ type: "signal", signal }),
    onMessage: (text) => write("messages", `They: ${text}`),
    onChange: showLink,
    onEnd(what) {
      tell(
        what === "channel"
          ? "The other one closed the channel. The connection stands: open another channel."
          : "The other one closed the connection.",
      );
      if (what === "connection") part();
    },
  });
  showLink();
}

function part() {
  link?.close();
  link = undefined;
  showLink();
}

const heard = {
  id({ id }) {
    element("id").textContent = id;
    tell("Create a room, or join one.");
  },
  refused({ why }) {
    element("problem").textContent = why;
  },
  created({ room }) {
    isCreator = true;
    element("room").textContent = room;
    element("destroy").hidden = false;
    showDoor(false);
    tell(`Waiting for somebody to join “${room}”.`);
  },
  joined({ room, other }) {
    isCreator = false;
    element("room").textContent = room;
    element("destroy").hidden = true;
    showDoor(false);
    tell(`You are in “${room}” with ${other}.`);
    meet(false);
  },
  "other-joined"({ id }) {
    tell(`${id} has joined.`);
    meet(true);
  },
  "other-left"({ id, why, isOver }) {
    part();
    const how = {
      exit: "has left",
      connection: "is gone: the connection broke",
      destroyed: "destroyed the room",
    };
    tell(`${id} ${how[why]}. ${isOver ? "The room is gone, too." : "The room waits for somebody else."}`);
    if (isOver) showDoor(true);
  },
  left() {
    part();
    showDoor(true);
    tell(isCreator ? "Your room is gone." : "You left the room.");
  },
  signal({ signal }) {
    link?.take(signal).catch((problem) => step(`refused: ${problem.message}`));
  },
};

socket.addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  element("problem").textContent = "";
  heard[message.type](message);
});
socket.addEventListener("close", () => tell("The server is away. Who is connected can go on writing."));

element("door").addEventListener("submit", (event) => {
  event.preventDefault();
  say({ type: event.submitter?.value ?? "create", room: element("name").value });
});
element("exit").addEventListener("click", () => say({ type: "exit" }));
element("destroy").addEventListener("click", () => say({ type: "destroy" }));
element("chat").addEventListener("submit", (event) => {
  event.preventDefault();
  link.write(element("message").value);
  write("messages", `You: ${element("message").value}`);
  element("message").value = "";
});
element("open-channel").addEventListener("click", () => link.openChannel());
element("close-channel").addEventListener("click", () => {
  link.closeChannel();
  tell("You closed the channel. The connection stands.");
});
element("close-connection").addEventListener("click", () => {
  part();
  tell("You closed the connection.");
});

import { joinRoom } from "/sdk/parlour.js";

const element = (id) => document.getElementById(id);
const time = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
// Two letters of a country become its flag: regional indicators are letters moved up.
const flag = (country) =>
  country ? String.fromCodePoint(...[...country].map((letter) => 0x1f1a5 + letter.charCodeAt(0))) : "";
const person = ({ name, country }) => `${flag(country)} ${name}`.trim();

/** Text always goes in as text: nobody's message becomes markup. */
function write(text, className) {
  const line = document.createElement("p");
  line.textContent = text;
  line.className = className;
  element("messages").append(line);
  line.scrollIntoView();
}

// No name given: the server makes one of two words. A room that is not there yet is made by whoever comes first.
const room = await joinRoom(`${location.origin}/r/lobby`, { media: false });

element("welcome").textContent = `Welcome! You are ${person(room.self)}.`;
const showSaid = ({ from, text, at }) => write(`${time(at)} ${person(from)}: ${text}`, "said");
for (const message of room.messages) showSaid(message);
room.on("said", showSaid);
room.on("notice", ({ text, at }) => write(`${time(at)} ${text}`, "notice"));

function showPeople() {
  const everyone = [room.self, ...[...room.peers.values()].filter((peer) => peer.presence === "here")];
  element("count").textContent = `${everyone.length} online`;
  element("people").replaceChildren(
    ...everyone.map((one) => Object.assign(document.createElement("li"), { textContent: person(one) })),
  );
}
for (const event of ["peer", "peer-changed", "peer-left"]) room.on(event, showPeople);
showPeople();

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = element("message").value;
  element("message").value = "";
  try {
    await room.say(text);
    element("problem").textContent = "";
  } catch (problem) {
    // Only the sender hears of it: profanity, too much, too long.
    element("problem").textContent = `${problem.message} ${problem.hint}`;
    element("message").value = text;
  }
});

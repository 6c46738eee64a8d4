import { joinRoom, makePrivateLink } from "/sdk/parlour.js";
import * as elections from "./election.js";
import { createGame } from "./game.js";
import { isFull, isOver } from "./match.js";
import { nameForNow } from "./names.js";
import { createView } from "./view.js";

const element = (id) => document.getElementById(id);
/** After a pause (a hidden tab, a machine that slept) the puck does not fly on as if nothing had been. */
const longestStepMs = 100;

// The root leads to a fresh room. Name and key are made here: the server never sees what follows the #.
if (location.pathname === "/") location.replace(makePrivateLink(location.origin));
else await start();

async function start() {
  const room = await joinRoom(location.href, { name: nameForNow(), media: false });
  const game = createGame(room, () => performance.now(), elections);
  const canvas = element("rink");
  const view = createView(canvas, game);

  let before = performance.now();
  // Not by frames: the puck goes on for the other one while this page draws nothing.
  setInterval(() => {
    const now = performance.now();
    view.press(now - before);
    game.pass(Math.min(now - before, longestStepMs));
    before = now;
  }, 1000 / 60);
  const draw = () => {
    view.draw();
    if (view.puck !== undefined) canvas.dataset.puck = `${view.puck.x.toFixed(1)} ${view.puck.y.toFixed(1)}`;
    requestAnimationFrame(draw);
  };
  draw();
  setInterval(() => tell(room, game.look), 200);

  element("again").addEventListener("click", () => game.again());
  element("copy").addEventListener("click", () => navigator.clipboard.writeText(room.link));
  element("copy").disabled = false;
}

/** Only what is another now is written: a live region reads out what changes. */
function write(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

function tell(room, { match, me, holder, term, owner, numbers }) {
  const nameOf = (id) => (id === room.self.id ? "You" : (room.peers.get(id)?.name ?? "Nobody"));
  const [one, two] = match.places.map(nameOf);
  const [a, b] = match.score;
  // One's own first, whichever goal it is.
  write("score", me === 1 ? `${two} ${b} : ${a} ${one}` : `${one} ${a} : ${b} ${two}`);
  element("again").hidden = !(isOver(match) && me >= 0);
  write("state", sentence());
  write("referee", holder === undefined ? "nobody yet" : `${nameOf(holder)} (term ${term})`);
  write("owner", owner === me ? "this page" : nameOf(match.places[owner]));
  write("hand-overs", String(numbers.handOvers));
  write("hits", String(numbers.hits));
  write("jump", numbers.widestJump.toFixed(1));

  function sentence() {
    if (!isFull(match))
      return room.peers.size === 0
        ? "Nobody else is here. Copy the link and send it."
        : "Waiting for another player…";
    if (isOver(match)) {
      const winner = a > b ? 0 : 1;
      return winner === me ? "You won!" : `${nameOf(match.places[winner])} won.`;
    }
    return me < 0 ? "You are watching." : "Your goal is below. First to seven.";
  }
}

import { joinRoom, makePrivateLink } from "/sdk/parlour.js";
import { nameForNow } from "./names.js";
import { columns, rows } from "./rules.js";
import {
  again,
  boardOf,
  emptyTable,
  isFair,
  merge,
  placeOf,
  play,
  sit,
  stand,
  tableOf,
  winsOf,
} from "./table.js";

const element = (id) => document.getElementById(id);
const looks = ["first", "second"];

// The root leads to a fresh room. Name and key are made here: the server never sees what follows the #.
if (location.pathname === "/") location.replace(makePrivateLink(location.origin));
else await start();

async function start() {
  const room = await joinRoom(location.href, { name: nameForNow(), media: false });
  const self = room.self.id;
  // Each move arrives once and in order, also when the connection breaks in between.
  const channel = room.channel("table", { delivery: "exactly-once" });
  const isHere = (id) => id === self || room.peers.has(id);
  const kept = `table ${room.name}`;

  const stored = restored();
  let table = stored ?? emptyTable();
  // Who has left meanwhile does not sit there any more.
  for (const { who } of table.places) if (who !== "" && !isHere(who)) table = stand(table, who);
  /** Whoever comes to others hears from them first, so as not to take a place that is taken. */
  let hasHeard = stored !== undefined || room.peers.size === 0;
  let wantsPlace = true;
  if (room.peers.size === 0) table = sit(table, self);

  /** What the page was showing before it was loaded again. */
  function restored() {
    try {
      return tableOf(JSON.parse(sessionStorage.getItem(kept)));
    } catch {
      return undefined;
    }
  }

  function tell(to) {
    // Who is gone before it arrives does not need it.
    channel.send(table, to === undefined ? {} : { to }).catch(() => {});
  }
  function keep(next) {
    table = next;
    sessionStorage.setItem(kept, JSON.stringify(table));
    show(room, table, hasHeard);
  }
  /** What this page decided: shown here, told to the others. */
  function change(next) {
    if (next === table) return;
    keep(next);
    tell();
  }

  channel.on("message", (data, peer) => {
    const theirs = tableOf(data);
    if (theirs === undefined || !isFair(table, theirs, peer.id)) return;
    hasHeard = true;
    keep(merge(table, theirs));
    if (wantsPlace) change(sit(table, self));
    wantsPlace = false;
  });
  room.on("peer", (peer) => {
    if (hasHeard) tell(peer);
    show(room, table, hasHeard);
  });
  room.on("peer-changed", (peer) => {
    // A page that was loaded again comes back into its seat, and asks nobody: it is told.
    if (peer.presence === "here" && hasHeard) tell(peer);
    show(room, table, hasHeard);
  });
  room.on("peer-left", ({ id }) => keep(stand(table, id)));

  for (let column = 0; column < columns; column += 1) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    for (let row = 0; row < rows; row += 1) button.append(document.createElement("span"));
    button.addEventListener("click", () => change(play(table, self, column)));
    element("board").append(button);
  }
  element("again").addEventListener("click", () => change(again(table, self)));
  element("sit").addEventListener("click", () => change(sit(table, self)));
  element("copy").addEventListener("click", () => navigator.clipboard.writeText(room.link));
  element("copy").disabled = false;
  keep(table);
  if (hasHeard) tell();
}

function show(room, table, hasHeard) {
  const board = boardOf(table);
  const self = room.self.id;
  const mine = placeOf(table, self);
  const nameOf = (who) => (who === self ? "You" : (room.peers.get(who)?.name ?? "Nobody"));
  const isFull = table.places.every(({ who }) => who !== "");

  element("players").replaceChildren(
    ...table.places.map(({ who }, i) => {
      const line = document.createElement("li");
      line.classList.toggle("turn", isFull && !board.isOver && board.turn === i);
      const disc = Object.assign(document.createElement("span"), { className: `disc ${looks[i]}` });
      const name = Object.assign(document.createElement("span"), {
        className: "who",
        textContent: who === "" ? "free" : nameOf(who),
      });
      const wins = Object.assign(document.createElement("b"), {
        textContent: who === "" ? "" : winsOf(table, who),
      });
      wins.setAttribute("aria-label", `Rounds won: ${wins.textContent}`);
      wins.setAttribute("role", "img");
      line.append(disc, name, ...(who === "" ? [] : [wins]));
      return line;
    }),
  );

  const last = table.moves.at(-1);
  for (const [column, button] of [...element("board").children].entries()) {
    const height = board.heights[column];
    button.disabled = !(isFull && !board.isOver && board.turn === mine && height < rows);
    button.setAttribute("aria-label", `Column ${column + 1}, ${height} of ${rows} full`);
    for (const [i, disc] of [...button.children].entries()) {
      const row = rows - 1 - i;
      const place = row * columns + column;
      const isLast = column === last && row === height - 1;
      // The look is set only when it is another, so that a disc that fell does not fall again.
      const look = [
        "disc",
        looks[board.cells[place]] ?? "",
        isLast ? "last" : "",
        board.line.includes(place) ? "four" : "",
      ].join(" ");
      if (disc.className !== look) disc.className = look;
      disc.style.setProperty("--from", i + 1);
    }
  }

  element("again").hidden = !(board.isOver && mine >= 0);
  element("sit").hidden = !(hasHeard && mine < 0 && !isFull);
  const watching = room.peers.size + 1 - table.places.filter(({ who }) => who !== "").length;
  element("watching").textContent =
    mine < 0 ? "You are watching." : watching > 0 ? `Watching: ${watching}.` : "";
  element("state").textContent = sentence();

  function sentence() {
    if (!hasHeard) return "Asking the others how the game stands…";
    if (board.winner !== undefined)
      return board.winner === mine
        ? "Four in a row: you won!"
        : `Four in a row: ${nameOf(table.places[board.winner].who)} won.`;
    if (board.isOver) return "The board is full: a draw.";
    if (!isFull)
      return room.peers.size === 0 ? "Nobody else is here. Copy the link and send it." : "A place is free.";
    const { who } = table.places[board.turn];
    if (who === self) return "Your turn.";
    return room.peers.get(who)?.presence === "here"
      ? `${nameOf(who)} thinks…`
      : `${nameOf(who)} is coming back…`;
  }
}

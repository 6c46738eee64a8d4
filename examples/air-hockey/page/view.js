// Draws the rink, and takes hand and keys. Who defends the upper goal sees everything turned round: one's own goal is below.

import { middle, rink } from "./rink.js";

const turned = ({ x, y }) => ({ x: rink.width - x, y: rink.height - y });

export function createView(canvas, game) {
  const pen = canvas.getContext("2d");
  const isTurned = () => game.look.me === 1;
  const seen = (at) => (isTurned() ? turned(at) : at);

  canvas.addEventListener("pointermove", (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const at = {
      x: ((event.clientX - left) / width) * rink.width,
      y: ((event.clientY - top) / height) * rink.height,
    };
    game.aim(seen(at));
  });
  const held = new Set();
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (arrows[event.key] === undefined) return;
    held.add(event.key);
    event.preventDefault();
  });
  canvas.addEventListener("keyup", ({ key }) => held.delete(key));
  canvas.addEventListener("blur", () => held.clear());

  // A canvas knows nothing of light and dark: what a colour is now is asked of an element that has it.
  const probe = canvas.appendChild(document.createElement("span"));
  const color = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const disc = (at, radius, fill, isRing) => {
    if (at === undefined) return;
    const { x, y } = seen(at);
    pen.fillStyle = fill;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.fill();
    if (!isRing) return;
    pen.lineWidth = 1.5;
    pen.strokeStyle = color("surface");
    pen.beginPath();
    pen.arc(x, y, radius * 0.55, 0, 7);
    pen.stroke();
  };

  return {
    /** What is held down moves the paddle. */
    press(ms) {
      const sign = isTurned() ? -1 : 1;
      for (const key of held) {
        const [x, y] = arrows[key];
        game.nudge((sign * x * 150 * ms) / 1000 + sign * x * 4, (sign * y * 150 * ms) / 1000 + sign * y * 4);
      }
    },
    draw() {
      const scale = (canvas.clientWidth * devicePixelRatio) / rink.width;
      const [width, height] = [Math.round(rink.width * scale), Math.round(rink.height * scale)];
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      pen.setTransform(scale, 0, 0, scale, 0, 0);
      pen.clearRect(0, 0, rink.width, rink.height);
      pen.strokeStyle = color("edge");
      pen.lineWidth = 0.6;
      pen.beginPath();
      pen.moveTo(0, middle);
      pen.lineTo(rink.width, middle);
      pen.moveTo(rink.width / 2 + 16, middle);
      pen.arc(rink.width / 2, middle, 16, 0, 7);
      pen.stroke();
      const { shown, match } = game.look;
      // The player below is always in the same colour as their goal.
      for (const player of [0, 1]) {
        pen.fillStyle = color(player === 0 ? "ember" : "moss");
        const y = seen({ x: 0, y: player === 0 ? rink.height : 0 }).y;
        pen.fillRect((rink.width - rink.goal) / 2, y === 0 ? 0 : rink.height - 2, rink.goal, 2);
        if (match.places[player] !== "")
          disc(shown.paddles[player], rink.paddle, color(player === 0 ? "ember" : "moss"), player === 1);
      }
      disc(shown.puck, rink.puck, color("ink"));
    },
    /** The puck as it is seen here, for those who would rather write a robot than play. */
    get puck() {
      const at = game.look.shown.puck;
      return at === undefined ? undefined : seen(at);
    },
  };
}

import type { Points } from "@parlour/client/inspect";
import { filled, told } from "../../words/inspector/words.ts";

interface ChartProps {
  readonly title: string;
  readonly points: Points;
  /** How long it all took. */
  readonly seconds: number;
  readonly format: (value: number) => string;
}

const [width, height] = [240, 48];

/** One line over time. What it shows is said in words too. */
export function Chart({ title, points, seconds, format }: ChartProps) {
  const { charts } = told();
  const known = points.filter((point) => point !== undefined);
  const now = known.at(-1);
  if (now === undefined) return null;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const range = filled(charts.range, {
    least: format(least),
    most: format(most),
    seconds: Math.round(seconds),
  });
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        <strong>{format(now)}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: ${filled(charts.now, { value: format(now) })}, ${range}`}
      >
        <path d={lineOf(points, most)} />
      </svg>
      <p class="soft small">{range}</p>
    </figure>
  );
}

/** From the bottom, which is nought, to the largest; broken where nothing is known. */
function lineOf(points: Points, most: number): string {
  const step = width / Math.max(1, points.length - 1);
  const top = most === 0 ? 1 : most;
  let path = "";
  let isDown = false;
  for (const [index, point] of points.entries()) {
    if (point === undefined) {
      isDown = false;
      continue;
    }
    const y = height - 2 - (Math.max(0, point) / top) * (height - 4);
    path += `${isDown ? "L" : "M"}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    isDown = true;
  }
  return path;
}

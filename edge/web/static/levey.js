// A Levey–Jennings chart: the runs of a control slide in their order, with the mean and the bands of two and three
// standard deviations. Runs are numbered, not dated: the kit's clock may be wrong.

import { svg } from "./dom.js";
import { _, figure } from "./words.js";

const WIDTH = 340; // about as it is shown, for letters grow and shrink with the picture
const HEIGHT = 190;
const START = 58;
const END = 44;
const TOP = 14;
const BOTTOM = 26;
const SHOWN_SD = 3.8;
const MOST_RUNS = 31;
const LETTERS = 12; // their height: lines that lie closer are not all told

/** The chart of one measure. `runs` are `{number, value, verdict}`, oldest first. */
export function chart(name, { mean, sd }, runs) {
  const shown = runs.slice(-MOST_RUNS);
  const reach = Math.max(SHOWN_SD, ...shown.map(({ value }) => Math.abs(value - mean) / sd + 0.4));
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (0.5 - (value - mean) / (2 * reach * sd));
  const x = (index) => START + 14 + (WIDTH - START - END - 28) * (shown.length > 1 ? index / (shown.length - 1) : 0.5);
  const digits = sd < 0.02 ? 3 : sd < 0.5 ? 2 : 1;
  const told = y(mean) - y(mean + sd) >= LETTERS ? [-3, -2, 0, 2, 3] : [-3, 0, 3];
  const lines = [-3, -2, 0, 2, 3].flatMap((k) => line(k, mean + k * sd, y(mean + k * sd), told.includes(k) ? digits : null));
  const points = shown.map(({ value }, index) => `${x(index)},${y(value)}`).join(" ");
  const last = shown.at(-1);
  const words = _("{name}: {runs} runs, the latest {value}; mean {mean}, standard deviation {sd}", {
    name, runs: figure(shown.length), value: last ? figure(last.value, digits) : "–", mean: figure(mean, digits), sd: figure(sd, digits + 1),
  });
  return svg(
    "svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
    svg("rect", { class: "band", x: START, y: y(mean + 2 * sd), width: WIDTH - START - END, height: y(mean - 2 * sd) - y(mean + 2 * sd) }),
    ...lines,
    svg("polyline", { class: "trace", points }),
    ...shown.map((run, index) => spot(run, x(index), y(run.value))),
    ...shown.map(({ number }, index) => (index % Math.ceil(shown.length / 10) === 0 || index === shown.length - 1 ? svg("text", { x: x(index), y: HEIGHT - 6, "text-anchor": "middle" }, figure(number)) : null)),
  );
}

/** A line with its value and name; `digits` null: the line alone. */
function line(k, value, y, digits) {
  const kind = { 0: "mean", 2: "sd2", 3: "sd3" }[Math.abs(k)];
  const label = k === 0 ? "x̄" : `${k > 0 ? "+" : "−"}${figure(Math.abs(k))} s`;
  const drawn = svg("line", { class: kind, x1: START, x2: WIDTH - END, y1: y, y2: y });
  if (digits === null) return [drawn];
  return [
    drawn,
    svg("text", { x: START - 6, y: y + 4, "text-anchor": "end" }, figure(value, digits)),
    svg("text", { x: WIDTH - END + 6, y: y + 4 }, label),
  ];
}

/** A run as a shape of its own: round where it is fine, a triangle for a warning, a square where it blocks. */
function spot({ verdict }, x, y) {
  const shapes = { warn: `M${x} ${y - 7}l7 12h-14Z`, block: `M${x - 6} ${y - 6}h12v12h-12Z` };
  const d = shapes[verdict];
  return d ? svg("path", { class: `spot ${verdict}`, d }) : svg("circle", { class: "spot", cx: x, cy: y, r: 5 });
}

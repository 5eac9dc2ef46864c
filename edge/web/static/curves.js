// The fuzzy sets as curves with the cell's own value on them, and the centres that its opinion leans on.

import { bar, el, svg } from "./dom.js";
import { _, className, figure, measured, names, percent } from "./words.js";

const WIDTH = 180;
const HEIGHT = 84;
const TOP = 8;
const BOTTOM = 22;

/** One small chart for each measure that the rules ask about. */
export function curves({ fuzzy: { inputs } }) {
  return el("div", { class: "explain-part" }, el("h3", {}, _("How the rules see it")), el("div", { class: "curves" }, ...inputs.map(chart)));
}

function chart({ name: feature, value, universe, terms }) {
  const known = names.features.find(({ key }) => key === feature);
  const digits = known?.digits ?? 2;
  const [low, high] = [universe[0], universe.at(-1)];
  const x = (at) => WIDTH * (Math.max(low, Math.min(high, at)) - low) / (high - low);
  const y = (share) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
  const strongest = [...terms].sort((a, b) => b.cell - a.cell)[0];
  const path = ({ membership }) => membership.map((share, index) => `${x(universe[index]).toFixed(1)},${y(share).toFixed(1)}`).join(" ");
  const words = _("{name} {value}: {set} to {degree}", { name: known?.name ?? feature, value: figure(value, digits), set: termName(strongest.term), degree: percent(strongest.cell) });
  return el(
    "div", {},
    el("p", { class: "soft" }, known?.name ?? feature, " ", el("strong", { class: "numeric" }, measured(value, known?.unit, digits))),
    svg(
      "svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
      svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: y(0), y2: y(0) }),
      ...terms.map((each) => svg("polyline", { class: each.cell > 0 ? "curve fires" : "curve", points: path(each) })),
      svg("line", { class: "value", x1: x(value), x2: x(value), y1: TOP - 4, y2: y(0) }),
      svg("text", { x: 0, y: HEIGHT - 6 }, figure(low, digits)),
      svg("text", { x: WIDTH, y: HEIGHT - 6, "text-anchor": "end" }, figure(high, digits)),
    ),
    el("p", { class: "soft" }, `${termName(strongest.term)} · ${percent(strongest.cell)}`),
  );
}

const TERMS = () => ({
  tiny: _("tiny"), small: _("small"), medium: _("medium"), large: _("large"), giant: _("giant"), low: _("low"), mid: _("medium"), high: _("high"),
  irregular: _("irregular"), indented: _("indented"), round: _("round"), one: _("one"), several: _("several"), agranular: _("without granules"),
  granular: _("with granules"), none: _("none"), present: _("present"), pale: _("pale"), blue: _("blue"), fine: _("fine"), clumped: _("clumped"),
});

function termName(name) {
  return TERMS()[name] ?? name;
}

/** The typical cells that lie nearest, each as strongly as the cell at hand resembles it. */
export function nearest({ centres: { nearest: typical } }) {
  const rows = typical.map(({ label, response, distance }) => bar(_("{label}, at distance {distance}", { label: className(label), distance: figure(distance, 2) }), response, percent(response), names.blasts.includes(label) ? "blast" : "other"));
  return el("div", { class: "explain-part" }, el("h3", {}, _("Nearest cells that the kit knows")), ...rows);
}

// The fuzzy sets as curves with the cell's own value on them, and the centres that its opinion leans on.

import { bar, el, svg } from "./dom.js";
import { _, className, figure, names, percent } from "./words.js";

const WIDTH = 180;
const HEIGHT = 84;
const TOP = 8;
const BOTTOM = 22;

/** One small chart for each measure that the rules ask about. */
export function curves({ fuzzy }) {
  const variables = fuzzy.inputs.map(sampled);
  return el("div", { class: "explain-part" }, el("h3", {}, _("How the rules see it")), el("div", { class: "curves" }, ...variables.map(chart)));
}

/** A measure of the API's explanation as a chart wants it. */
function sampled({ name, value, universe, terms }) {
  const sets = terms.map(({ term, membership, cell }) => ({ name: term, degree: cell, points: universe.map((at, k) => [at, membership[k]]) }));
  return { feature: name, value, range: [universe[0], universe.at(-1)], sets };
}

function chart({ feature, value, range: [low, high], sets }) {
  const known = names.features.find(({ key }) => key === feature);
  const digits = known?.digits ?? 2;
  const x = (at) => WIDTH * (Math.max(low, Math.min(high, at)) - low) / (high - low);
  const y = (share) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - share);
  const strongest = [...sets].sort((a, b) => b.degree - a.degree)[0];
  const path = ({ points }) => points.map(([at, share]) => `${x(at)},${y(share)}`).join(" ");
  const words = _("{name} {value}: {set} to {degree}", { name: known?.name ?? feature, value: figure(value, digits), set: setName(strongest.name), degree: percent(strongest.degree) });
  return el(
    "div", {},
    el("p", { class: "soft" }, known?.name ?? feature, " ", el("strong", { class: "numeric" }, `${figure(value, digits)} ${known?.unit ?? ""}`)),
    svg(
      "svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": words },
      svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: y(0), y2: y(0) }),
      ...sets.map((each) => svg("polyline", { class: each.degree > 0 ? "curve fires" : "curve", points: path(each) })),
      svg("line", { class: "value", x1: x(value), x2: x(value), y1: TOP - 4, y2: y(0) }),
      svg("text", { x: 0, y: HEIGHT - 6 }, figure(low, digits)),
      svg("text", { x: WIDTH, y: HEIGHT - 6, "text-anchor": "end" }, figure(high, digits)),
    ),
    el("p", { class: "soft" }, `${setName(strongest.name)} · ${percent(strongest.degree)}`),
  );
}

const SETS = () => ({ low: _("low"), medium: _("medium"), high: _("high"), small: _("small"), large: _("large"), none: _("none"), some: _("some"), many: _("many"), one: _("one") });

function setName(name) {
  return SETS()[name] ?? name;
}

/** The centres of the RBF network that lie nearest. */
export function nearest({ centres }) {
  const rows = centres.nearest.map(({ label, response, distance }) => bar(_("{label}, at distance {distance}", { label: className(label), distance: figure(distance, 2) }), response, percent(response), names.blasts.includes(label) ? "blast" : "other"));
  return el("div", { class: "explain-part" }, el("h3", {}, _("Nearest cells that the kit knows")), ...rows);
}

// Why a cell got its class: what it looks like, what was measured, which rules fired, and what each opinion says;
// and the way to say that it is another.

import { get } from "./api.js";
import { curves, nearest } from "./curves.js";
import { bar, el, glyph, svg } from "./dom.js";
import { kindOf, sure } from "./still.js";
import { _, className, figure, isolated, measured, moment, names, percent } from "./words.js";

const FIRST_FEATURES = 6;
const MARGIN = 0.15;
const REST_MS = 200;

/** Fill the panel with one cell of a field. `corrections` is null where nothing may be corrected. */
export function explain(panel, { field, cell, caseId, corrections }, onClose) {
  const more = el("div", { class: "stack" });
  panel.hidden = false;
  panel.replaceChildren(
    head(cell, onClose),
    el("div", { class: "explain-body" }, portrait(field, cell), summary(cell)),
    ...(corrections ? [el("div", { class: "explain-part" }, corrections.controls({ ...cell, field: field.number }))] : []),
    measures(cell),
    rules(cell.fuzzy),
    opinions(cell),
    more,
  );
  showMore(more, `/cases/${caseId}/fields/${field.number}/cells/${cell.id}`);
}

/** What takes the kit a moment: the curves, the nearest centres, and where the network looked. Whoever goes on from
    cell to cell asks for none of it. */
async function showMore(place, path) {
  await new Promise((rested) => setTimeout(rested, REST_MS));
  if (!place.isConnected) return;
  try {
    const known = await get(`${path}/explanation`);
    place.replaceChildren(curves(known), nearest(known), looked(path));
  } catch (error) {
    place.replaceChildren(el("p", { class: "soft" }, `${error.message} `, el("small", {}, error.code ?? "")));
  }
}

function looked(path) {
  const picture = (source, words) => el("figure", {}, el("img", { src: `/api/v1${path}/${source}`, alt: words, loading: "lazy", width: 136, height: 136 }), el("figcaption", {}, words));
  return section(
    _("Where the network looked"),
    el("div", { class: "looked" }, picture("thumbnail.jpg", _("The cell")), picture("occlusion.png", _("Orange parts spoke for a blast, violet ones against."))),
  );
}

function head(cell, onClose) {
  const close = el("button", { class: "button quiet", type: "button", "aria-label": _("Close"), onclick: onClose }, "✕");
  const said = sure(cell, cell.p);
  const title = el("h2", {}, glyph(kindOf(cell)), ` ${className(cell.class)} `, said ? el("span", { class: "figure" }, said) : null);
  return el("div", { class: "explain-head" }, title, close);
}

function portrait(field, cell) {
  const [x, y, width, height] = cell.box;
  const side = Math.max(width, height) * (1 + 2 * MARGIN);
  const view = [x + width / 2 - side / 2, y + height / 2 - side / 2, side, side].join(" ");
  const lines = ["cells", "nuclei"].map((part) => outline(field.outlines[part][cell.id], part));
  const picture = svg("image", { href: field.href, width: field.size[0], height: field.size[1] });
  return svg("svg", { class: `portrait ${kindOf(cell)}`, viewBox: view, role: "img", "aria-label": _("Cell {id}", { id: cell.id }) }, picture, ...lines);
}

function outline(points, part) {
  return points ? svg("polygon", { points: points.map((point) => point.join(",")).join(" "), class: part }) : null;
}

function summary(cell) {
  const lines = [el("p", { class: "soft" }, _("Cell {id}", { id: cell.id }))];
  if (cell.by) lines.push(el("p", {}, decided(cell)));
  if (cell.doubtful) lines.push(el("p", { class: "doubt" }, _("Doubtful: the opinions differ, or the probability is near the limit.")));
  for (const reason of cell.excluded) lines.push(el("p", { class: "doubt" }, `${_("Not counted")}: ${reason}`));
  if (!cell.doubtful && cell.countable && !cell.corrected) lines.push(el("p", {}, _("Counted; the opinions agree.")));
  return el("div", {}, ...lines);
}

/** What a person made of the cell, who it was, and when. */
function decided({ class: label, countable, machine, by }) {
  const values = { name: isolated(by.operator || _("somebody who was not signed in")), when: moment(by.clock_hint), label: className(machine.class) };
  if (label !== machine.class) return _("Corrected by {name}, {when}; the kit said: {label}.", values);
  if (countable !== machine.countable) return countable ? _("Counted after all by {name}, {when}.", values) : _("Left out by {name}, {when}.", values);
  return _("Confirmed by {name}, {when}.", values);
}

function measures(cell) {
  const rows = names.features.map(({ key, name, unit, digits }) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, measured(cell.features[key], unit, digits))));
  const more = el("details", {}, el("summary", {}, _("All measures")), table(rows.slice(FIRST_FEATURES)));
  return section(_("Measures"), table(rows.slice(0, FIRST_FEATURES)), more);
}

function table(rows) {
  return el("table", { class: "measures" }, el("tbody", {}, ...rows));
}

function rules({ score, rules: fired }) {
  const strongest = [...fired].sort((a, b) => b.strength - a.strength).filter(({ strength }) => strength > 0.005);
  const bars = strongest.map(({ rule, strength }) => bar(rule, strength, percent(strength)));
  return section(
    _("Fuzzy rules"),
    bar(_("Score, 0 not suspicious to 100 suspicious"), score / 100, figure(score), "score"),
    el("div", { class: "rules" }, ...(bars.length ? bars : [el("p", { class: "soft" }, _("No rule fired."))])),
  );
}

function opinions(cell) {
  const column = (title, probability) => el(
    "div", {}, el("h4", {}, title),
    ...Object.keys(probability).map((label) =>
      bar(className(label), probability[label], percent(probability[label]), names.blasts.includes(label) ? "blast" : "other")),
  );
  const members = Object.entries(cell.members ?? {}).map(([name, probability]) => column(name, probability));
  return section(_("Two opinions"), el("div", { class: "opinions" }, column(_("Fuzzy-RBF"), cell.rbf), column(_("Network"), cell.network), ...members));
}

function section(title, ...children) {
  return el("div", { class: "explain-part" }, el("h3", {}, title), ...children);
}

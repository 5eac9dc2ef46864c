// A recorded field with its cells drawn over it: each by its outline, a shape and a colour.

import { get } from "./api.js";
import { glyph, el, svg } from "./dom.js";
import { _, className, figure, listed, names, percent } from "./words.js";

const BADGE_SHARE = 0.011;
const REACH_PX = 22;

/** What a cell is drawn as: blast, other, or excluded. */
export function kindOf(cell) {
  if (!cell.countable) return "excluded";
  return names.blasts.includes(cell.class) ? "blast" : "other";
}

/** How sure the kit was of a class that is its own; of one that a person gave it, it says nothing. */
export function sure({ class: label, machine }, probability) {
  const own = machine?.class ?? machine ?? label;
  return label === own && label in probability ? percent(probability[label]) : null;
}

/** Fetch a field: its document and its outlines. */
export async function fetchField(caseId, number) {
  const path = `/cases/${caseId}/fields/${number}`;
  const [field, outlines] = await Promise.all([get(path), get(`${path}/outlines`)]);
  return fieldOf(caseId, number, field, outlines);
}

/** A field as it is drawn, of its document and its outlines. */
export function fieldOf(caseId, number, document, outlines) {
  return { ...document, number, outlines, href: `/api/v1/cases/${caseId}/fields/${number}/image.jpg` };
}

/** Draw the field into `place`; `onCell` hears which cell is chosen, by pointer or by keyboard. */
export function draw(place, field, onCell) {
  const [width, height] = field.size;
  const radius = BADGE_SHARE * Math.max(width, height);
  const cells = field.cells.map((cell) => drawCell(cell, field.outlines.cells[cell.id], radius));
  const group = svg("g", { class: "cells", role: "group", "aria-label": _("Cells: arrow keys go from one to the next") }, ...cells);
  const picture = svg("image", { href: field.href, width, height });
  place.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "field-picture" }, picture, group));
  if (cells.length) cells[0].setAttribute("tabindex", "0");
  cells.forEach((element, index) => {
    element.addEventListener("keydown", (event) => onKey(event, cells, index, field, onCell));
  });
  place.firstChild.addEventListener("click", (event) => {
    const index = nearest(place.firstChild, event, field.cells);
    if (index >= 0) choose(cells, index, field, onCell);
  });
}

/** What the colours and shapes mean, and how many there are of each. */
export function legend(field) {
  const kinds = { blast: _("Blasts"), other: _("Other cells"), excluded: _("Not counted") };
  const entries = Object.entries(kinds).map(([kind, name]) => {
    const count = field.cells.filter((cell) => kindOf(cell) === kind).length;
    return el("span", { class: "legend-entry" }, glyph(kind), `${name} ${figure(count)}`);
  });
  return el("p", { class: "legend" }, ...entries);
}

function drawCell(cell, outline, radius) {
  const kind = kindOf(cell);
  const [x, y, width] = cell.box;
  const d = outline ? `M${outline.map((point) => point.join(" ")).join("L")}Z` : "";
  const badge = svg("use", {
    href: `#glyph-${kind}`, class: "badge", x: x + width - radius, y: y - radius, width: 2 * radius, height: 2 * radius,
  });
  const known = listed([className(cell.class), sure(cell, cell.p), cell.countable ? null : _("not counted")].filter(Boolean));
  const label = `${_("Cell {id}", { id: cell.id })}: ${known}`;
  return svg(
    "g", { class: `cell ${kind}`, role: "button", tabindex: "-1", "aria-label": label, "data-cell": cell.id },
    svg("path", { d, class: "halo" }), svg("path", { d, class: "line" }), badge,
  );
}

/** The cell that a pointer means: a finger is wider than a cell, so the nearest within its reach. */
function nearest(picture, event, cells) {
  const toPicture = picture.getScreenCTM().inverse();
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(toPicture);
  const distance = ({ centre: [x, y], box: [, , width, height] }) =>
    Math.hypot(point.x - x, point.y - y) - Math.max(width, height) / 2;
  const reach = REACH_PX * toPicture.a;
  const distances = cells.map(distance);
  const index = distances.indexOf(Math.min(...distances));
  return distances[index] <= reach ? index : -1;
}

function choose(cells, index, field, onCell) {
  for (const each of cells) {
    each.setAttribute("tabindex", "-1");
    each.removeAttribute("aria-current");
  }
  cells[index].setAttribute("tabindex", "0");
  cells[index].setAttribute("aria-current", "true");
  cells[index].focus({ preventScroll: true });
  onCell(field.cells[index]);
}

function onKey(event, cells, index, field, onCell) {
  const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Enter: 0, " ": 0 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  event.stopPropagation();
  choose(cells, (index + steps[event.key] + cells.length) % cells.length, field, onCell);
}

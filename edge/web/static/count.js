// The running count: cells against the target, the blast percentage with its interval as a picture, the decision.

import { el, glyph, svg } from "./dom.js";
import { _, className, figure, inPercent, n_, names } from "./words.js";

const LIMITS = { 5: "middle", 20: "end", 25: "start" }; // and on which side of it its figure stands, so that none touch
const GLYPHS = { suspicious: "blast", "not suspicious": "other", refer: "refer", insufficient: "excluded" };
const OTHER_SIDE = { middle: "middle", end: "start", start: "end" };
const NUDGE = { middle: 0, end: 4, start: -4 };
const WIDTH = 340;
const EDGE = 12;
const isMirrored = document.documentElement.dir === "rtl";
const unread = document.documentElement.dataset.unread === "yes";

/** Fill `place` with the sums of a case. */
export function showCount(place, result) {
  place.replaceChildren(verdict(result), progress(result), share(result), sums(result));
}

/** The decision with its reasons; in a language whose words nobody has reviewed the English word stands beside. */
export function verdict({ decision }) {
  const reasons = decision.reasons.map((reason) => el("li", {}, reason));
  const original = unread ? el("span", { class: "original", lang: "en", dir: "ltr", title: _("This translation was not reviewed yet.") }, names.english[decision.label] ?? decision.label) : null;
  return el(
    "div", { class: `verdict ${decision.label.replaceAll(" ", "-")}` },
    el("p", { class: "verdict-label" }, glyph(GLYPHS[decision.label]), el("span", {}, names.decisions[decision.label] ?? decision.label, original ? " " : null, original)),
    reasons.length ? el("ul", {}, ...reasons) : null,
  );
}

function progress({ counts, targets: [provisional, full] }) {
  const counted = counts.countable;
  const fill = el("span", { class: "progress-fill" });
  fill.style.inlineSize = `${100 * Math.min(1, counted / full)}%`;
  const mark = el("span", { class: "progress-mark" });
  mark.style.insetInlineStart = `${100 * provisional / full}%`;
  const scale = el("span", { class: "progress-scale", "aria-hidden": "true" }, el("span", {}, figure(provisional)), el("span", {}, figure(full)));
  scale.firstChild.style.insetInlineStart = `${100 * provisional / full}%`;
  return el(
    "div", { class: "progress" },
    el("p", { class: "line" }, el("span", {}, _("Cells counted")), el("span", { class: "big", "data-counted": counted }, figure(counted))),
    el("span", { class: "progress-track", role: "img", "aria-label": _("{counted} of {full}", { counted: figure(counted), full: figure(full) }) }, fill, mark),
    scale,
  );
}

function share({ counts, decision }) {
  if (!counts.countable) return el("p", { class: "empty" }, _("The blast percentage appears with the first counted cell."));
  const [low, high] = decision.interval;
  const words = _("{low} to {high} % with 95 % confidence", { low: figure(low, 1), high: figure(high, 1) });
  return el(
    "div", { class: "share" },
    el("p", { class: "line" }, el("span", {}, _("Blasts")), el("span", { class: "big" }, inPercent(decision.score))),
    interval(decision.score, low, high, words),
    el("p", { class: "soft" }, words),
  );
}

/** A percentage with its interval on a line from 0 to 100, and the limits that decide; it begins where reading does, as
    on paper. */
export function interval(score, low, high, words) {
  const x = (value) => EDGE + (WIDTH - 2 * EDGE) * (isMirrored ? 100 - value : value) / 100;
  const limits = Object.entries(LIMITS).flatMap(([limit, anchor]) => [
    svg("line", { class: "limit", x1: x(limit), x2: x(limit), y1: 8, y2: 38 }),
    svg("text", { class: "tick", x: x(limit) + (isMirrored ? -1 : 1) * NUDGE[anchor], y: 52, "text-anchor": isMirrored ? OTHER_SIDE[anchor] : anchor }, figure(Number(limit))),
  ]);
  const ends = [0, 50, 100].map((end) => svg("text", { class: "tick end", x: x(end), y: 52, "text-anchor": "middle" }, figure(end)));
  return svg(
    "svg", { class: "interval", viewBox: `0 0 ${WIDTH} 58`, role: "img", "aria-label": words },
    svg("line", { class: "axis", x1: x(0), x2: x(100), y1: 23, y2: 23 }),
    ...limits, ...ends,
    svg("rect", { class: "range", x: Math.min(x(low), x(high)), y: 15, width: Math.max(2, Math.abs(x(high) - x(low))), height: 16, rx: 8 }),
    svg("path", { class: "point", d: `M${x(score)} 11l6 12-6 12-6-12Z` }),
  );
}

function sums({ counts, fields, counted_fields: counted, doubtful, corrected, excluded }) {
  const entry = (name, value) => [el("dt", {}, name), el("dd", {}, figure(value))];
  return el(
    "div", { class: "stack" },
    el(
      "dl", { class: "sums" },
      ...entry(_("Blasts"), counts.blast),
      ...entry(_("Not counted"), counts.excluded),
      ...entry(_("Doubtful"), doubtful),
      ...(corrected === undefined ? [] : entry(_("Corrected by hand"), corrected)),
      ...entry(_("Fields counted"), counted),
      ...entry(_("Fields refused"), fields.length - counted),
    ),
    whyExcluded(excluded ?? []),
  );
}

/** Why cells are not counted, and how many for each reason. */
function whyExcluded(excluded) {
  if (!excluded.length) return null;
  const rows = excluded.map(({ text, cells }) => el("li", {}, n_("{count} cell: {why}", "{count} cells: {why}", cells, { why: text })));
  return el("details", {}, el("summary", {}, _("Why cells are not counted")), el("ul", { class: "soft" }, ...rows));
}

/** A class with its glyph, as a heading of a row. */
export function classLabel(label, isBlast) {
  return el("span", { class: "legend-entry" }, glyph(isBlast ? "blast" : "other"), className(label));
}


// The running count: cells against the target, the blast percentage with its interval as a picture, the decision.

import { el, glyph, svg } from "./dom.js";
import { _, figure, names } from "./words.js";

const LIMITS = { 5: "middle", 20: "end", 25: "start" }; // and on which side of it its figure stands, so that none touch
const GLYPHS = { suspicious: "blast", "not suspicious": "other", refer: "refer", insufficient: "excluded" };
const NUDGE = { middle: 0, end: 4, start: -4 };
const WIDTH = 340;
const EDGE = 12;

/** Fill `place` with the sums of a case. */
export function showCount(place, result) {
  place.replaceChildren(verdict(result), progress(result), share(result), sums(result));
}

function verdict({ decision }) {
  const reasons = decision.reasons.map((reason) => el("li", {}, reason));
  return el(
    "div", { class: `verdict ${decision.label.replaceAll(" ", "-")}` },
    el("p", { class: "verdict-label" }, glyph(GLYPHS[decision.label]), names.decisions[decision.label] ?? decision.label),
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
    el("span", { class: "progress-track", role: "img", "aria-label": _("{counted} of {full}", { counted, full }) }, fill, mark),
    scale,
  );
}

function share({ counts, decision }) {
  if (!counts.countable) return el("p", { class: "empty" }, _("The blast percentage appears with the first counted cell."));
  const [low, high] = decision.interval;
  const words = _("{low} to {high} % with 95 % confidence", { low: figure(low, 1), high: figure(high, 1) });
  return el(
    "div", { class: "share" },
    el("p", { class: "line" }, el("span", {}, _("Blasts")), el("span", { class: "big" }, `${figure(decision.score, 1)} %`)),
    interval(decision.score, low, high, words),
    el("p", { class: "soft" }, words),
  );
}

function interval(score, low, high, words) {
  const x = (value) => EDGE + (WIDTH - 2 * EDGE) * value / 100;
  const limits = Object.entries(LIMITS).flatMap(([limit, anchor]) => [
    svg("line", { class: "limit", x1: x(limit), x2: x(limit), y1: 8, y2: 38 }),
    svg("text", { class: "tick", x: x(limit) + NUDGE[anchor], y: 52, "text-anchor": anchor }, figure(limit)),
  ]);
  const ends = [0, 50, 100].map((end) => svg("text", { class: "tick end", x: x(end), y: 52, "text-anchor": "middle" }, figure(end)));
  return svg(
    "svg", { class: "interval", viewBox: `0 0 ${WIDTH} 58`, role: "img", "aria-label": words },
    svg("line", { class: "axis", x1: x(0), x2: x(100), y1: 23, y2: 23 }),
    ...limits, ...ends,
    svg("rect", { class: "range", x: x(low), y: 15, width: Math.max(2, x(high) - x(low)), height: 16, rx: 8 }),
    svg("path", { class: "point", d: `M${x(score)} 11l6 12-6 12-6-12Z` }),
  );
}

function sums({ counts, fields, counted_fields: counted, doubtful }) {
  const entry = (name, value) => [el("dt", {}, name), el("dd", {}, figure(value))];
  return el(
    "dl", { class: "sums" },
    ...entry(_("Blasts"), counts.blast),
    ...entry(_("Not counted"), counts.excluded),
    ...entry(_("Doubtful"), doubtful),
    ...entry(_("Fields counted"), counted),
    ...entry(_("Fields refused"), fields.length - counted),
  );
}

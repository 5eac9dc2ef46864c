// A step of a case's audit log in words.

import { el } from "./dom.js";
import { BECOMES, _, className, figure, listed, moment, names } from "./words.js";

const KINDS = () => ({
  begin: _("Begun"), field: _("Captured"), again: _("Counted already"), class: _("Class changed"), exclude: _("Left out"), include: _("Counted after all"), restore: _("Back to the kit's"),
  undo: _("Taken back"), redo: _("Done again"), manual: _("Counted by eye"), finish: _("Finished"), resume: _("Resumed"), sign: _("Signed"),
  amend: _("Amended"), note: _("Note changed"), objective: _("Objective changed"), consent: _("Consent for training"), answer: _("Answer of a haematologist"), reanalyse: _("Analysed again"), export: _("Papers written"),
});

const CORRECTIONS = new Set(["class", "exclude", "include", "restore", "undo", "redo", "again"]);
const STATED = new Set(["finish", "resume"]);
const UNSAID = new Set(["begin", "field"]);
/** What nobody does: the kit does it by itself. */
const OF_THE_KIT = new Set(["again"]);

/** What was done, where, from what to what, and why. */
export function done({ kind, field, cell, before, after, reason }) {
  const where = [field && _("Field {number}", { number: figure(field) }), cell && _("Cell {id}", { id: cell })].filter(Boolean);
  const place = where.length ? ` · ${listed(where)}` : "";
  const change = (before || after) && !(UNSAID.has(kind)) ? [before, after].map((each) => said(kind, each)).filter(Boolean).join(BECOMES) : "";
  return [el("strong", {}, KINDS()[kind] ?? kind), place, change ? ` · ${change}` : "", reason ? ` · ${names.left_out[reason] ?? reason}` : ""];
}

/** Who did it, and when. */
export function doer({ kind, operator, clock_hint: hint }) {
  const nobody = OF_THE_KIT.has(kind) ? _("The kit itself") : _("Nobody signed in");
  return [operator ? el("bdi", {}, operator) : nobody, " · ", moment(hint)];
}

/** A list of steps, for those who have not seen them. */
export function stepList(steps) {
  return el("ul", { class: "steps" }, ...steps.map((step) => el("li", {}, ...done(step), " · ", ...doer(step))));
}

/** A value before or after a step; "" where there was none. */
function said(kind, value) {
  if (value === null || value === undefined) return CORRECTIONS.has(kind) ? _("the kit's") : "";
  if (typeof value === "string") return STATED.has(kind) ? (names.states[value] ?? value) : value;
  const { label, counted, counts, kinds, ground, opinion } = value;
  const words = [
    label ? className(label) : null, counted === false ? _("left out") : null, ground, names.opinions[opinion],
    counts ? listed(Object.entries(counts).map(([name, cells]) => `${className(name)} ${figure(cells)}`)) : null, kinds && listed(kinds),
  ].filter(Boolean);
  return words.length ? listed(words) : _("counted");
}

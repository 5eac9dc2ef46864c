// Everything that people did to a case, in the order in which they did it.

import { get } from "./api.js";
import { byId, el, table } from "./dom.js";
import { problem } from "./notices.js";
import { _, className, figure, moment, names } from "./words.js";

const caseId = byId("main").dataset.case;

const KINDS = () => ({
  begin: _("Begun"), field: _("Captured"), again: _("Counted already"), class: _("Class changed"), exclude: _("Left out"), include: _("Counted after all"), restore: _("Back to the kit's"),
  undo: _("Taken back"), redo: _("Done again"), manual: _("Counted by eye"), finish: _("Finished"), resume: _("Resumed"), sign: _("Signed"),
  amend: _("Amended"), note: _("Note changed"), objective: _("Objective changed"), consent: _("Consent for training"), answer: _("Answer of a haematologist"), reanalyse: _("Analysed again"), export: _("Papers written"),
});

const CORRECTIONS = new Set(["class", "exclude", "include", "restore", "undo", "redo", "again"]);
const UNSAID = new Set(["begin", "field"]);

function entry({ number, kind, operator, clock_hint: hint, field, cell, before, after, reason, undone }) {
  const place = field ? ` · ${_("Field {number}", { number: figure(field) })}${cell ? `, ${_("Cell {id}", { id: cell })}` : ""}` : "";
  const change = (before || after) && !(UNSAID.has(kind)) ? [before, after].map((each) => said(kind, each)).filter(Boolean).join(" → ") : "";
  return el(
    "li", {},
    el("span", { class: "numeric soft" }, figure(number)),
    el("span", {}, el("span", { class: undone ? "undone" : null }, el("strong", {}, KINDS()[kind] ?? kind), place, change ? ` · ${change}` : "", reason ? ` · ${reason}` : ""), undone ? ` (${_("taken back")})` : ""),
    el("span", {}),
    el("small", {}, operator ? el("bdi", {}, operator) : _("Nobody signed in"), " · ", moment(hint)),
  );
}

/** A value before or after a step; "" where there was none. */
function said(kind, value) {
  if (value === null || value === undefined) return CORRECTIONS.has(kind) ? _("the kit's") : "";
  if (typeof value === "string") return value;
  const { label, counted, counts, kinds, ground, opinion } = value;
  const words = [
    label ? className(label) : null, counted === false ? _("left out") : null, ground, names.opinions[opinion],
    counts ? Object.entries(counts).map(([name, cells]) => `${className(name)} ${figure(cells)}`).join(", ") : null, kinds?.join(", "),
  ].filter(Boolean);
  return words.length ? words.join(", ") : _("counted");
}

async function show() {
  const [steps, versions] = await Promise.all([get(`/cases/${caseId}/audit`), get(`/cases/${caseId}/versions`)]);
  byId("log").replaceChildren(...steps.map(entry));
  byId("no-log").hidden = steps.length > 0;
  const rows = versions.map(({ version, operator, clock_hint: hint, digest, intact, statement }) => [
    figure(version), el("bdi", {}, operator), moment(hint), statement ?? "", el("code", {}, digest.slice(0, 16)), intact ? _("As signed") : _("Differs from what was signed"),
  ]);
  byId("versions").replaceChildren(rows.length ? table([_("Version"), _("Operator"), _("Time"), _("Statement"), _("Digest"), _("State")], rows) : el("p", { class: "empty" }, _("Nobody has signed yet.")));
}

show().catch(problem);

// Everything that people did to a case, in the order in which they did it.

import { get } from "./api.js";
import { byId, el, table } from "./dom.js";
import { problem } from "./notices.js";
import { _, className, figure, moment } from "./words.js";

const caseId = byId("main").dataset.case;

const KINDS = () => ({
  begin: _("Begun"), class: _("Class changed"), exclude: _("Left out"), include: _("Counted after all"), restore: _("Back to the kit's"),
  undo: _("Taken back"), redo: _("Done again"), manual: _("Counted by eye"), finish: _("Finished"), resume: _("Resumed"), sign: _("Signed"),
  amend: _("Amended"), note: _("Note changed"), consent: _("Consent"), answer: _("Answer of a haematologist"), reanalyse: _("Analysed again"), edit: _("Note changed"),
});

function entry({ number, kind, operator, clock_hint: hint, field, cell, before, after, reason, undone }) {
  const place = field ? ` · ${_("Field {number}", { number: figure(field) })}${cell ? `, ${_("Cell {id}", { id: cell })}` : ""}` : "";
  const change = [before, after].filter((each) => each !== null && each !== undefined && each !== "").map(said).join(" → ");
  return el(
    "li", {},
    el("span", { class: "numeric soft" }, figure(number)),
    el("span", {}, el("span", { class: undone ? "undone" : null }, el("strong", {}, KINDS()[kind] ?? kind), place, change ? ` · ${change}` : "", reason ? ` · ${reason}` : ""), undone ? ` (${_("taken back")})` : ""),
    el("span", {}),
    el("small", {}, operator ? el("bdi", {}, operator.name ?? operator) : _("Nobody signed in"), " · ", moment(hint)),
  );
}

function said(value) {
  if (typeof value === "string") return className(value);
  if (typeof value !== "object") return String(value);
  return Object.entries(value).map(([key, each]) => (key === "class" || key === "label" ? className(each) : `${key} ${typeof each === "object" ? JSON.stringify(each) : each}`)).join(", ");
}

async function show() {
  const [steps, versions] = await Promise.all([get(`/cases/${caseId}/audit`), get(`/cases/${caseId}/versions`)]);
  byId("log").replaceChildren(...steps.map(entry));
  byId("no-log").hidden = steps.length > 0;
  const rows = versions.map(({ version, operator, clock_hint: hint, digest, intact, statement }) => [
    figure(version), el("bdi", {}, operator.name ?? operator), moment(hint), statement ?? "", el("code", {}, digest.slice(0, 16)), intact ? _("As signed") : _("Differs from what was signed"),
  ]);
  byId("versions").replaceChildren(rows.length ? table([_("Version"), _("Operator"), _("Time"), _("Statement"), _("Digest"), _("State")], rows) : el("p", { class: "empty" }, _("Nobody has signed yet.")));
}

show().catch(problem);

// Everything that people did to a case, in the order in which they did it.

import { get } from "./api.js";
import { byId, el, table } from "./dom.js";
import { problem } from "./notices.js";
import { done, doer } from "./steps.js";
import { _, figure, listed, moment } from "./words.js";

const caseId = byId("main").dataset.case;

function entry(step) {
  return el(
    "li", {},
    el("span", { class: "numeric soft" }, figure(step.number)),
    el("span", {}, el("span", { class: step.undone ? "undone" : null }, ...done(step)), step.undone ? ` (${_("taken back")})` : ""),
    el("span", {}),
    el("small", {}, ...doer(step)),
  );
}

/** The cells of one field that were counted already are one line, however many they are. */
function lines(steps) {
  const found = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (last && belongs(step, last[0])) last.push(step);
    else found.push([step]);
  }
  return found.map((group) => (group.length === 1 ? entry(group[0]) : together(group)));
}

const belongs = (step, first) => step.kind === "again" && first.kind === "again" && step.field === first.field && !step.undone && !first.undone;

function together(group) {
  const [first, last] = [group[0], group.at(-1)];
  const what = [_("Field {number}", { number: figure(first.field) }), _("Cells {ids}", { ids: listed(group.map(({ cell }) => figure(cell))) })];
  return el(
    "li", {},
    el("span", { class: "numeric soft" }, `${figure(first.number)}–${figure(last.number)}`),
    el("span", {}, ...done({ kind: "again" }), ` · ${listed(what)}`),
    el("span", {}),
    el("small", {}, ...doer(first)),
  );
}

async function show() {
  const [steps, versions] = await Promise.all([get(`/cases/${caseId}/audit`), get(`/cases/${caseId}/versions`)]);
  byId("log").replaceChildren(...lines(steps));
  byId("no-log").hidden = steps.length > 0;
  const rows = versions.map(({ version, operator, clock_hint: hint, digest, intact, statement }) => [
    el("a", { class: "button quiet", href: `/cases/${caseId}/report?version=${version}` }, _("Version {version}", { version: figure(version) })), el("bdi", {}, operator), moment(hint), statement ?? "", el("code", {}, digest.slice(0, 16)), intact ? _("As signed") : _("Differs from what was signed"),
  ]);
  byId("versions").replaceChildren(rows.length ? table([_("Version"), _("Operator"), _("Time"), _("Statement"), _("Digest"), _("State")], rows) : el("p", { class: "empty" }, _("Nobody has signed yet.")));
}

show().catch(problem);

// The list of fields of a case, newest first; each opens its picture.

import { el } from "./dom.js";
import { _, figure } from "./words.js";

/** Fill the list; `onOpen` hears which field is asked for. */
export function showFields(caseId, fields, openNumber, onOpen) {
  document.getElementById("no-fields").hidden = fields.length > 0;
  const entries = [...fields].reverse().map((field) => entry(caseId, field, field.number === openNumber, onOpen));
  document.getElementById("fields").replaceChildren(...entries);
}

function entry(caseId, field, isOpen, onOpen) {
  const source = `/api/v1/cases/${caseId}/fields/${field.number}/thumbnail.jpg`;
  const sums = field.ok
    ? _("Cells {cells}, blasts {blasts}", { cells: figure(field.counts.countable), blasts: figure(field.counts.blast) })
    : _("Not counted");
  return el("li", {}, el(
    "button", {
      type: "button", class: `field-entry${field.ok ? "" : " refused"}`, "aria-current": isOpen ? "true" : null,
      "data-field": field.number, onclick: () => onOpen(field.number),
    },
    el("img", { src: source, alt: "", loading: "lazy", width: 320, height: 240 }),
    el("span", { class: "field-words" }, el("strong", {}, _("Field {number}", { number: figure(field.number) })), el("span", {}, sums)),
  ));
}

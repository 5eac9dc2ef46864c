// Forms from values: labels, inputs, and what went wrong beside them.

import { button, el } from "./dom.js";
import { _ } from "./words.js";

/** A labelled input; `attributes` go to the input. */
export function input(name, label, attributes = {}, hint = null) {
  return labelled(label, el("input", { name, ...attributes }), hint);
}

/** A labelled choice from `options`, a mapping of values to names. */
export function select(name, label, options, chosen = null, hint = null) {
  const entries = Object.entries(options).map(([value, text]) => el("option", { value, selected: value === String(chosen) }, text));
  return labelled(label, el("select", { name }, ...entries), hint);
}

/** A labelled text of several lines. */
export function text(name, label, attributes = {}, hint = null, value = "") {
  return labelled(label, el("textarea", { name, rows: 2, ...attributes }, value), hint);
}

/** Yes or no. */
export function toggle(name, label, checked) {
  return el("label", { class: "switch" }, el("input", { type: "checkbox", name, checked }), label);
}

/** A PIN: digits on a phone's keypad, never remembered. */
export function pin(name = "pin", label = _("PIN"), hint = null) {
  return input(name, label, { type: "password", inputmode: "numeric", autocomplete: "off", pattern: "[0-9]{4,12}", maxlength: 12, required: true }, hint);
}

/** A PIN that is chosen now, typed twice. */
export const newPin = (name = _("New PIN")) => [pin("pin", name, _("4 to 12 digits. Nobody can read it back to you.")), pin("again", _("The same PIN again"))];

/** The values of a form with a `newPin`, once both are the same. */
export function typedTwice({ again, ...values }) {
  if (again !== values.pin) throw new Error(_("The two PINs differ."));
  return values;
}

/** A form that hands its values to `onSend`, and says beside its button what went wrong. */
export function form(name, onSend, ...children) {
  const trouble = el("div", { class: "form-problem", role: "alert", hidden: true });
  const send = el("button", { class: "button primary" }, name);
  const made = el("form", { class: "form" }, ...children, trouble, el("div", { class: "row" }, send));
  const attempt = async (act) => {
    trouble.hidden = true;
    send.disabled = true;
    made.toggleAttribute("data-sending", true);
    try {
      await act();
    } catch (error) {
      trouble.replaceChildren(...said(error, attempt));
      trouble.hidden = false;
    } finally {
      send.disabled = false;
      made.toggleAttribute("data-sending", false);
    }
  };
  // another way holds for what was sent, not for what is typed since
  made.addEventListener("input", () => trouble.querySelector("button")?.remove());
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => onSend(valuesOf(made), made));
  });
  return made;
}

/** What went wrong; an error may name another way, `again`: the words of its button, and what it does. */
function said({ message, remedy = "", code = "", again = null }, attempt) {
  const words = el("p", {}, `${message} ${remedy} `, el("small", {}, code));
  return again ? [words, button(again[0], () => attempt(again[1]))] : [words];
}

/** What a form holds: numbers as numbers, switches as yes or no. */
export function valuesOf(made) {
  const values = {};
  for (const each of made.elements) {
    if (!each.name) continue;
    if (each.type === "checkbox") values[each.name] = each.checked;
    else if (each.type === "radio") { if (each.checked) values[each.name] = each.value; }
    else if (each.type === "number") values[each.name] = each.value === "" ? null : Number(each.value);
    else values[each.name] = each.value;
  }
  return values;
}

function labelled(label, control, hint) {
  return el("label", {}, label, control, hint ? el("small", {}, hint) : null);
}

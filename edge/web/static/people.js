// Who works with the kit: let in, sent away, and their PINs. Nobody sees a PIN, and one's own asks for the present one.

import { get, patchJson, postJson } from "./api.js";
import { button, el, wideTable } from "./dom.js";
import { form, input, newPin, pin, select, toggle, typedTwice } from "./form.js";
import { notice, problem } from "./notices.js";
import { _ } from "./words.js";

/** Fill the card, and again after each change. */
export async function showPeople(place) {
  const [operators, { operator: me }] = await Promise.all([get("/operators"), get("/session")]);
  const again = () => showPeople(place);
  const others = operators.filter(({ id, active }) => active && id !== me?.id);
  place.replaceChildren(...[
    operators.length ? everybody(operators, again) : el("p", { class: "empty" }, _("This kit has no operator yet.")),
    me ? folded(_("Change my PIN"), own(me, again)) : null,
    operators.length && !me ? el("p", {}, el("a", { class: "button", href: "/sign-in?next=/settings" }, _("Sign in to change your PIN"))) : null,
    me?.lead && others.length ? folded(_("A new PIN for somebody who forgot theirs"), forgotten(others, again)) : null,
    folded(_("Add an operator"), added(again)),
  ].filter(Boolean));
}

const folded = (name, inside) => el("details", {}, el("summary", {}, name), inside);

function everybody(operators, again) {
  const rows = operators.map(({ id, name, lead, active }) => [
    el("bdi", {}, name), lead ? _("Lead") : _("Operator"), active ? _("Active") : _("No longer here"),
    button(active ? _("Deactivate") : _("Activate again"), () => patchJson(`/operators/${id}`, { active: !active }).then(again).catch(problem), { class: "quiet" }),
  ]);
  return wideTable(_("Operators"), [_("Name"), _("Role"), _("State"), el("span", { class: "unseen" }, _("Change"))], rows);
}

/** The session ends with the old PIN: the new one opens the next. */
function own({ id }, again) {
  return form(_("Change my PIN"), async (values) => {
    const { pin: digits, own_pin } = typedTwice(values);
    await patchJson(`/operators/${id}`, { pin: digits, own_pin });
    await postJson("/session", { operator: id, pin: digits });
    await again();
    notice(_("Your PIN is changed."), "", "good");
  }, pin("own_pin", _("Present PIN")), ...newPin());
}

function forgotten(others, again) {
  const people = Object.fromEntries(others.map(({ id, name }) => [id, name]));
  return form(_("Set this PIN"), async (values) => {
    const { operator, pin: digits } = typedTwice(values);
    await patchJson(`/operators/${operator}`, { pin: digits });
    await again();
    notice(_("{name} has a new PIN.", { name: `\u2068${people[operator]}\u2069` }), _("They sign in with it from now on."), "good");
  }, select("operator", _("Operator"), people), ...newPin());
}

function added(again) {
  return form(_("Add"), async (values) => {
    await postJson("/operators", values);
    await again();
  }, input("name", _("Name"), { required: true, maxlength: 60, autocomplete: "off" }), pin("pin", _("PIN"), _("4 to 12 digits.")), toggle("lead", _("May change settings and operators"), false));
}

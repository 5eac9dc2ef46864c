// The control slides of the kit: those in use, those put away with their runs, and a new one in another's place.

import { patchJson, postJson } from "./api.js";
import { button, el } from "./dom.js";
import { form, input, select, toggle } from "./form.js";
import { problem } from "./notices.js";
import { _, n_ } from "./words.js";

const KINDS = () => ({ peripheral: _("Peripheral blood"), marrow: _("Marrow aspirate"), beads: _("Beads"), other: _("Another slide") });

/** Whether whoever is here may put slides away: a person who leads, or anybody where nobody is named. */
export const mayPutAway = ({ operator, operators }) => !operators || Boolean(operator?.lead);

/** Fill the card; `choose` hears which slide is meant, once what was asked for is done. */
export function showSlides(place, { slides, chosen, may }, choose) {
  const chip = ({ id, name, kind, runs }) => el(
    "button", { type: "button", class: "chip", "aria-pressed": String(id === chosen?.id), onclick: () => choose(id) },
    el("bdi", {}, name), el("span", { class: "numeric" }, `${KINDS()[kind] ?? kind} · ${n_("{count} run", "{count} runs", runs)}`),
  );
  const away = slides.filter(({ active }) => !active);
  place.replaceChildren(...[
    ...slides.filter(({ active }) => active).map(chip),
    chosen && may ? use(chosen, choose) : null,
    away.length ? el("details", { open: chosen?.active === false }, el("summary", {}, _("Out of use")), el("div", { class: "stack" }, ...away.map(chip))) : null,
    el("details", { open: !slides.length }, el("summary", {}, _("A new control slide")), fresh(chosen?.active && may ? chosen : null, choose)),
  ].filter(Boolean));
}

function use({ id, active }, choose) {
  const put = async () => {
    try {
      await patchJson(`/controls/${id}`, { active: !active });
      choose(id);
    } catch (error) {
      problem(error);
    }
  };
  return el("p", { class: "row" }, button(active ? _("Take out of use") : _("Take into use again"), put), el("small", {}, _("Its runs and its chart are kept.")));
}

function fresh(old, choose) {
  const words = [
    input("name", _("Name on the slide"), { required: true, maxlength: 60 }), select("kind", _("Kind"), KINDS()),
    input("base_runs", _("Runs that make its limits"), { type: "number", min: 3, max: 30, value: 5 }, _("Until then fixed limits hold.")),
    old ? toggle("replaces", _("It takes the place of {name}", { name: `\u2068${old.name}\u2069` }), false) : null,
  ];
  return form(_("Add this slide"), async ({ replaces = false, ...values }) => {
    const made = await postJson("/controls", values);
    if (replaces) await patchJson(`/controls/${old.id}`, { active: false });
    choose(made.id);
  }, ...words);
}

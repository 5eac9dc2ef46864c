// The steps of setting up: what each is for, what good looks like, and what is filled in.

import { get, postJson } from "./api.js";
import { byId, el } from "./dom.js";
import { form, input, newPin, typedTwice } from "./form.js";
import { showScale } from "./scale.js";
import { _ } from "./words.js";

export const STEPS = {
  language: {
    name: () => _("Language"),
    title: () => _("Choose the language"),
    why: () => _("The page and its papers speak it. Each phone or screen can choose another one."),
    good: () => [_("Everybody who works at this microscope reads it without help.")],
    fill: fillLanguage,
  },
  operator: {
    name: () => _("Operator"),
    title: () => _("Who works with this kit?"),
    why: () => _("A result is signed by a person with a PIN. The first one may change settings and add others."),
    good: () => [_("A name that colleagues know, as it is to stand under a result."), _("A PIN that nobody else knows, and no date of birth.")],
    fill: fillOperator,
    fills: true,
  },
  camera: {
    name: () => _("Camera"),
    title: () => _("Is the picture there?"),
    why: () => _("Put any stained slide under the lens and look at the picture beside this."),
    good: () => [_("The picture moves when you move the slide."), _("It fills the view: no dark ring round it."), _("Nobody's breath on the eyepiece, no dust that stays when the slide moves.")],
  },
  light: {
    name: () => _("Light"),
    title: () => _("Set the light"),
    why: () => _("Centre the condenser, open the field diaphragm to the edge of the view, and set the lamp."),
    good: () => [_("An empty place is bright, nearly white, and nowhere pure white."), _("Corners are about as bright as the middle."), _("The bars “Brightness” and “Even light” stand past their marks.")],
  },
  focus: {
    name: () => _("Focus"),
    title: () => _("Learn the focus aid"),
    why: () => _("Turn the fine focus through the best place and back. The lower bar is full where it was sharpest; switch the tone on to keep your eyes at the eyepiece."),
    good: () => [_("The bar “Focus” stands past its mark, and the lower bar is full again."), _("The chromatin of nuclei shows grains, not a smooth blot.")],
  },
  scale: {
    name: () => _("Scale"),
    title: () => _("How large is a pixel?"),
    why: () => _("Sizes are told in micrometres, so the kit has to know the scale of each objective."),
    good: () => [_("Measured twice, it differs by less than 2 %."), _("With a 100× objective it is often 0.05 to 0.2 µm per pixel.")],
    fill: showScale,
    fills: true,
  },
  control: {
    name: () => _("Control slide"),
    title: () => _("A known slide, each day"),
    why: () => _("Choose one good slide and keep it. Looked at each day before the patients, it shows when lamp, stain or camera drift."),
    good: () => [_("A slide whose result you know, with 50 nucleated cells and more."), _("Kept dark and dry, with a name on it.")],
    fill: fillControl,
  },
};

function fillLanguage(place) {
  const options = [...byId("lang").options].map(({ value, text, selected }) => el(
    "a", { class: "choice", lang: value, href: `?lang=${value}&step=language`, "aria-current": selected ? "true" : null }, text,
  ));
  place.replaceChildren(el("div", { class: "choices" }, ...options));
}

async function fillOperator(place, { done }) {
  const operators = await get("/operators");
  if (operators.length) {
    place.replaceChildren(el("p", {}, _("This kit has an operator:"), " ", el("bdi", {}, operators.map(({ name }) => name).join(", "))), el("button", { type: "button", class: "button primary", onclick: done }, _("Go on")));
    return;
  }
  place.replaceChildren(form(_("Begin with this operator"), async (values) => {
    const operator = typedTwice(values);
    const made = await postJson("/operators", { ...operator, lead: true });
    await postJson("/session", { operator: made.id, pin: operator.pin });
    await done();
  }, input("name", _("Name"), { required: true, maxlength: 60, autocomplete: "off" }), ...newPin(_("PIN"))));
}

async function fillControl(place) {
  const slides = (await get("/controls")).filter(({ active }) => active);
  const known = slides.length ? el("p", {}, _("Known slides:"), " ", el("bdi", {}, slides.map(({ name }) => name).join(", "))) : null;
  place.replaceChildren(...[known, el("p", {}, el("a", { class: "button", href: "/control" }, _("To the control slide")))].filter(Boolean));
}


// The bundles on this kit, to choose one: what each is called, since when it is here, and which classes it tells apart.

import { get } from "./api.js";
import { el } from "./dom.js";
import { _, className, moment } from "./words.js";

/** A form about one of them, `made` of the choice; words instead where the kit has none. */
export async function aboutABundle(name, made) {
  const bundles = await get("/bundles");
  if (!bundles.length) return el("p", { class: "empty" }, _("This kit has no bundle to choose. One is installed with {command}.", { command: "\u2066marrowkit bundle install\u2069" }));
  return made(chosenOf(name, bundles));
}

function chosenOf(name, bundles) {
  const usable = bundles.filter(({ fault }) => !fault);
  return el(
    "fieldset", { class: "stack" }, el("legend", {}, _("Bundle")),
    ...usable.map((each) => choice(name, each, usable.length === 1)),
    ...bundles.filter(({ fault }) => fault).map(refused),
  );
}

function choice(name, { ask, name: bundle, version, title, current, installed_hint: since, classes }, checked) {
  return el(
    "label", { class: "choice" }, el("input", { type: "radio", name, value: ask, required: true, checked }),
    el(
      "span", {},
      el("strong", {}, el("bdi", {}, `${bundle} ${version}`)), current ? el("span", { class: "pill good" }, _("In use now")) : null,
      el("small", {}, el("bdi", {}, title), " · ", since ? _("Installed {when}", { when: moment(since) }) : _("Came with the kit")),
      el("small", {}, _("Tells apart: {classes}", { classes: classes.map(className).join(", ") })),
    ),
  );
}

function refused({ name, version, fault: { detail, remedy, code } }) {
  return el("p", { class: "soft" }, el("bdi", {}, [name, version].filter(Boolean).join(" ")), `: ${detail} ${remedy} `, el("small", {}, code));
}

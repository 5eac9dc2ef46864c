// What still wants doing before patients: the first run that was left, and the control slide of the day.

import { get } from "./api.js";
import { el } from "./dom.js";
import { _ } from "./words.js";

/** Fill the card with what is due, or leave it hidden. */
export async function showSetup(place) {
  const [session, control] = await Promise.all([quietly("/session"), quietly("/controls/state")]);
  const entries = [];
  if (session && !session.first_run_done) {
    entries.push(entry(_("This kit is not set up yet"), _("Language, operator, light, focus and scale: about ten minutes."), "/first-run", _("Set it up")));
  }
  if (control && control.policy !== "off" && (control.state !== "ok" || control.due)) {
    entries.push(entry(control.due ? _("The control slide is due") : _("The control slide is not as usual"), [...new Set(control.advice)].join(" "), "/control", _("Control slide")));
  }
  place.hidden = entries.length === 0;
  place.replaceChildren(...entries);
}

function entry(title, words, where, name) {
  return el("div", { class: "due" }, el("h2", {}, title), el("p", {}, words), el("p", {}, el("a", { class: "button", href: where }, name)));
}

/** The answer, or nothing where the kit cannot say: the picture matters more than a reminder. */
async function quietly(path) {
  try {
    return await get(path);
  } catch {
    return null;
  }
}

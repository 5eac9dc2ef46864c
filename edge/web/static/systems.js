// The two systems beside each other: how many of the counted cells each alone calls a blast, and how far they agree.

import { interval } from "./count.js";
import { el } from "./dom.js";
import { _, figure, inPercent } from "./words.js";

/** Both systems of a case that has counted cells. */
export function systems({ systems: { rbf, network, alike, apart }, counts: { countable } }) {
  const words = apart ? _("Their counts differ by more than chance would give.") : _("Their counts differ by no more than chance would give.");
  return el(
    "div", { class: "systems stack" },
    el("h3", {}, _("Each system alone")),
    el("div", { class: "side-by-side" }, one(_("Fuzzy-RBF"), rbf), one(_("Network"), network)),
    el("p", {}, _("They agree on {alike} of {counted} cells.", { alike: figure(alike), counted: figure(countable) }), " ", words),
  );
}

function one(name, { cells, percent, interval: [low, high] }) {
  const words = _("{low} to {high} % with 95 % confidence", { low: figure(low, 1), high: figure(high, 1) });
  return el(
    "div", {},
    el("p", { class: "line" }, el("span", {}, name), el("strong", { class: "numeric" }, inPercent(percent))),
    interval(percent, low, high, `${name}: ${words}`),
    el("p", { class: "soft" }, `${_("Blasts")}: ${figure(cells)} · ${words}`),
  );
}

// Two cases, or two analyses of one, side by side.

import { get } from "./api.js";
import { classLabel } from "./count.js";
import { byId, el, glyph, wideTable } from "./dom.js";
import { problem } from "./notices.js";
import { _, figure, inPercent, isolated, listed, moment, names } from "./words.js";

const asked = new URLSearchParams(location.search);

function column({ case: known, decision, bundle }) {
  const { id, of_case: of, pseudonym, clock_hint: hint, counts, specimen, stain, objective } = known;
  return el(
    "div", { class: "statement" },
    el("p", { class: "row" }, el("strong", {}, el("a", { href: `/cases/${id}` }, el("bdi", {}, pseudonym))), of ? el("span", { class: "pill plain" }, _("Analysed again")) : null),
    el("p", { class: "soft" }, moment(hint)),
    el("p", { class: "soft" }, [names.specimens[specimen] ?? specimen, names.stains[stain] ?? stain, isolated(objective)].join(" · ")),
    el("p", { class: "soft" }, el("bdi", {}, `${bundle.name} ${bundle.version ?? ""}`)),
    el("p", { class: "line" }, el("span", {}, names.decisions[decision.label] ?? decision.label), el("strong", { class: "big" }, inPercent(decision.score))),
    el("p", { class: "soft" }, _("{low} to {high} % with 95 % confidence", { low: figure(decision.interval[0], 1), high: figure(decision.interval[1], 1) })),
    el("p", { class: "soft" }, `${_("Cells counted")}: ${figure(counts.countable)}`),
  );
}

/** In what the two differ besides their cells. */
const UNLIKE = () => ({ specimen: _("Specimen"), stain: _("Stain"), objective: _("Objective"), fields: _("Fields"), bundle: _("Model") });

function caution({ unlike }) {
  if (!unlike.length) return null;
  const what = listed(unlike.map((each) => UNLIKE()[each]));
  return el("p", { class: "doubt" }, glyph("refer"), " ", _("The two are not alike in: {what}. A difference may come from that.", { what }));
}

function words({ left, right, difference, interval, agree, unlike, same_pictures: same }) {
  if (!left.case.counts.countable || !right.case.counts.countable) return el("p", {}, _("One of the two has no counted cells."));
  if (same) {
    const twice = unlike.includes("fields") ? [] : [" · ", _("The same pictures, looked at twice: chance has no part in it.")];
    return el("div", { class: "stack" }, el("p", {}, el("strong", {}, _("Difference {difference} points", { difference: figure(difference, 1) })), ...twice), byHand(left, right));
  }
  const [low, high] = interval;
  return el(
    "div", { class: "stack" },
    el("p", {}, el("strong", {}, _("Difference {difference} points ({from} to {to})", { difference: figure(difference, 1), from: figure(low, 1), to: figure(high, 1) }))),
    el("p", {}, unlike.includes("specimen") ? _("Marrow and blood are not compared with each other: nothing is told of chance.") : CHANCE()[agree]),
  );
}

const CHANCE = () => ({ true: _("No more than chance would give."), false: _("More than chance would give."), null: _("Too few cells were counted to tell whether they agree.") });

/** A re-analysis does not take over what people corrected. */
function byHand({ case: { corrected: left } }, { case: { corrected: right } }) {
  return left === right ? null : el("p", { class: "doubt" }, _("Corrected by hand: {left} on the one side, {right} on the other. Corrections are not taken over by a re-analysis.", { left: figure(left), right: figure(right) }));
}

function show(compared) {
  const [left, right] = [compared.left, compared.right].map(({ case: { of_case: of, pseudonym } }) => [of ? _("Analysed again") : pseudonym, "number"]);
  const rows = compared.classes.map((each) => [classLabel(each.label, each.blast), [share(each.left), "number"], [share(each.right), "number"]]);
  byId("comparison").replaceChildren(
    el("div", { class: "side-by-side" }, column(compared.left), column(compared.right)),
    el("div", { class: "stack" }, caution(compared), words(compared)),
    wideTable(_("Cells by class"), [_("Class"), left, right], rows),
  );
}

/** A dash where that side's bundle does not know the class. */
const share = (known) => (known ? el("div", { class: "pair" }, el("span", {}, figure(known.cells)), el("span", { class: "dot" }, " · "), el("span", {}, inPercent(known.percent))) : "–");

get(`/cases/compare?left=${Number(asked.get("left"))}&right=${Number(asked.get("right"))}`).then(show).catch(problem);

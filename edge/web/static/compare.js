// Two cases, or two analyses of one, side by side.

import { get } from "./api.js";
import { classLabel } from "./count.js";
import { byId, el, table } from "./dom.js";
import { problem } from "./notices.js";
import { _, figure, moment, names } from "./words.js";

const asked = new URLSearchParams(location.search);

function column({ case: known, decision, bundle }) {
  const { id, pseudonym, clock_hint: hint, counts } = known;
  return el(
    "div", { class: "statement" },
    el("p", {}, el("strong", {}, el("a", { href: `/cases/${id}` }, el("bdi", {}, pseudonym))), " · ", moment(hint)),
    el("p", { class: "soft" }, `${bundle.name} ${bundle.version ?? ""}`),
    el("p", { class: "line" }, el("span", {}, names.decisions[decision.label] ?? decision.label), el("strong", { class: "big" }, `${figure(decision.score, 1)} %`)),
    el("p", { class: "soft" }, _("{low} to {high} % with 95 % confidence", { low: figure(decision.interval[0], 1), high: figure(decision.interval[1], 1) })),
    el("p", { class: "soft" }, `${_("Cells counted")}: ${figure(counts.countable)}`),
  );
}

function words({ left, right, difference, interval, agree, same_pictures: same }) {
  if (!left.case.counts.countable || !right.case.counts.countable) return el("p", {}, _("One of the two has no counted cells."));
  if (same) return el("p", {}, el("strong", {}, _("Difference {difference} points", { difference: figure(difference, 1) })), " · ", _("The same pictures, looked at twice: chance has no part in it."));
  const [low, high] = interval;
  return el(
    "div", { class: "stack" },
    el("p", {}, el("strong", {}, _("Difference {difference} points ({from} to {to})", { difference: figure(difference, 1), from: figure(low, 1), to: figure(high, 1) }))),
    el("p", {}, agree ? _("No more than chance would give.") : _("More than chance would give.")),
  );
}

function show(compared) {
  const rows = compared.classes.map(({ label, blast, left, right }) => [classLabel(label, blast), [share(left), "number"], [share(right), "number"]]);
  byId("comparison").replaceChildren(
    el("div", { class: "side-by-side" }, column(compared.left), column(compared.right)),
    words(compared),
    el("div", { class: "scrolls" }, table([_("Class"), [compared.left.case.pseudonym, "number"], [compared.right.case.pseudonym, "number"]], rows)),
  );
}

const share = ({ cells, percent }) => `${figure(cells)} · ${figure(percent, 1)} %`;

get(`/cases/compare?left=${Number(asked.get("left"))}&right=${Number(asked.get("right"))}`).then(show).catch(problem);

// A count by eye beside the kit's: what the person counted, and how far the two agree.

import { putJson, remove } from "./api.js";
import { button, el, fill } from "./dom.js";
import { form, input } from "./form.js";
import { notice, problem } from "./notices.js";
import { _, className, figure, inPercent } from "./words.js";

const MOST = 5000;

/** Fill the card. `onChanged` is called once the kit has the figures. */
export function showManual(place, caseId, result, onChanged) {
  const { manual, decision, classes } = result;
  const labels = classes.map(({ label }) => label);
  if (!place.children.length) place.replaceChildren(el("div"), el("div", { class: "stack" }));
  const [said, asked] = place.children;
  fill(said, [manual, decision.score], () => [manual ? agreement(result) : el("p", { class: "lead" }, _("Count the same slide yourself, and see how far the two agree."))]);
  fill(asked, [manual?.by_class, labels], () => counting(`/cases/${caseId}/manual`, labels, manual, onChanged));
}

function counting(path, labels, manual, onChanged) {
  const rows = labels.map((label) => input(label, className(label), { type: "number", min: 0, max: MOST, step: 1, inputmode: "numeric", value: manual?.by_class[label] ?? "" }));
  const save = form(_("Keep this count"), async (values) => {
    await putJson(path, { counts: countsIn(values) });
    notice(_("Kept."), "", "good");
    await onChanged();
  }, el("div", { class: "two" }, ...rows));
  return [save, manual ? button(_("Remove this count"), () => remove(path).then(onChanged).catch(problem), { class: "quiet" }) : null];
}

function countsIn(values) {
  return Object.fromEntries(Object.entries(values).filter(([, cells]) => cells !== null));
}

/** Whether they agree, as a word, as a sentence, and how it is shown. Null: nobody can tell yet. */
function verdict(agree) {
  if (agree === null) return [_("Too few to tell"), _("Too few cells were counted to tell whether they agree."), "plain"];
  return agree
    ? [_("Agree"), _("They agree: the difference is no more than chance would give."), "good"]
    : [_("Differ"), _("They differ by more than chance would give. Look at the doubtful cells together."), "warn"];
}

/** Both percentages, their difference with its interval, and whether it is more than chance. */
export function agreement({ manual, decision }) {
  const { percent: byEye, interval: [low, high], difference, difference_interval: [from, to], agree, cells } = manual;
  const [pill, words, kind] = verdict(agree);
  return el(
    "div", { class: "agree" },
    el("p", { class: "line" }, el("span", {}, _("Blasts by eye")), el("strong", { class: "numeric" }, inPercent(byEye))),
    el("p", { class: "soft" }, _("{low} to {high} % with 95 % confidence", { low: figure(low, 1), high: figure(high, 1) }), " · ", _("Cells by eye: {cells}", { cells: figure(cells) })),
    el("p", { class: "line" }, el("span", {}, _("Blasts by the kit")), el("strong", { class: "numeric" }, inPercent(decision.score))),
    el("p", {}, _("Difference {difference} points ({from} to {to})", { difference: figure(difference, 1), from: figure(from, 1), to: figure(to, 1) })),
    el("p", { class: `pill ${kind}` }, pill),
    el("p", { class: "soft" }, words),
  );
}

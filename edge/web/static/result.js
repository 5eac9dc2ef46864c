// The result of a case: what was counted, who signs it, the papers that leave the kit, and what came back.

import { get, patchJson, turns } from "./api.js";
import { classLabel, interval, verdict } from "./count.js";
import { byId, el, fill, table } from "./dom.js";
import { listen } from "./events.js";
import { expert } from "./expert.js";
import { form, input, text } from "./form.js";
import { agreement } from "./manual.js";
import { notice, problem } from "./notices.js";
import { papers } from "./papers.js";
import { showRuns } from "./runs.js";
import { Signing } from "./sign.js";
import { systems } from "./systems.js";
import { _, figure, inPercent, moment, names } from "./words.js";

const caseId = byId("main").dataset.case;
const path = `/cases/${caseId}`;

const refreshing = turns();
const signing = new Signing(path, byId("sign"), () => refresh());
let known = -1;

async function refresh() {
  const isLatest = refreshing();
  const [result, session, operators] = await Promise.all([get(path), get("/session"), get("/operators")]);
  const since = await signing.since(result);
  if (!isLatest()) return;
  known = result.step;
  const { signature, consent, answer, case: { note, objective, state, version } } = result;
  byId("count").replaceChildren(...summary(result));
  fill(byId("described"), [note, objective, state], () => [described(result)]);
  showClasses(byId("classes"), result);
  signing.draw(result, session, operators, since);
  fill(byId("papers"), [signature, consent], () => papers(caseId, result, refresh));
  fill(byId("expert"), [answer, version], () => [expert(path, result, refresh)]);
  byId("case-state").textContent = names.states[state] ?? state;
}

function summary(result) {
  const { counts, decision, targets: [provisional, full] } = result;
  const [low, high] = decision.interval;
  const words = _("{low} to {high} % with 95 % confidence", { low: figure(low, 1), high: figure(high, 1) });
  return [
    verdict(result),
    ...(counts.countable ? [el("p", { class: "line" }, el("span", {}, _("Blasts")), el("span", { class: "big" }, inPercent(decision.score))), interval(decision.score, low, high, words), el("p", { class: "soft" }, words)] : []),
    el("p", {}, _("{counted} of {full}", { counted: figure(counts.countable), full: figure(full) }), " · ", counts.countable < provisional ? _("too few for a provisional count") : counts.countable < full ? _("a provisional count") : _("a full count")),
    ...(result.systems && counts.countable ? [systems(result)] : []),
    ...(result.manual ? [agreement(result)] : []),
  ];
}

function described({ case: { note, objective, state } }) {
  if (state === "signed" || state === "finished") return note ? el("p", {}, note) : null;
  const save = form(
    _("Keep"), (values) => describe(values),
    input("objective", _("Objective"), { value: objective ?? "", maxlength: 40 }),
    text("note", _("Note"), { maxlength: names.longest.note }, _("What the slide is like. No names, no dates of birth."), note ?? ""),
  );
  return el("details", {}, el("summary", {}, _("Objective and note")), save);
}

/** What looks personal is asked about, and kept once somebody says that it is not. */
async function describe(values) {
  try {
    await patchJson(path, values);
  } catch (error) {
    if (error.code === "case.personal") error.again = [_("It is nothing personal: keep it"), () => describe({ ...values, confirm: true })];
    throw error;
  }
  notice(_("Kept."), "", "good");
  await refresh();
}

function showClasses(place, { classes, manual }) {
  const byEye = (label) => (manual ? [[figure(manual.by_class[label] ?? 0), "number"]] : []);
  const rows = classes.map(({ label, cells, percent, interval: [low, high], blast }) => {
    const span = _("{low} to {high}", { low: figure(low, 1), high: figure(high, 1) });
    return [classLabel(label, blast), [figure(cells), "number"], [underneath(inPercent(percent), span), "number"], [span, "number wide"], ...byEye(label)];
  });
  const heads = [_("Class"), [_("Cells"), "number"], [underneath(_("Share"), _("95 % interval")), "number"], [_("95 % interval"), "number wide"], ...(manual ? [[_("By eye"), "number"]] : [])];
  place.replaceChildren(table(heads, rows));
}

/** On a narrow screen the interval has no column of its own, and stands under the share. */
const underneath = (share, span) => el("div", {}, share, el("small", { class: "narrow" }, span));

/** Something was done to the case, here or at another screen. */
async function hearOf({ step }) {
  if (step !== known) await refresh();
}

refresh().catch(problem).finally(() => listen(caseId, { case: (news) => hearOf(news).catch(problem) }));
showRuns(byId("runs"), byId("main").dataset.original).catch(problem);

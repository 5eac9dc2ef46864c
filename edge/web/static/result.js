// The result of a case: what was counted, who signs it, the papers that leave the kit, and what came back.

import { get, patchJson, post, postJson, turns } from "./api.js";
import { classLabel, interval, verdict } from "./count.js";
import { button, byId, el, fill, table } from "./dom.js";
import { expert } from "./expert.js";
import { form, input, pin, select, text } from "./form.js";
import { agreement } from "./manual.js";
import { notice, problem } from "./notices.js";
import { papers } from "./papers.js";
import { showRuns } from "./runs.js";
import { systems } from "./systems.js";
import { _, figure, moment, names } from "./words.js";

const caseId = byId("main").dataset.case;
const path = `/cases/${caseId}`;

const refreshing = turns();

async function refresh() {
  const isLatest = refreshing();
  const [result, session, operators] = await Promise.all([get(path), get("/session"), get("/operators")]);
  if (!isLatest()) return;
  const { can, signature, consent, answer, case: { note, objective, state } } = result;
  byId("count").replaceChildren(...summary(result));
  fill(byId("described"), [note, objective, state], () => [described(result)]);
  showClasses(byId("classes"), result);
  fill(byId("sign"), [can, signature, state, session, operators], () => [signing(result, session, operators)]);
  fill(byId("papers"), [signature, consent], () => papers(caseId, result, refresh));
  fill(byId("expert"), [answer], () => [expert(path, result, refresh)]);
  byId("case-state").textContent = names.states[state] ?? state;
}

function summary(result) {
  const { counts, decision, targets: [provisional, full] } = result;
  const [low, high] = decision.interval;
  const words = _("{low} to {high} % with 95 % confidence", { low: figure(low, 1), high: figure(high, 1) });
  return [
    verdict(result),
    ...(counts.countable ? [el("p", { class: "line" }, el("span", {}, _("Blasts")), el("span", { class: "big" }, `${figure(decision.score, 1)} %`)), interval(decision.score, low, high, words), el("p", { class: "soft" }, words)] : []),
    el("p", {}, _("{counted} of {full}", { counted: figure(counts.countable), full: figure(full) }), " · ", counts.countable < provisional ? _("fewer than the least") : counts.countable < full ? _("a provisional count") : _("a full count")),
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
  const rows = classes.map(({ label, cells, percent, interval: [low, high], blast }) => [
    classLabel(label, blast), [figure(cells), "number"], [`${figure(percent, 1)} %`, "number"], [_("{low} to {high}", { low: figure(low, 1), high: figure(high, 1) }), "number"], ...byEye(label),
  ]);
  const heads = [_("Class"), [_("Cells"), "number"], [_("Share"), "number"], [_("95 % interval"), "number"], ...(manual ? [[_("By eye"), "number"]] : [])];
  place.replaceChildren(table(heads, rows));
}

function signing(result, session, operators) {
  const { can, signature, case: { state } } = result;
  const parts = [el("p", {}, el("span", { class: state === "signed" ? "pill good" : "pill warn" }, state === "signed" ? _("Final") : _("Preliminary")))];
  if (signature) parts.push(signedBy(signature));
  if (can.finish) parts.push(el("p", {}, _("Finished means: no more fields. It can be resumed until somebody signs.")), button(_("Finish the count"), () => act(() => post(`${path}/finish`)), { class: "primary" }));
  if (can.resume) parts.push(button(_("Go on counting"), () => act(() => post(`${path}/resume`))));
  if (can.sign) parts.push(signForm(operators, session));
  if (can.amend) parts.push(amendForm(operators, session));
  return el("div", { class: "stack" }, ...parts);
}

function signedBy({ operator, clock_hint: hint, digest, statement, version }) {
  return el(
    "div", { class: "statement" },
    el("p", {}, el("strong", {}, el("bdi", {}, operator)), " · ", moment(hint)),
    statement ? el("p", {}, statement) : null,
    el("p", { class: "soft" }, _("Version {version}", { version: figure(version) }), " · ", el("code", {}, digest.slice(0, 16))),
  );
}

function operatorChoice(operators, session) {
  const people = Object.fromEntries(operators.filter(({ active }) => active).map(({ id, name }) => [id, name]));
  return select("operator", _("Operator"), people, session.operator?.id);
}

function signForm(operators, session) {
  if (!operators.length) return el("p", {}, _("Nobody can sign yet: this kit has no operator."), " ", el("a", { href: "/first-run?step=operator" }, _("Set it up")));
  return form(
    _("Sign"), async (values) => after(await postJson(`${path}/sign`, { ...values, operator: Number(values.operator) })),
    el("p", { class: "statement" }, _("By signing I say that I have looked at the cells, and that the result is mine.")),
    operatorChoice(operators, session), pin(), text("statement", _("Statement"), { maxlength: names.longest.statement }, _("Optional; it is printed on the report.")),
  );
}

function amendForm(operators, session) {
  const made = form(
    _("Amend"), async (values) => after(await postJson(`${path}/amend`, { ...values, operator: Number(values.operator) })),
    text("reason", _("Why"), { required: true, maxlength: names.longest.statement }), operatorChoice(operators, session), pin(),
  );
  return el("details", {}, el("summary", {}, _("Amend this result")), el("p", { class: "soft" }, _("The signed version is kept; the case is opened again as a new one.")), made);
}

async function act(change) {
  try {
    await change();
    await refresh();
  } catch (error) {
    problem(error);
  }
}

const after = () => refresh();

refresh().catch(problem);
showRuns(byId("runs"), caseId).catch(problem);

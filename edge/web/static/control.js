// The control slide: run it before the patients, see its trend, and what to check where it is off.

import { get, post } from "./api.js";
import { bar, button, byId, el, wideTable } from "./dom.js";
import { focusAid } from "./focus.js";
import { chart } from "./levey.js";
import { watch } from "./live.js";
import { notice, problem } from "./notices.js";
import { mayPutAway, showSlides } from "./slides.js";
import { _, figure, measured, moment, n_ } from "./words.js";

const VERDICTS = () => ({ ok: ["good", _("Within limits")], warn: ["warn", _("Warning")], block: ["bad", _("Outside limits")] });
let chosen = null;
let run = null;

async function refresh({ warns = false } = {}) {
  const [state, slides, session] = await Promise.all([get("/controls/state"), get("/controls"), get("/session")]);
  byId("to-setup").hidden = session.first_run_done;
  chosen ??= (slides.find(({ id }) => id === state.control) ?? slides.find(({ active }) => active) ?? null)?.id ?? null;
  showState(state);
  const slide = slides.find(({ id }) => id === chosen) ?? null;
  showSlides(byId("slides"), { slides, chosen: slide, may: mayPutAway(session) }, choose);
  await showTrend(slide);
  showActions(slide);
  if (warns && !run) warn(state);
}

function showState({ state, policy, due }) {
  const [kind, words] = policy === "off" ? ["plain", _("Not asked for")] : VERDICTS()[state];
  const pill = byId("control-state");
  pill.className = `pill ${kind}`;
  pill.textContent = due && policy !== "off" ? _("Due") : words;
}

/** What to check, said once: it does not cover what a capture has to say. */
function warn({ state, policy, advice }) {
  if (policy === "off" || state === "ok" || !advice.length) return;
  notice(VERDICTS()[state][1], [...new Set(advice)].join(" "), state === "block" ? "bad" : "warn");
}

function choose(id) {
  chosen = id;
  run = null;
  refresh().catch(problem);
}

async function showTrend(slide) {
  if (!slide) {
    byId("trend").replaceChildren(el("p", { class: "empty" }, _("No control slide yet. Add the one that you will look at each day.")));
    byId("latest").replaceChildren(el("p", { class: "empty" }, _("No run yet.")));
    return;
  }
  const { measures, limits, runs } = await get(`/controls/${slide.id}/runs`);
  run = runs.find(({ state }) => state === "open") ?? null;
  const finished = runs.filter(({ state }) => state === "finished").sort((a, b) => a.number - b.number);
  showCharts(slide, measures, limits, finished);
  showLatest(finished.at(-1), measures, limits);
}

function showCharts(slide, measures, limits, runs) {
  const charts = measures.filter(({ key }) => limits[key]).map(({ key, name, unit }) => {
    const values = runs.filter((each) => isMeasured(each, key)).map(({ number, measures: found, findings }) => ({ number, value: found[key], verdict: worst(findings, key) }));
    return el("div", {}, el("h3", {}, unit ? `${name}, ${unit}` : name), chart(name, limits[key], values));
  });
  byId("trend").replaceChildren(...(charts.length ? charts : missing(slide, runs)));
}

const isMeasured = ({ measures }, key) => (measures?.[key] ?? null) !== null;

/** What is missing before there is a trend: runs that its limits are made from. A run outside its limits is none. */
function missing({ base_runs: wanted }, runs) {
  const done = runs.filter(({ verdict }) => verdict !== "block").length;
  const left = n_("{count} more good run, and this slide has its own limits and a chart.", "{count} more good runs, and this slide has its own limits and a chart.", wanted - done);
  return [bar(_("Runs that make its limits"), done / wanted, _("{counted} of {full}", { counted: figure(done), full: figure(wanted) })), el("p", {}, left, " ", _("Until then fixed limits hold."))];
}

/** How bad what was found about this measure is: a warning rule, or one that blocks. */
function worst(findings, measure) {
  const rules = (findings ?? []).filter((each) => each.measure === measure);
  if (!rules.length) return "ok";
  return rules.every(({ rule }) => rule === "1-2s") ? "warn" : "block";
}

function showLatest(latest, measures, limits) {
  if (!latest) return byId("latest").replaceChildren(el("p", { class: "empty" }, _("No run yet.")));
  const [kind, words] = VERDICTS()[latest.verdict] ?? ["plain", latest.verdict];
  const findings = latest.findings.map(({ detail, remedy, rule, code }) => el("li", {}, el("strong", {}, detail), ` ${remedy} `, el("small", {}, el("bdi", {}, rule), " · ", el("bdi", {}, code))));
  const rows = measures.filter(({ key }) => isMeasured(latest, key))
    .map(({ key, name, unit, digits }) => [name, [measured(latest.measures[key], unit, digits), "number"], [limits[key] ? figure(limits[key].mean, digits) : "–", "number"]]);
  return byId("latest").replaceChildren(
    el("p", { class: "row" }, el("span", { class: `pill ${kind}` }, words), el("span", { class: "soft" }, _("Run {number}", { number: figure(latest.number) }), " · ", moment(latest.clock_hint))),
    findings.length ? el("ul", { class: "good-looks" }, ...findings) : el("p", {}, _("Nothing to check.")),
    wideTable(_("Latest run"), [_("Measure"), [_("Now"), "number"], [_("Mean"), "number"]], rows),
  );
}

function showActions(slide) {
  if (!slide?.active) return byId("run-actions").replaceChildren(...(slide ? [el("p", {}, _("This slide is out of use. Choose another one."))] : []));
  const base = `/controls/${chosen}/runs`;
  const begin = button(_("Begin a run"), () => act(() => post(base)), { class: "primary large" });
  const capture = () => button(_("Capture"), () => act(async () => {
    const { is_new: isNew } = await post(`${base}/${run.number}/fields`);
    notice(isNew ? _("Captured. Move to another place, or finish the run.") : _("This picture is in the run already."), "", isNew ? "good" : "plain");
  }), { class: "primary large" });
  const finish = () => button(_("Finish the run"), () => act(() => post(`${base}/${run.number}/finish`), { warns: true }));
  return byId("run-actions").replaceChildren(...(run ? [capture(), finish()] : [begin]));
}

async function act(change, after = {}) {
  const buttons = [...byId("run-actions").querySelectorAll("button")];
  buttons.forEach((each) => { each.disabled = true; });
  try {
    await change();
    await refresh(after);
  } catch (error) {
    problem(error);
  } finally {
    buttons.forEach((each) => { each.disabled = false; });
  }
}

watch(null, { focus: focusAid() });
refresh({ warns: true }).catch(problem);

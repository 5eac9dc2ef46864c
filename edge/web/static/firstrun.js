// Setting a kit up, one step after the other, beside the live picture. It can be left and taken up again at any step.

import { get, putJson } from "./api.js";
import { button, byId, el } from "./dom.js";
import { STEPS } from "./firststeps.js";
import { focusAid } from "./focus.js";
import { watch } from "./live.js";
import { problem } from "./notices.js";
import { _, figure } from "./words.js";

let state = null;
let now = byId("main").dataset.step;

async function refresh() {
  state = await get("/first-run");
  now = now || state.next || state.steps.at(-1).step;
  history.replaceState(null, "", `?step=${now}`);
  show();
}

function show() {
  byId("steps").replaceChildren(...state.steps.map(entry));
  const step = STEPS[now];
  byId("step-title").textContent = step.title();
  byId("marker").replaceChildren();
  byId("step").replaceChildren(
    el("p", { class: "lead" }, step.why()),
    ...(step.good ? [el("div", { class: "good-looks" }, el("h3", {}, _("What good looks like")), el("ul", {}, ...step.good().map((words) => el("li", {}, words))))] : []),
    el("div", { class: "stack", id: "step-body" }),
    el("div", { class: "row" }, ...buttons(step)),
  );
  step.fill?.(byId("step-body"), { state, done: () => finish("done"), facts: factsOf(now) });
}

function factsOf(name) {
  return state.steps.find(({ step }) => step === name)?.facts ?? {};
}

function buttons(step) {
  const next = step.fills ? null : button(_("That is so: go on"), () => finish("done"), { class: "primary" });
  const skip = factsState() === "done" ? button(_("Next"), () => go(following()), { class: "primary" }) : button(_("Skip for now"), () => finish("skipped"), { class: "quiet" });
  return [next, skip].filter(Boolean);
}

const factsState = () => state.steps.find(({ step }) => step === now)?.state;

function entry({ step, state: how }, index) {
  const done = how === "done";
  const mark = done ? "✓" : how === "skipped" ? "–" : figure(index + 1);
  return el("li", { class: how }, el(
    "a", { href: `?step=${step}`, "aria-current": step === now ? "step" : null, onclick: (event) => { event.preventDefault(); go(step); } },
    el("span", { class: "step-number", "aria-hidden": "true" }, mark), STEPS[step].name(), done ? el("span", { class: "unseen" }, _("done")) : null,
  ));
}

function following() {
  const names = state.steps.map(({ step }) => step);
  const ahead = state.steps.slice(names.indexOf(now) + 1).find(({ state: how }) => how !== "done");
  return ahead?.step ?? state.steps.find(({ state: how }) => how === "todo")?.step ?? null;
}

/** On to a step; past the last one the kit is ready. */
function go(step) {
  if (!step) return location.assign("/");
  if (step !== now) history.pushState(null, "", `?step=${step}`);
  now = step;
  show();
  return byId("step-title").focus();
}

/** The browser's way back leads to the step before, not out of setting up. */
function goBack() {
  now = new URLSearchParams(location.search).get("step");
  refresh().catch(problem);
}

async function finish(how) {
  try {
    state = await putJson(`/first-run/${now}`, { state: how });
    go(following());
  } catch (error) {
    problem(error);
  }
}

addEventListener("popstate", goBack);
watch(null, { focus: focusAid() });
refresh().catch(problem);

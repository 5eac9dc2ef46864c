// The bench: live picture, capture, the field that was captured, and the count. Wires the other modules together.

import { get, post } from "./api.js";
import { showCount } from "./count.js";
import { el } from "./dom.js";
import { explain } from "./explain.js";
import { showFields } from "./fields.js";
import { watch } from "./live.js";
import "./newcase.js";
import { notice, problem } from "./notices.js";
import { draw, fetchField, legend } from "./still.js";
import { _, figure } from "./words.js";

const byId = (id) => document.getElementById(id);
const caseId = byId("main").dataset.case;
let known = -1;
let open = null;

async function refresh() {
  const result = await get(`/cases/${caseId}`);
  known = result.fields.length;
  showCount(byId("count"), result);
  showFields(caseId, result.fields, open?.number ?? null, go);
}

/** Examine the newest live picture, or a file. */
async function capture(file = null) {
  const button = byId("capture");
  if (button.disabled) return;
  busy(true);
  try {
    const form = new FormData();
    if (file) form.append("picture", file);
    const { is_new: isNew, field } = await post(`/cases/${caseId}/fields`, file ? form : undefined);
    if (!isNew) notice(_("This picture is already field {number}; it was not counted again.", { number: figure(field.number) }));
    go(field.number);
    await refresh();
  } catch (error) {
    problem(error);
  } finally {
    busy(false);
  }
}

function busy(is) {
  byId("capture").disabled = is;
  byId("add").disabled = is;
  byId("viewport").classList.toggle("busy", is);
}

function go(number) {
  const wanted = `#field-${number}`;
  if (location.hash === wanted) show();
  else location.hash = wanted;
}

/** Show what the address asks for: a field, or the live picture. */
async function show() {
  const asked = /^#field-(\d+)$/.exec(location.hash);
  if (!asked || !caseId) return showLive();
  try {
    open = await fetchField(caseId, Number(asked[1]));
    showField(open);
  } catch (error) {
    problem(error);
    showLive();
  }
  return undefined;
}

function showLive() {
  open = null;
  mode("live");
  byId("still").replaceChildren();
  closeExplanation();
}

function showField(field) {
  mode("field");
  closeExplanation();
  draw(byId("still"), field, (cell) => explain(byId("explain"), field, cell, closeExplanation));
  byId("marks").hidden = field.cells.length === 0;
  byId("field-title").replaceChildren(el("strong", {}, _("Field {number}", { number: figure(field.number) })), el("span", {}, ` ${field.image}`));
  byId("field-words").replaceChildren(field.quality.ok ? legend(field) : refusal(field));
  byId("viewport").scrollIntoView({ block: "nearest" });
}

function refusal(field) {
  const reasons = field.quality.reasons.map((reason) => el("li", {}, reason));
  return el("div", { class: "refusal" }, el("p", {}, el("strong", {}, _("Kept, but not counted:"))), el("ul", {}, ...reasons));
}

function mode(name) {
  byId("viewport").dataset.mode = name;
  const isLive = name === "live";
  byId("gauges").hidden = !isLive;
  byId("field-info").hidden = isLive;
  byId("to-live").hidden = isLive;
  byId("marks").hidden = isLive;
  byId("field-title").hidden = isLive;
  // the live picture is never out of sight: beside a field it goes on, small
  byId(isLive ? "viewport" : "mini").prepend(byId("live"));
  for (const entry of document.querySelectorAll(".field-entry")) {
    if (!isLive && Number(entry.dataset.field) === open.number) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
  }
}

function closeExplanation() {
  byId("explain").hidden = true;
}

function toggleMarks() {
  const hidden = byId("viewport").classList.toggle("unmarked");
  byId("marks").setAttribute("aria-pressed", String(!hidden));
}

function backToLive() {
  history.replaceState(null, "", location.pathname);
  showLive();
}

const KEYS = { " ": () => capture(), c: () => capture(), l: backToLive, m: toggleMarks, Escape: backToLive };

function onKey(event) {
  const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.repeat);
  const isElsewhere = event.target.closest("input, select, textarea, dialog, summary");
  const pressesButton = event.key === " " && event.target.closest("button, a, [role=button]");
  if (!isPlain || isElsewhere || pressesButton || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
}

if (caseId) {
  byId("capture").addEventListener("click", () => capture());
  byId("add").addEventListener("change", ({ target }) => {
    if (target.files.length) capture(target.files[0]);
    target.value = "";
  });
  byId("to-live").addEventListener("click", backToLive);
  byId("marks").addEventListener("click", toggleMarks);
  document.addEventListener("keydown", onKey);
  addEventListener("hashchange", show);
  refresh().then(show).catch(problem);
}

watch(caseId, {
  onCase: ({ fields }) => { if (fields !== known) refresh().catch(problem); },
  onRoom: (free) => notice(_("The disk is nearly full: {free} MB left.", { free: figure(free) }), _("Free some room before you go on."), "bad"),
});

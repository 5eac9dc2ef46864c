// The bench: live picture, capture, the field that was captured, and the count. Wires the other modules together.

import { get, post, turns } from "./api.js";
import { Automatic } from "./automatic.js";
import { Corrections } from "./correct.js";
import { showCount } from "./count.js";
import { byId, el } from "./dom.js";
import { showFields } from "./fields.js";
import { focusAid } from "./focus.js";
import { offer, onRoom, watch } from "./live.js";
import "./newcase.js";
import { notice, problem } from "./notices.js";
import { showSetup } from "./setup.js";
import { draw, fetchField, fieldOf, legend } from "./still.js";
import { _, figure, n_ } from "./words.js";

const caseId = byId("main").dataset.case;
const automatic = new Automatic(() => capture(null, true));
const corrections = caseId ? new Corrections(caseId, () => {
  const was = explained;
  return (cell) => refreshAll(cell, was);
}) : null;
const [refreshing, opening, redrawing] = [turns(), turns(), turns()];
// explaining a cell is not needed before there is one, and a fetch that failed is tried again with the next cell
const explainer = () => import("./explain.js");
// a field of the camera is named by its address, which says nothing to whoever looks at it
const ADDRESS = /^(sim|camera|csi|v4l2|https?|rtsp|file|folder):/;
// what the kit tells of the case is news only to a page that knows the case
let begun = null;
let known = -1;
let open = null;
let explained = null;
let closed = false;
// whether somebody looks into a field: until then the field is only the answer to a capture, and automatic goes on
let studied = false;

async function refresh() {
  const isLatest = refreshing();
  const result = await get(`/cases/${caseId}`);
  corrections.know(result);
  if (!isLatest()) return;
  known = result.step;
  showCount(byId("count"), result);
  showFields(caseId, result.fields, open?.number ?? null, go);
  allow(result.can);
}

/** The field is drawn anew; what is explained stays so, or becomes the changed cell where nobody chose another since. */
async function refreshAll(cell, was) {
  await refresh();
  if (open) await redraw(cell, was);
}

async function redraw(cell = null, was = null) {
  const [isLatest, { number }] = [redrawing(), open];
  const field = await fetchField(caseId, number);
  if (!isLatest() || open?.number !== number) return;
  const wanted = cell && explained === was && cell.field === number ? cell.id : explained?.id;
  showField(field);
  const again = field.cells.find(({ id }) => id === wanted);
  if (again) explainCell(field, again);
}

/** A signed or finished case takes no more fields. */
function allow(can) {
  closed = !can.capture;
  byId("closed").hidden = !closed;
  byId("actions").hidden = closed;
  offer(!closed);
  for (const each of [byId("capture"), byId("automatic"), byId("add"), byId("photo")]) each.disabled = closed;
  byId("add-label").classList.toggle("disabled", closed);
  byId("photo-label").classList.toggle("disabled", closed);
}

/** Examine the newest live picture, or a file. */
async function capture(file = null, byItself = false) {
  if (byId("capture").disabled) return;
  busy(true);
  try {
    const form = new FormData();
    if (file) form.append("picture", file);
    const captured = await post(`/cases/${caseId}/fields?shown=true${byItself ? "&by_itself=true" : ""}`, file ? form : undefined);
    showCaptured(captured);
    await refresh();
  } catch (error) {
    busy(false);
    problem(error);
  } finally {
    busy(false);
  }
}

/** The answer holds all that it takes: nothing is asked for before the cells stand over their picture. */
function showCaptured(captured) {
  const { field: { number }, shown: { document: found, outlines } } = captured;
  opening();
  tell(captured);
  history.pushState(null, "", `#field-${number}`);
  studied = false;
  showField(fieldOf(caseId, number, found, outlines));
  byId("viewport").scrollIntoView({ block: "nearest" });
}

function tell({ is_new: isNew, field, already }) {
  if (!isNew) notice(_("This picture is already field {number}; it was not counted again.", { number: figure(field.number) }));
  else if (already) notice(again(already), _("They are shown, and not counted twice."));
}

function again({ field, cells_again: cells }) {
  const count = Array.isArray(cells) ? cells.length : cells;
  return n_("{count} cell of this place was counted already, in field {number}.", "{count} cells of this place were counted already, in field {number}.", count, { number: figure(field) });
}

/** Something was done to the case: here, or at another screen. What is explained is left as it is. */
async function hearOf({ step }) {
  await begun;
  if (step === known || byId("viewport").classList.contains("busy")) return;
  await refresh();
  if (open && !explained) await redraw();
}

function busy(is) {
  byId("capture").disabled = is || closed;
  byId("add").disabled = is || closed;
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
  const isLatest = opening();
  if (!asked || !caseId) return showLive();
  try {
    const field = await fetchField(caseId, Number(asked[1]));
    if (!isLatest()) return undefined;
    studied = true;
    showField(field);
    byId("viewport").scrollIntoView({ block: "nearest" });
  } catch (error) {
    problem(error);
    showLive();
  }
  return undefined;
}

function showLive() {
  opening();
  open = null;
  studied = false;
  mode("live");
  byId("still").replaceChildren();
  closeExplanation();
}

function showField(field) {
  open = field;
  mode("field");
  closeExplanation();
  draw(byId("still"), field, (cell) => explainCell(field, cell));
  byId("marks").hidden = field.cells.length === 0;
  byId("field-title").replaceChildren(el("strong", {}, _("Field {number}", { number: figure(field.number) })), el("span", {}, ADDRESS.test(field.image) ? "" : ` ${field.image}`));
  byId("field-words").replaceChildren(field.quality.ok ? legend(field) : refusal(field));
}

async function explainCell(field, cell) {
  explained = cell;
  studied = true;
  try {
    const { explain } = await explainer();
    if (explained === cell) explain(byId("explain"), { field, cell, caseId, corrections }, closeExplanation);
  } catch (error) {
    problem(error);
  }
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
  byId("tone").hidden = !isLive;
  byId("field-title").hidden = isLive;
  // the live picture is never out of sight: beside a field it goes on, small
  byId(isLive ? "viewport" : "mini").prepend(byId("live"));
  for (const entry of document.querySelectorAll(".field-entry")) {
    if (!isLive && Number(entry.dataset.field) === open.number) entry.setAttribute("aria-current", "true");
    else entry.removeAttribute("aria-current");
  }
}

function closeExplanation() {
  explained = null;
  byId("explain").hidden = true;
}

function toggleMarks() {
  const hidden = byId("viewport").classList.toggle("unmarked");
  byId("marks").setAttribute("aria-pressed", String(!hidden));
}

function toggleAutomatic() {
  automatic.isOn = !automatic.isOn;
  byId("automatic").setAttribute("aria-pressed", String(automatic.isOn));
}

function backToLive() {
  history.replaceState(null, "", location.pathname);
  showLive();
}

const KEYS = {
  " ": () => capture(), c: () => capture(), a: toggleAutomatic, l: backToLive, m: toggleMarks, Escape: backToLive,
  u: () => corrections.undo(), r: () => corrections.redo(),
};

function onKey(event) {
  const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.repeat);
  const isElsewhere = event.target.closest("input, select, textarea, dialog, summary");
  const pressesButton = event.key === " " && event.target.closest("button, a, [role=button]");
  if (!isPlain || isElsewhere || pressesButton || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
}

/** Space captures, also after a button was clicked or tapped: whoever comes by keyboard stays on theirs. */
function letGo({ target, detail }) {
  if (detail > 0) target.closest(".stage button")?.blur();
}

function takeFile({ target }) {
  if (target.files.length) capture(target.files[0]);
  target.value = "";
}

if (caseId) {
  byId("capture").addEventListener("click", () => capture());
  byId("automatic").addEventListener("click", toggleAutomatic);
  byId("add").addEventListener("change", takeFile);
  byId("photo").addEventListener("change", takeFile);
  byId("to-live").addEventListener("click", backToLive);
  byId("marks").addEventListener("click", toggleMarks);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", letGo);
  addEventListener("hashchange", show);
  if (byId("main").dataset.capturesItself === "yes") toggleAutomatic();
  begun = refresh().then(show).catch(problem);
}

watch(caseId, {
  gauges: (verdict) => automatic.hear(verdict, caseId && !studied && !byId("capture").disabled),
  focus: focusAid(),
  case: (news) => hearOf(news).catch(problem),
  room: onRoom(notice),
});
showSetup(byId("setup"));

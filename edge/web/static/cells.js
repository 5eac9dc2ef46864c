// The cells of a case by class, the most doubtful first; each is corrected where it is seen.

import { get, list, turns } from "./api.js";
import { BY_EYE, Corrections } from "./correct.js";
import { showCount } from "./count.js";
import { byId, el, glyph } from "./dom.js";
import { listen } from "./events.js";
import { explain } from "./explain.js";
import { showManual } from "./manual.js";
import { problem } from "./notices.js";
import { fetchField, kindOf, sure } from "./still.js";
import { _, className, figure, listed } from "./words.js";

const AT_ONCE = 60;
const MOST_AT_ONCE = 500;
const EXCLUDED = "excluded";
const caseId = byId("main").dataset.case;
const corrections = new Corrections(caseId, () => {
  const was = chosen;
  return (cell) => changed(cell, was);
});
const [refreshing, loading, opening, renewing] = [turns(), turns(), turns(), turns()];
let shown = [];
let chosen = null;
let filter = "";

async function refresh() {
  const isLatest = refreshing();
  const result = await get(`/cases/${caseId}`);
  corrections.know(result);
  if (!isLatest()) return;
  showCount(byId("count"), result);
  showManual(byId("manual"), caseId, result, refresh);
  showClasses(result);
  byId("undo").disabled = !result.can.undo;
  byId("redo").disabled = !result.can.redo;
}

function showClasses({ classes, counts }) {
  const chip = (key, name, cells) => el(
    "button", { type: "button", class: "chip", "aria-pressed": String(filter === key), onclick: () => choose(key) },
    name, el("span", { class: "numeric" }, figure(cells)),
  );
  byId("classes").replaceChildren(
    chip("", _("All counted"), counts.countable),
    ...classes.map(({ label, cells }) => chip(label, className(label), cells)),
    chip(EXCLUDED, _("Not counted"), counts.excluded),
  );
}

async function choose(key) {
  filter = key;
  for (const each of byId("classes").children) each.setAttribute("aria-pressed", "false");
  await Promise.all([load(), refresh()]).catch(problem);
}

function query(offset, limit = AT_ONCE) {
  const asked = new URLSearchParams({ order: byId("order").value, limit, offset, excluded: filter === EXCLUDED });
  if (filter && filter !== EXCLUDED) asked.set("class", filter);
  return `/cases/${caseId}/cells?${asked}`;
}

async function load(offset = 0) {
  const isLatest = loading();
  const { items, total } = await list(query(offset));
  if (!isLatest()) return;
  shown = offset ? [...shown, ...items] : items;
  byId("cells").replaceChildren(...shown.map(tile));
  byId("no-cells").hidden = shown.length > 0;
  byId("more").hidden = !(shown.length < total);
  roam();
}

const same = (one, other) => one && other && one.field === other.field && one.id === other.id;

function tile(cell) {
  const kind = kindOf(cell);
  const said = sure(cell, cell.probability);
  const place = listed([_("Field {number}", { number: figure(cell.field) }), _("Cell {id}", { id: cell.id })]);
  const label = `${place}: ${listed([className(cell.class), said].filter(Boolean))}`;
  const flag = cell.corrected ? _("Corrected") : cell.doubtful ? _("Doubtful") : null;
  return el("li", {}, el(
    "button", { type: "button", class: `cell-tile ${kind}`, tabindex: "-1", "aria-label": label, "aria-current": same(cell, chosen) ? "true" : null, onclick: () => open(cell) },
    el("img", { src: cell.thumbnail, alt: "", loading: "lazy", width: 104, height: 104 }),
    flag ? el("span", { class: "tile-flag" }, flag) : null,
    el("span", { class: "tile-words" }, glyph(kind), el("span", {}, className(cell.class)), said ? el("span", { class: "numeric" }, said) : null),
  ));
}

const tiles = () => [...byId("cells").querySelectorAll(".cell-tile")];

/** One tile at a time can be reached by Tab; arrow keys go on from there. */
function roam() {
  const index = Math.max(0, shown.findIndex((cell) => same(cell, chosen)));
  tiles().forEach((each, position) => { each.tabIndex = position === index ? 0 : -1; });
}

async function open(cell, { focus = true } = {}) {
  const isLatest = opening();
  chosen = cell;
  const index = shown.findIndex((each) => same(each, cell));
  tiles().forEach((each, position) => (position === index ? each.setAttribute("aria-current", "true") : each.removeAttribute("aria-current")));
  roam();
  if (focus) tiles()[index]?.focus();
  const field = await fetchField(caseId, cell.field);
  if (!isLatest()) return;
  const whole = field.cells.find(({ id }) => id === cell.id);
  explain(byId("explain"), { field, cell: whole, caseId, corrections }, close);
}

function close() {
  opening();
  byId("explain").hidden = true;
  chosen = null;
}

/** What was corrected keeps its place on the page until another class is asked for: nothing jumps under the finger.
 * It is opened again where it, or what was chosen as the correction was sent, is still what is chosen. */
async function changed(cell, was) {
  if (!cell) return anew();
  const index = shown.findIndex((each) => same(each, cell));
  if (index >= 0) {
    shown[index] = cell;
    tiles()[index].parentElement.replaceWith(tile(cell));
  }
  const opened = chosen === was || same(cell, chosen) ? open(cell, { focus: index >= 0 }) : roam();
  await Promise.all([refresh(), opened]);
}

/** Others have corrected cells meanwhile: all is asked for again. */
async function anew() {
  await Promise.all([load(), refresh()]);
  if (chosen) await open(shown.find((each) => same(each, chosen)) ?? chosen, { focus: false });
}

/** Something was done to the case at another screen; of what was done here the page knows already. */
async function hearOf({ step: latest }) {
  await corrections.changing;
  if (latest <= corrections.known) return;
  const { allowed } = corrections;
  await Promise.all([refresh(), renew()]);
  if (chosen && allowed !== corrections.allowed) await open(chosen, { focus: false });
}

/** What others changed is shown where it stands, and what they captured behind it: nothing jumps under the finger. */
async function renew() {
  const [isLatest, were, mine] = [renewing(), shown, corrections.changing];
  const { items } = await list(query(0, Math.min(MOST_AT_ONCE, Math.max(AT_ONCE, were.length))));
  const now = await Promise.all(were.map((cell) => items.find((each) => same(each, cell)) ?? get(`/cases/${caseId}/fields/${cell.field}/cells/${cell.id}`)));
  if (!isLatest() || shown !== were) return;
  if (mine !== corrections.changing) await renew();
  else await put(now, items.filter((each) => !were.some((cell) => same(each, cell))));
}

async function put(now, more) {
  const differs = now.map((cell, index) => JSON.stringify(cell) !== JSON.stringify(shown[index]));
  const focused = tiles().indexOf(document.activeElement);
  now.forEach((cell, index) => { if (differs[index]) tiles()[index].parentElement.replaceWith(tile(cell)); });
  byId("cells").append(...more.map(tile));
  shown = [...now, ...more];
  byId("no-cells").hidden = shown.length > 0;
  roam();
  if (focused >= 0) tiles()[focused].focus();
  const index = shown.findIndex((cell) => same(cell, chosen));
  if (differs[index]) await open(shown[index], { focus: false });
}

function step(by) {
  if (!shown.length) return;
  const index = shown.findIndex((each) => same(each, chosen));
  const next = Math.max(0, Math.min(shown.length - 1, index < 0 ? 0 : index + by));
  open(shown[next]).catch(problem);
}

/** How many tiles stand in one row. */
function columns() {
  const all = tiles();
  const first = all[0]?.getBoundingClientRect().top;
  return Math.max(1, all.filter((each) => each.getBoundingClientRect().top === first).length);
}

const forward = () => (document.documentElement.dir === "rtl" ? -1 : 1);
const KEYS = {
  ArrowRight: () => step(forward()), ArrowLeft: () => step(-forward()), ArrowDown: () => step(columns()), ArrowUp: () => step(-columns()),
  u: () => corrections.undo(), r: () => corrections.redo(),
  x: () => chosen && (chosen.countable ? corrections.exclude(chosen, BY_EYE) : corrections.include(chosen)),
};

function onKey(event) {
  if (event.altKey || event.target.closest("input, select, textarea, dialog, summary")) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    if (event.shiftKey) corrections.redo();
    else corrections.undo();
    return;
  }
  const label = corrections.labels[Number(event.key) - 1];
  const act = label && chosen ? () => corrections.classify(chosen, label) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

byId("order").addEventListener("change", () => load().catch(problem));
byId("more").addEventListener("click", () => load(shown.length).catch(problem));
byId("undo").addEventListener("click", corrections.undo);
byId("redo").addEventListener("click", corrections.redo);
document.addEventListener("keydown", onKey);
Promise.all([refresh(), load()]).catch(problem).finally(() => listen(caseId, { case: (news) => hearOf(news).catch(problem) }));

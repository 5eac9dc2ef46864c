// All cases: found by code or note, and two of them side by side.

import { list, turns } from "./api.js";
import { byId, el } from "./dom.js";
import { problem } from "./notices.js";
import { _, figure, moment, names } from "./words.js";

const AT_ONCE = 50;
const TYPED_MS = 250;
const picked = new Set();
let shown = 0;
let waiting = null;
const loading = turns();

function query(offset) {
  const asked = new URLSearchParams(new FormData(byId("search")));
  for (const [name, value] of [...asked]) if (!value) asked.delete(name);
  asked.set("limit", AT_ONCE);
  asked.set("offset", offset);
  return `/cases?${asked}`;
}

async function load(offset = 0) {
  const isLatest = loading();
  const { items, total } = await list(query(offset));
  if (!isLatest()) return;
  shown = offset + items.length;
  if (offset) byId("list").append(...items.map(row));
  else byId("list").replaceChildren(...items.map(row));
  byId("no-cases").hidden = shown > 0;
  byId("no-cases").textContent = byId("query").value ? _("No case with these words.") : _("No case yet.");
  byId("more").hidden = !(shown < total);
}

function row(each) {
  const { id, pseudonym, specimen, stain, state, clock_hint: hint, counts, fields } = each;
  const pick = el("input", { type: "checkbox", "aria-label": _("Compare {code}", { code: pseudonym }), checked: picked.has(id) ? "" : null, onchange: ({ target }) => choose(id, target.checked) });
  const kind = { signed: "good", finished: "warn" }[state] ?? "plain";
  return el(
    "li", { class: "case-row" },
    el("label", { class: "pick" }, pick),
    el(
      "a", { href: `/cases/${id}` },
      el("strong", {}, el("bdi", {}, pseudonym)), el("span", { class: "numeric" }, moment(hint)),
      el("span", { class: "case-sums" }, `${names.specimens[specimen] ?? specimen} · ${names.stains[stain] ?? stain}`, counts ? ` · ${_("Fields")}: ${figure(fields)} · ${_("Cells counted")}: ${figure(counts.countable)}` : ""),
    ),
    el("span", { class: `pill ${kind}` }, names.states[state] ?? state),
  );
}

function choose(id, isOn) {
  if (isOn) picked.add(id);
  else picked.delete(id);
  const link = byId("compare");
  link.hidden = picked.size !== 2;
  const [left, right] = [...picked].sort((one, other) => one - other); // numbers are the order of things: the earlier is left
  link.href = `/cases/compare?left=${left}&right=${right}`;
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => load().catch(problem), TYPED_MS);
}

byId("search").addEventListener("input", soon);
byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  load().catch(problem);
});
byId("more").addEventListener("click", () => load(shown).catch(problem));
load().catch(problem);

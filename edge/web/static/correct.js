// A person's word on a cell: another class, left out, back to the machine's; each with its way back.

import { patchJson, post, remove } from "./api.js";
import { button, el, icon } from "./dom.js";
import { notice, problem } from "./notices.js";
import { _, className, figure, names } from "./words.js";

const REASONS = () => [_("Smudged or crushed"), _("Cut by the edge"), _("Several cells in one"), _("Not a nucleated cell"), _("Counted already")];

/** Corrections of one case. `begin` is called as one is sent; what it gives hears the changed cell, once the kit has it. */
export class Corrections {
  constructor(caseId, begin) {
    this.base = `/cases/${caseId}`;
    this.begin = begin;
    this.classes = [];
  }

  classify = (cell, label) => this.act(() => patchJson(this.path(cell), { class: label }));
  exclude = (cell, reason) => this.act(() => patchJson(this.path(cell), { excluded: true, reason }));
  include = (cell) => this.act(() => patchJson(this.path(cell), { excluded: false }));
  restore = (cell) => this.act(() => remove(this.path(cell)));
  undo = () => this.act(async () => (await post(`${this.base}/undo`)).cell, _("Taken back."));
  redo = () => this.act(async () => (await post(`${this.base}/redo`)).cell, _("Done again."));

  path({ field, id }) {
    return `${this.base}/fields/${field}/cells/${id}`;
  }

  async act(change, said = "") {
    const changed = this.begin();
    try {
      const cell = await change();
      if (said) notice(said, "", "good");
      await changed(cell);
    } catch (error) {
      problem(error);
    }
  }

  /** The labels a cell can be given, in the order of their digits. */
  get labels() {
    return this.classes?.length ? this.classes.map(({ label }) => label) : Object.keys(names.classes);
  }

  /** The controls for one cell. */
  controls(cell) {
    const choices = this.labels.map((label, index) => el(
      "button", { type: "button", class: "chip", "aria-pressed": String(cell.class === label), onclick: () => this.classify(cell, label) },
      el("kbd", {}, figure(index + 1)), className(label),
    ));
    return el(
      "div", { class: "correct" },
      el("h3", {}, _("Correct this cell")),
      el("div", { class: "chips", role: "group", "aria-label": _("Class") }, ...choices),
      this.standing(cell),
    );
  }

  standing(cell) {
    const back = cell.corrected ? button([icon("undo", "turns"), _("As the kit had it")], () => this.restore(cell)) : null;
    if (!cell.countable) return el("div", { class: "row" }, button(_("Count it after all"), () => this.include(cell)), back);
    const why = el("select", { "aria-label": _("Why it is left out") }, ...REASONS().map((reason) => el("option", {}, reason)));
    return el("div", { class: "row" }, why, button([_("Leave out"), el("kbd", {}, "X")], () => this.exclude(cell, why.value)), back);
  }
}

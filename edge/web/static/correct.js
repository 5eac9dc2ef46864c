// A person's word on a cell: another class, left out, back to the machine's; each with its way back.

import { get, patchJson, postJson, remove } from "./api.js";
import { button, el, icon } from "./dom.js";
import { notice, problem } from "./notices.js";
import { _, className, figure, isolated, names } from "./words.js";

/** Why a cell was left out by a key, as it is written down; the others are chosen from a list. */
export const BY_EYE = "by-eye";

/** Corrections of one case. `begin` is called as one is sent; what it gives hears the changed cell, once the kit has it. */
export class Corrections {
  constructor(caseId, begin) {
    this.base = `/cases/${caseId}`;
    this.begin = begin;
    this.classes = [];
    this.allowed = true;
    this.known = 0;
    this.next = {};
    this.told = 0;
    this.changing = Promise.resolve();
    this.moving = Promise.resolve();
  }

  /** What the kit says of the case: its classes, and the steps that can be taken back and taken again. An answer that was
      overtaken by a newer one tells nothing. */
  know({ step, classes, undo, redo, can }) {
    if (step < this.known) return;
    this.known = step;
    this.allowed = can.correct;
    this.classes = classes;
    this.next = { undo, redo };
  }

  classify = (cell, label) => this.act(() => patchJson(this.path(cell), { class: label }));
  exclude = (cell, reason) => this.act(() => patchJson(this.path(cell), { excluded: true, reason }));
  include = (cell) => this.act(() => patchJson(this.path(cell), { excluded: false }));
  restore = (cell) => this.act(() => remove(this.path(cell)));
  undo = () => this.inTurn(() => this.back());
  redo = () => this.inTurn(() => this.turn("redo", _("Done again.")));

  /** Once this page knows what it has changed itself, and one after the other: who presses twice means two steps. */
  inTurn(move) {
    this.moving = this.moving.then(() => this.changing).then(move).catch(problem);
    return this.moving;
  }

  /** Another person's step is taken back only once it has been said that it is another's. */
  async back() {
    const step = this.next.undo;
    const isExpected = !step || step.number === this.told || step.operator === (await mine());
    return isExpected ? this.turn("undo", _("Taken back."), step) : this.tell(step);
  }

  /** The step that this page knew of when it was asked, and no other that it has heard of since. */
  turn(way, words, step = this.next[way]) {
    return this.act(async () => (await postJson(`${this.base}/${way}`, { step: step?.number ?? 0 })).cell, words);
  }

  async tell(step) {
    this.told = step.number;
    const { done } = await import("./steps.js");
    const what = el("span", {}, ...done(step)).textContent;
    notice(_("The latest step is by {name}: {what}.", { name: isolated(step.operator || _("Nobody signed in")), what }), _("Press again to take it back."), "warn");
  }

  path({ field, id }) {
    return `${this.base}/fields/${field}/cells/${id}`;
  }

  act(change, said = "") {
    const done = this.carryOut(change, said);
    this.changing = Promise.all([this.changing, done]);
    return done;
  }

  async carryOut(change, said) {
    const changed = this.begin();
    try {
      const cell = await change();
      if (said) notice(said, "", "good");
      await changed(cell);
    } catch (error) {
      problem(error);
      if (error.code === "case.changed") await this.catchUp(changed);
    }
  }

  /** The page has missed what others did: it is drawn anew, and says what would be taken back now. */
  async catchUp(changed) {
    await changed(null);
    if (this.next.undo) await this.tell(this.next.undo);
  }

  /** The labels a cell can be given, in the order of their digits. */
  get labels() {
    return this.classes?.length ? this.classes.map(({ label }) => label) : Object.keys(names.classes);
  }

  /** The controls for one cell. */
  controls(cell) {
    if (!this.allowed) return el("p", { class: "soft" }, _("The count is closed: cells are corrected once it is gone on with, or amended."));
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
    const why = el("select", { "aria-label": _("Why it is left out") }, ...Object.entries(names.left_out).filter(([value]) => value !== BY_EYE).map(([value, name]) => el("option", { value }, name)));
    return el("div", { class: "row" }, why, button([_("Leave out"), el("kbd", {}, "X")], () => this.exclude(cell, why.value)), back);
  }
}

/** The name under which this page's steps are written down. */
const mine = async () => (await get("/session")).operator?.name ?? "";

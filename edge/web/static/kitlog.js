// Everything that was done to the kit itself: people, settings, scales, control slides, the first run.

import { get } from "./api.js";
import { button, el } from "./dom.js";
import { problem } from "./notices.js";
import { doer } from "./steps.js";
import { BECOMES, _, figure, isolated, listed, measured } from "./words.js";

const AT_ONCE = 50;

/** A list that is fetched when somebody opens it: the newest first, older ones when asked for. */
export function kitLog() {
  const [entries, more] = [el("ol", { class: "log kit-log" }), button(_("Show more"), () => load().catch(problem), { hidden: true })];
  const folded = el("details", {}, el("summary", {}, _("Everything that was done to this kit")), el("p", { class: "soft" }, _("Nothing is ever taken out of this list. Times are what the kit's clock said, which may be wrong; the order is certain.")), entries, more);
  let before = null;
  async function load() {
    const steps = await get(`/audit?limit=${AT_ONCE}${before === null ? "" : `&before=${before}`}`);
    entries.append(...steps.map(entry));
    before = steps.at(-1)?.number ?? before;
    more.hidden = steps.length < AT_ONCE;
  }
  folded.addEventListener("toggle", () => { if (folded.open && before === null) load().catch(problem); });
  return folded;
}

function entry(step) {
  const [kind, ...rest] = step.kind.split(": ");
  const { name, said } = KINDS()[kind] ?? { name: step.kind, said: () => "" };
  const words = said(step, rest[0]);
  return el("li", {}, el("span", { class: "numeric soft" }, figure(step.number)), el("span", {}, el("strong", {}, name), words ? ` · ${words}` : ""), el("span", {}), el("small", {}, ...doer(step)));
}

const KINDS = () => ({
  operator: { name: _("Operator"), said: aboutOperator },
  settings: { name: _("Settings"), said: aboutSettings },
  scale: { name: _("Scale"), said: ({ after: { objective, um_per_px: scale } }) => listed([isolated(objective), measured(scale, _("µm per pixel"), 4)]) },
  "control slide": { name: _("Control slide"), said: aboutSlide },
  control: { name: _("Control"), said: ({ after: { slide, run, verdict } }) => listed([number(slide), _("Run {number}", { number: figure(run) }), VERDICTS()[verdict] ?? verdict]) },
  "first run": { name: _("Set up again"), said: ({ after }, step) => listed([STEPS()[step] ?? step, STATES()[after] ?? after]) },
});

function aboutOperator({ before, after }) {
  const about = before ?? {};
  const changed = [
    after.lead === about.lead ? null : after.lead ? _("Lead") : _("Operator"),
    after.active === about.active || after.active === undefined ? null : after.active ? _("Active") : _("No longer here"),
    after.new_pin ? _("New PIN") : null,
  ].filter(Boolean);
  const who = before && before.name !== after.name ? [before.name, after.name].map(isolated).join(BECOMES) : isolated(after.name);
  return listed([who, before ? null : _("added"), ...changed].filter(Boolean));
}

const aboutSettings = ({ before, after }) => Object.keys(after).map((name) => `${SETTINGS()[name] ?? name}: ${[before[name], after[name]].map(valueOf).join(BECOMES)}`).join(" · ");

function valueOf(value) {
  if (typeof value === "boolean") return value ? _("yes") : _("no");
  return typeof value === "number" ? figure(value) : POLICIES()[value] ?? isolated(value);
}

function aboutSlide({ after }) {
  if (typeof after === "string") return listed([isolated(after), _("added")]);
  return listed([number(after.slide), after.active ? _("Active") : _("Out of use")]);
}

const number = (slide) => _("Number {number}", { number: figure(slide) });
const VERDICTS = () => ({ ok: _("Within limits"), warn: _("Warning"), block: _("Outside limits") });
const POLICIES = () => ({ off: _("Not asked for"), warn: _("Warn"), block: _("Block until it is fine") });
const STEPS = () => ({ language: _("Language"), operator: _("Operator"), camera: _("Camera"), light: _("Light"), focus: _("Focus"), scale: _("Scale"), control: _("Control slide") });
const STATES = () => ({ todo: _("to be done"), done: _("done"), skipped: _("skipped") });
const SETTINGS = () => ({
  kit_name: _("Name of this kit"), target_provisional: _("Least cells for a provisional count"), target_full: _("Cells for a full count"), objective: _("Usual objective"),
  control_policy: _("Without a good control slide"), auto_capture: _("Captures by itself when the picture is good and still"), operator_required: _("Counting needs somebody signed in"), session_idle_min: _("Minutes until a quiet session ends"),
});

// What holds for the whole kit, and who works with it.

import { get, patchJson } from "./api.js";
import { byId, el } from "./dom.js";
import { form, input, select, toggle } from "./form.js";
import { kitLog } from "./kitlog.js";
import { notice, problem } from "./notices.js";
import { showPeople } from "./people.js";
import { knownScales } from "./scale.js";
import { _, moment } from "./words.js";

const POLICIES = () => ({ off: _("Not asked for"), warn: _("Warn"), block: _("Block until it is fine") });

async function showKit() {
  const [settings, scales] = await Promise.all([get("/settings"), get("/scales")]);
  const name = input("kit_name", _("Name of this kit"), { maxlength: 60, value: settings.kit_name ?? "" }, _("Printed on every report."));
  byId("kit").replaceChildren(form(
    _("Keep"), async (values) => {
      await patchJson("/settings", values);
      notice(_("Kept."), "", "good");
    },
    name,
    el(
      "div", { class: "two" },
      input("target_provisional", _("Least cells for a provisional count"), { type: "number", min: 50, max: 1000, required: true, value: settings.target_provisional }),
      input("target_full", _("Cells for a full count"), { type: "number", min: 50, max: 2000, required: true, value: settings.target_full }),
    ),
    input("objective", _("Usual objective"), { maxlength: 40, required: true, dir: "ltr", value: settings.objective }, _("A new case begins with it.")),
    knownScales(scales),
    el("p", {}, el("a", { class: "button", href: "/first-run?step=scale" }, _("Measure the scale of an objective"))),
    select("control_policy", _("Without a good control slide"), POLICIES(), settings.control_policy),
    toggle("auto_capture", _("Captures by itself when the picture is good and still"), settings.auto_capture),
    toggle("operator_required", _("Counting needs somebody signed in"), settings.operator_required),
    input("session_idle_min", _("Minutes until a quiet session ends"), { type: "number", min: 1, max: 720, required: true, value: settings.session_idle_min }),
  ));
}

async function showErrors() {
  const errors = await get("/errors");
  const entries = errors.slice(0, 10).map(({ code, method, route, clock_hint: hint }) => el("li", {}, el("code", {}, code), " ", el("small", {}, el("bdi", { dir: "ltr" }, `${method} ${route}`), " · ", moment(hint))));
  byId("errors").replaceChildren(el("details", {}, el("summary", {}, _("Latest errors")), entries.length ? el("ul", {}, ...entries) : el("p", { class: "empty" }, _("None since the kit was started."))));
}

byId("done").replaceChildren(kitLog());
for (const show of [showKit, () => showPeople(byId("operators")), showErrors]) show().catch(problem);

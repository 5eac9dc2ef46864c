// The analyses of a case side by side: the one it was counted with, and those that newer bundles made.

import { get, postJson } from "./api.js";
import { el, table } from "./dom.js";
import { form, input } from "./form.js";
import { problem } from "./notices.js";
import { _, figure, names } from "./words.js";

const AGAIN_MS = 2000;

/** Fill the card, and look again while a run is under way. */
export async function showRuns(place, caseId) {
  const runs = await get(`/cases/${caseId}/runs`);
  const rows = runs.map((run) => [
    run.case === Number(caseId) ? bundleName(run.bundle) : el("a", { href: `/cases/compare?left=${caseId}&right=${run.case}` }, bundleName(run.bundle)),
    STATES[run.state](run),
    [run.counts.countable ? `${figure(run.decision.score, 1)} %` : "–", "number"],
  ]);
  const again = form(_("Analyse again"), async (values) => {
    await postJson(`/cases/${caseId}/reanalyse`, values);
    await showRuns(place, caseId);
  }, input("bundle", _("Name of the bundle"), { required: true, maxlength: 80 }, _("The result that stands is kept; the new one is shown beside it.")));
  place.replaceChildren(
    el("div", { class: "scrolls" }, table([_("Model"), _("Result"), [_("Blasts"), "number"]], rows)),
    el("details", {}, el("summary", {}, _("Analyse with another bundle")), again),
  );
  if (runs.some(({ state }) => state === "running")) setTimeout(() => showRuns(place, caseId).catch(problem), AGAIN_MS);
}

const fieldsDone = ({ done, fields }) => _("{done} of {fields} fields", { done: figure(done), fields: figure(fields) });
const STATES = {
  done: ({ decision }) => names.decisions[decision.label],
  running: fieldsDone,
  stopped: (run) => [_("The kit went down meanwhile. Analyse again."), fieldsDone(run)].join(" · "),
  failed: ({ fault: { detail, remedy, code } }) => el("span", {}, `${detail} ${remedy} `, el("small", {}, code)),
};

/** A bundle is the name that was asked for until the first field is looked at. */
const bundleName = (bundle) => (typeof bundle === "string" ? bundle : `${bundle.name} ${bundle.version}`);

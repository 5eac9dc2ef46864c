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
  const rows = runs.map(({ case: id, bundle, state, done, fields, counts, decision, fault }) => [
    id === Number(caseId) ? bundleName(bundle) : el("a", { href: `/cases/compare?left=${caseId}&right=${id}` }, bundleName(bundle)),
    fault ? `${fault.detail} ${fault.remedy}` : state !== "done" ? _("{done} of {fields} fields", { done: figure(done), fields: figure(fields) }) : names.decisions[decision.label],
    [counts.countable ? `${figure(decision.score, 1)} %` : "–", "number"],
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

/** A bundle is the name that was asked for until the first field is looked at. */
const bundleName = (bundle) => (typeof bundle === "string" ? bundle : `${bundle.name} ${bundle.version}`);

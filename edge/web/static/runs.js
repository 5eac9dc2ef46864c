// The analyses of a case side by side: the one it was counted with, and those that newer bundles made.

import { get, postJson } from "./api.js";
import { aboutABundle } from "./bundles.js";
import { el, wideTable } from "./dom.js";
import { form } from "./form.js";
import { problem } from "./notices.js";
import { _, figure, inPercent, names } from "./words.js";

const AGAIN_MS = 2000;

/** Fill the card, and look again while a run is under way. */
export async function showRuns(place, caseId) {
  const runs = await get(`/cases/${caseId}/runs`);
  const rows = runs.map((run) => [
    run.case === Number(caseId) ? bundleName(run.bundle) : el("a", { href: `/cases/compare?left=${caseId}&right=${run.case}` }, bundleName(run.bundle)),
    STATES[run.state](run),
    [run.counts.countable ? inPercent(run.decision.score) : "–", "number"],
  ]);
  place.replaceChildren(
    wideTable(_("Analyses"), [_("Model"), _("Result"), [_("Blasts"), "number"]], rows),
    anew(place, caseId),
  );
  if (runs.some(({ state }) => state === "running")) setTimeout(() => showRuns(place, caseId).catch(problem), AGAIN_MS);
}

/** The form comes with the bundles, which are verified when somebody wants to choose one. */
function anew(place, caseId) {
  const inside = el("div", { class: "stack" });
  const folded = el("details", {}, el("summary", {}, _("Analyse with another bundle")), inside);
  const begin = async (values) => {
    await postJson(`/cases/${caseId}/reanalyse`, values);
    await showRuns(place, caseId);
  };
  const kept = _("The result that stands is kept; the new one is shown beside it.");
  const fill = async () => inside.replaceChildren(await aboutABundle("bundle", (choice) => form(_("Analyse again"), begin, choice, el("small", {}, kept))));
  folded.addEventListener("toggle", () => { if (folded.open) fill().catch(problem); });
  return folded;
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

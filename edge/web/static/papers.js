// What leaves the kit: to print, to keep, to send; and the stick or folder that it is written to.

import { get, postJson, putJson, remove } from "./api.js";
import { button, el, icon } from "./dom.js";
import { form, input, select, toggle } from "./form.js";
import { notice, problem } from "./notices.js";
import { _, figure, language, n_ } from "./words.js";

const KINDS = () => ({
  "report.pdf": [_("Report"), _("PDF, to print or keep")],
  "referral.pdf": [_("Referral"), _("PDF for a haematologist, small enough for any messenger")],
  "cells.csv": [_("Cells"), _("Table for a spreadsheet")],
  "fhir.json": [_("For a laboratory system"), _("FHIR R4")],
  "training.zip": [_("For training"), _("Corrected cells; needs consent")],
});
const TROUBLES = () => ({ read_only: _("It cannot be written: move its lock switch."), gone: _("It is not there any more.") });
const PICTURES = "images";
const NEEDS_CONSENT = "training.zip";

/** What fills the card. */
export function papers(caseId, result, onChanged) {
  const path = `/cases/${caseId}`;
  const entries = Object.entries(KINDS()).filter(([kind]) => kind !== NEEDS_CONSENT || result.consent).map(([kind, [name, hint]]) => el(
    "a", { class: "paper", href: `/api/v1${path}/${kind}${kind.endsWith(".pdf") ? `?lang=${language}` : ""}`, download: "" },
    icon("paper"), el("strong", {}, name), el("small", {}, hint),
  ));
  const stick = el("div", { class: "stack" });
  showTargets(stick, path, result).catch(problem);
  return [
    el("p", { class: "lead" }, result.signature ? _("Signed: papers say final.") : _("Not signed yet: every paper says preliminary.")),
    el("div", { class: "papers" }, page(path), ...entries),
    el("details", {}, el("summary", {}, icon("stick"), _("Write to a USB stick or folder")), stick),
    consent(path, result, onChanged),
  ];
}

/** The report as a page of its own, for a printer that this device knows. */
function page(path) {
  return el(
    "a", { class: "paper", href: `${path}/report` },
    icon("print"), el("strong", {}, _("Print the report")), el("small", {}, _("As a page of this browser")),
  );
}

async function showTargets(place, path, result) {
  const found = await get("/targets");
  const targets = found.filter(({ problem: trouble }) => !trouble);
  const again = button(_("Look again"), () => showTargets(place, path, result).catch(problem));
  if (!targets.length) return place.replaceChildren(el("p", {}, _("No stick or folder that can be written to. Put a stick in.")), again);
  const names = Object.fromEntries(targets.map(({ id, name, free_mb: free }) => [id, `${name} · ${_("{free} MB free", { free: figure(free) })}`]));
  const offered = { ...KINDS(), [PICTURES]: [_("Pictures of the fields, each with its record")] };
  if (!result.consent) delete offered[NEEDS_CONSENT];
  const kinds = Object.entries(offered).map(([kind, [name]]) => toggle(kind, name, kind === "report.pdf"));
  const made = form(_("Write"), async (values) => {
    const chosen = Object.keys(offered).filter((kind) => values[kind]);
    if (!chosen.length) throw new Error(_("Choose at least one paper."));
    const { names: files, folder } = await postJson(`${path}/export?lang=${language}`, { target: values.target, kinds: chosen });
    notice(n_("{count} file written.", "{count} files written.", files.length), _("They are in {folder}. Take the stick out only now.", { folder }), "good");
  }, select("target", _("Where to"), names), ...kinds);
  const refused = found.filter(({ problem: trouble }) => trouble).map(({ name, problem: trouble }) => el("p", { class: "soft" }, el("bdi", {}, name), ": ", TROUBLES()[trouble] ?? trouble));
  return place.replaceChildren(made, ...refused, again);
}

/** Corrected cells leave as a training set only with consent, which can be taken back. */
function consent(path, { consent: given }, onChanged) {
  const withdraw = () => remove(`${path}/consent`).then(onChanged).catch(problem);
  const body = given
    ? [el("p", {}, _("Consent is marked: {ground}", { ground: given.ground })), button(_("Take consent back"), withdraw)]
    : [form(_("Mark consent"), async (values) => {
      await putJson(`${path}/consent`, values);
      await onChanged();
    }, input("ground", _("On what grounds"), { required: true, maxlength: 500 }, _("For example: written consent of 3 May; ethics number.")))];
  return el("details", {}, el("summary", {}, _("Consent for training")), el("div", { class: "stack" }, ...body));
}

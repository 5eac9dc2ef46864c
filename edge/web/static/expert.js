// What a haematologist answered to a referral: read from the filled form, from a line of a messenger, or written down.

import { post, postJson, putJson } from "./api.js";
import { el } from "./dom.js";
import { form, input, select, text } from "./form.js";
import { notice } from "./notices.js";
import { _, figure, names } from "./words.js";

/** What fills the card; `onChanged` is called once the kit has the answer. */
export function expert(path, { answer, case: { version } }, onChanged) {
  const kept = async () => {
    notice(_("Kept."), "", "good");
    await onChanged();
  };
  return el(
    "div", { class: "stack" },
    answer ? known(answer, version) : el("p", { class: "lead" }, _("Send the referral, and put the answer here when it comes.")),
    el("div", {}, received(path, kept), typed(path, kept), written(path, answer, version, kept)),
  );
}

function known({ expert, opinion, percent, text: words, version: about, recounted }, version) {
  return el(
    "div", { class: "statement" },
    el("p", {}, el("strong", {}, el("bdi", {}, expert || _("Name not given")))),
    about === version ? null : el("p", { class: "doubt" }, _("This answers version {version} of the case, not this one.", { version: figure(about) })),
    about === version && recounted ? el("p", { class: "doubt" }, _("Cells were counted or corrected after this answer.")) : null,
    el("p", {}, names.opinions[opinion] ?? opinion),
    percent === null || percent === undefined ? null : el("p", {}, _("Blasts: {percent} %", { percent: figure(percent, 1) })),
    words ? el("p", {}, el("bdi", {}, words)) : null,
  );
}

function received(path, kept) {
  const file = el("input", { type: "file", name: "form", accept: "application/pdf", required: true });
  return folded(_("The form came back as a PDF"), form(_("Read the form"), async () => {
    const sent = new FormData();
    sent.append("form", file.files[0]);
    await post(`${path}/referral/form`, sent);
    await kept();
  }, el("label", {}, _("The filled form"), file)));
}

function typed(path, kept) {
  return folded(_("The answer came as a message"), form(_("Read the line"), async ({ line }) => {
    await postJson(`${path}/referral/line`, { line });
    await kept();
  }, text("line", _("The line of the message"), { required: true, maxlength: 3000, placeholder: "7K2Q-9FXA B 85" }, _("It begins with the code of the referral."))));
}

function written(path, answer, version, kept) {
  const versions = Object.fromEntries(Array.from({ length: version }, (_none, at) => [at + 1, figure(at + 1)]));
  return folded(answer ? _("Change the answer") : _("Write down an answer"), form(
    _("Keep the answer"), async ({ percent, version: about, ...others }) => {
      await putJson(`${path}/referral/answer`, { ...others, version: Number(about ?? version), ...(percent === null ? {} : { percent }) });
      await kept();
    },
    input("expert", _("Name of the haematologist"), { required: true, maxlength: 200, autocomplete: "off", value: answer?.expert ?? "" }),
    select("opinion", _("Opinion"), names.opinions, answer?.opinion),
    input("percent", _("Blasts by the haematologist, %"), { type: "number", min: 0, max: 100, step: 0.1, value: answer?.percent ?? "" }),
    version > 1 ? select("version", _("Version that was asked about"), versions, answer?.version ?? version) : null,
    text("text", _("In words"), { maxlength: names.longest.note }, null, answer?.text),
  ));
}

const folded = (title, body) => el("details", {}, el("summary", {}, title), body);

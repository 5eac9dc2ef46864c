// What a haematologist answered to a referral: read from the filled form, from a line of a messenger, or written down.

import { post, postJson, putJson } from "./api.js";
import { el } from "./dom.js";
import { form, input, select, text } from "./form.js";
import { notice } from "./notices.js";
import { _, figure, names } from "./words.js";

/** What fills the card; `onChanged` is called once the kit has the answer. */
export function expert(path, { answer }, onChanged) {
  const kept = async () => {
    notice(_("Kept."), "", "good");
    await onChanged();
  };
  return el(
    "div", { class: "stack" },
    answer ? known(answer) : el("p", { class: "lead" }, _("Send the referral, and put the answer here when it comes.")),
    el("div", {}, received(path, kept), typed(path, kept), written(path, answer, kept)),
  );
}

function known({ expert, opinion, percent, text: words }) {
  return el(
    "div", { class: "statement" },
    el("p", {}, el("strong", {}, el("bdi", {}, expert || _("Name not given")))),
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

function written(path, answer, kept) {
  return folded(answer ? _("Change the answer") : _("Write down an answer"), form(
    _("Keep the answer"), async ({ percent, ...others }) => {
      await putJson(`${path}/referral/answer`, percent === null ? others : { ...others, percent });
      await kept();
    },
    input("expert", _("Name of the haematologist"), { required: true, maxlength: 200, autocomplete: "off", value: answer?.expert ?? "" }),
    select("opinion", _("Opinion"), names.opinions, answer?.opinion),
    input("percent", _("Blasts by the haematologist, %"), { type: "number", min: 0, max: 100, step: 0.1, value: answer?.percent ?? "" }),
    text("text", _("In words"), { maxlength: names.longest.note }, null, answer?.text),
  ));
}

const folded = (title, body) => el("details", {}, el("summary", {}, title), body);

// Beginning a case. What looks personal is asked about, never sent on in silence, and so is a code that is in use.

import { get, postJson } from "./api.js";
import { button, el } from "./dom.js";
import { _ } from "./words.js";

const forms = document.querySelectorAll("[data-new-case]");
const sendOf = (form) => form.querySelector("button.primary");

for (const form of forms) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(form, () => begin(form));
  });
  // what was asked is asked anew of what is typed since
  form.addEventListener("input", () => form.querySelector(".form-problem .row")?.remove());
}

// also where somebody comes back to the page as it was left
addEventListener("pageshow", () => forms.forEach((form) => { sendOf(form).disabled = false; }));

/** One at a time: two clicks are one case. */
async function attempt(form, act) {
  const [send, trouble] = [sendOf(form), form.querySelector(".form-problem")];
  if (send.disabled) return;
  send.disabled = true;
  trouble.hidden = true;
  try {
    await act();
  } catch (error) {
    say(form, error);
    send.disabled = false;
  }
}

async function begin(form) {
  const code = new FormData(form).get("pseudonym").trim();
  const same = (await get(`/cases?${new URLSearchParams({ query: code, state: "open" })}`)).find(({ pseudonym }) => pseudonym === code);
  if (!same) return send(form);
  throw Object.assign(new Error(_("There is an open case with this code.")), {
    ways: [el("a", { class: "button", href: `/cases/${same.id}` }, _("Go on with the open case")), another(form, _("Begin another one"))],
  });
}

async function send(form, more = {}) {
  const begun = await postJson("/cases", { ...Object.fromEntries(new FormData(form)), ...more });
  location.assign(`/cases/${begun.id}`);
}

const another = (form, name, more = {}) => button(name, () => attempt(form, () => send(form, more)));

function say(form, { message, remedy = "", code = "", ways = [] }) {
  const words = el("p", {}, `${message} ${remedy} `, code ? el("small", {}, code) : null);
  const meant = code === "case.personal" ? [another(form, _("It is a code: begin"), { confirm: true })] : ways;
  const trouble = form.querySelector(".form-problem");
  trouble.replaceChildren(words, ...(meant.length ? [el("div", { class: "row" }, ...meant)] : []));
  trouble.hidden = false;
}

// Beginning a case. What looks personal is asked about, never sent on in silence.

import { postJson } from "./api.js";
import { button, el } from "./dom.js";
import { _ } from "./words.js";

for (const form of document.querySelectorAll("[data-new-case]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(form, false);
  });
  form.querySelector("button").disabled = false;
}

async function begin(form, confirm) {
  const trouble = form.querySelector(".form-problem");
  trouble.hidden = true;
  try {
    const begun = await postJson("/cases", { ...Object.fromEntries(new FormData(form)), ...(confirm ? { confirm } : {}) });
    location.assign(`/cases/${begun.id}`);
  } catch (error) {
    const again = error.code === "case.personal" ? button(_("It is a code: begin"), () => begin(form, true)) : null;
    const words = el("p", {}, `${error.message} ${error.remedy} `, el("small", {}, error.code));
    trouble.replaceChildren(words, ...[again].filter(Boolean));
    trouble.hidden = false;
  }
}

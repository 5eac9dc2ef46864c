// Beginning a case: one form, on its own or in a dialog.

import { postJson } from "./api.js";

for (const form of document.querySelectorAll("[data-new-case]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(form);
  });
  form.querySelector("button").disabled = false;
}

for (const button of document.querySelectorAll("[data-open-new-case]")) {
  button.addEventListener("click", () => {
    const dialog = document.getElementById("new-case");
    dialog.showModal();
    dialog.querySelector("input").focus();
  });
}

async function begin(form) {
  const problem = form.querySelector(".form-problem");
  try {
    const begun = await postJson("/cases", Object.fromEntries(new FormData(form)));
    location.assign(`/cases/${begun.id}`);
  } catch (error) {
    problem.textContent = `${error.message} ${error.remedy}`;
    problem.hidden = false;
  }
}
